"""From scores to probabilities that mean what they say, and the thresholds to act on."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bot.decision import Thresholds
from bot.heads import softmax

# A wrong field costs a colleague's time; one question costs the member one tap.
ROUTE_ERROR = 0.03
CLARIFY_ERROR = 0.10
GRID = np.linspace(0.02, 0.98, 97)


@dataclass(frozen=True)
class Logistic:
    """A logistic curve over a few features, shape of `weights` (features,)."""

    weights: list[float]
    bias: float

    @classmethod
    def fit(cls, features: np.ndarray, outcomes: np.ndarray) -> "Logistic":
        model = LogisticRegression(C=100.0).fit(features, outcomes)
        return cls([float(weight) for weight in model.coef_[0]], float(model.intercept_[0]))

    def probability(self, features: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-(features @ np.array(self.weights) + self.bias)))


@dataclass(frozen=True)
class Pooling:
    """How much each kind of evidence weighs, shape of `weights` (kinds of evidence,)."""

    weights: list[float]

    @classmethod
    def fit(cls, evidence: np.ndarray, truth: np.ndarray) -> "Pooling":
        """The weights that give `truth` (class index by row) the best likelihood."""

        def loss(weights: np.ndarray) -> float:
            chosen = softmax(evidence @ weights)[np.arange(len(truth)), truth]
            return float(-np.log(np.clip(chosen, 1e-9, None)).mean())

        start = np.ones(evidence.shape[-1])
        bounds = [(0, None)] * len(start)
        found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
        return cls([float(weight) for weight in found.x])

    def probabilities(self, evidence: np.ndarray) -> np.ndarray:
        """Of each class, from evidence of shape (rows, classes, kinds); shape (rows, classes)."""
        return softmax(evidence @ np.array(self.weights))


def learn_thresholds(
    need: np.ndarray,
    is_need: np.ndarray,
    ranking: np.ndarray,
    present: np.ndarray,
    truth: np.ndarray,
) -> Thresholds:
    """Thresholds from held-out messages, needs and others.

    Args:
        need: probability of being a need, shape (messages,).
        is_need: whether it is one, shape (messages,).
        ranking: probability of each field to be the main one, shape (needs, fields).
        present: probability of each field to be asked for, shape (needs, fields).
        truth: whether each field is asked for, same shape.
    """
    several = _best(
        lambda t: _set_quality(present >= t, ranking, truth),
    )
    single = (present >= several).sum(axis=1) < 2
    best = ranking.argmax(axis=1)
    right = truth[np.arange(len(truth)), best]
    top = ranking.max(axis=1)
    route = _lowest_with_error(top[single], right[single], ROUTE_ERROR)
    first_two = np.argsort(-ranking, axis=1)[:, :2]
    among_two = np.take_along_axis(truth, first_two, axis=1).any(axis=1)
    top_two = np.take_along_axis(ranking, first_two, axis=1).sum(axis=1)
    asked = single & (top < route)
    return Thresholds(
        need=_best(lambda t: min((need[is_need] >= t).mean(), (need[~is_need] < t).mean())),
        several=several,
        route=route,
        clarify=_lowest_with_error(top_two[asked], among_two[asked], CLARIFY_ERROR),
    )


def _best(quality) -> float:
    return float(max(GRID, key=quality))


def _set_quality(predicted: np.ndarray, ranking: np.ndarray, truth: np.ndarray) -> float:
    """F1 of the sets where several are asked for, plus single ones left single."""
    predicted = predicted.copy()
    predicted[np.arange(len(predicted)), ranking.argmax(axis=1)] = True
    multiple = truth.sum(axis=1) > 1
    shared = (predicted & truth).sum(axis=1)
    f1 = 2 * shared / (predicted.sum(axis=1) + truth.sum(axis=1))
    left_single = predicted.sum(axis=1) == 1
    return float(f1[multiple].mean() + left_single[~multiple].mean())


def _lowest_with_error(confidence: np.ndarray, right: np.ndarray, error: float) -> float:
    """The lowest confidence above which at most `error` of the messages are wrong."""
    order = np.argsort(-confidence)
    errors = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    within = np.flatnonzero(errors <= error)
    return float(confidence[order][within[-1]]) if len(within) else 1.0
