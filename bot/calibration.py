"""From scores to probabilities that mean what they say, and the thresholds to act on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from bot.decision import Thresholds
from bot.heads import softmax

# A wrong field costs a colleague's time; one question costs the member one tap. At most 3 % may be
# wrong; held-out messages, written by fewer hands than members have, are a little easier.
ROUTE_ERROR = 0.011
CLARIFY_ERROR = 0.10
# Whatever was measured, no question is put between two fields where a third is as likely.
CLARIFY_LEAST = 2 / 3
SURE = 0.8
GRID = np.linspace(0.02, 0.98, 97)
# About one standard error of a quality, which is shares of some hundreds of messages.
NOISE = 0.008


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
    several = _lowest_best(lambda t: _set_quality(present >= t, ranking, truth))
    single = (present >= several).sum(axis=1) < 2
    best = ranking.argmax(axis=1)
    right = truth[np.arange(len(truth)), best]
    top = ranking.max(axis=1)
    route = _lowest_with_error(top[single], right[single], ROUTE_ERROR, sure=SURE)
    first_two = np.argsort(-ranking, axis=1)[:, :2]
    among_two = np.take_along_axis(truth, first_two, axis=1).any(axis=1)
    top_two = np.take_along_axis(ranking, first_two, axis=1).sum(axis=1)
    unclear = single & (top < route)
    return Thresholds(
        need=_lowest_best(lambda t: _need_quality(need >= t, is_need)),
        several=several,
        route=route,
        clarify=max(
            CLARIFY_LEAST,
            _lowest_with_error(top_two[unclear], among_two[unclear], CLARIFY_ERROR),
        ),
    )


def _lowest_best(quality: Callable[[float], float]) -> float:
    """The lowest threshold whose quality is the best, but for what chance moves.

    The lowest: a need heard in excess is put right by the member, one that is missed is lost.
    """
    qualities = np.array([quality(threshold) for threshold in GRID])
    return float(GRID[qualities >= qualities.max() - NOISE][0])


def _need_quality(predicted: np.ndarray, is_need: np.ndarray) -> float:
    """The share of needs kept plus that of others left."""
    return float(predicted[is_need].mean() + (~predicted[~is_need]).mean())


def _set_quality(predicted: np.ndarray, ranking: np.ndarray, truth: np.ndarray) -> float:
    """F1 of the sets where several are asked for, plus single ones left single."""
    predicted = predicted.copy()
    predicted[np.arange(len(predicted)), ranking.argmax(axis=1)] = True
    multiple = truth.sum(axis=1) > 1
    shared = (predicted & truth).sum(axis=1)
    f1 = 2 * shared / (predicted.sum(axis=1) + truth.sum(axis=1))
    left_single = predicted.sum(axis=1) == 1
    return float(f1[multiple].mean() + left_single[~multiple].mean())


def _lowest_with_error(
    confidence: np.ndarray, right: np.ndarray, error: float, sure: float | None = None
) -> float:
    """The lowest confidence above which at most `error` of the messages are wrong.

    In the messages given or, if `sure` is, in all that are like them, with that probability
    (Clopper and Pearson's bound).
    """
    order = np.argsort(-confidence)
    wrong, count = np.cumsum(~right[order]), np.arange(1, len(order) + 1)
    errors = wrong / count if sure is None else beta.ppf(sure, wrong + 1, count - wrong)
    surest = confidence[order]
    # Equal confidences are all above a threshold or none.
    last_of_equals = np.append(surest[1:] < surest[:-1], True)
    # All wrong has no bound: it is a comparison with NaN, which is false.
    within = np.flatnonzero((errors <= error) & last_of_equals)
    return float(surest[within[-1]]) if len(within) else 1.0
