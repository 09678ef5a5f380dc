"""How well interpretations agree with labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from bot.decision import NEED, ROUTE
from bot.decision import SEVERAL as SEVERAL_OUTCOME
from bot.evaluation_set import HARD, KINDS, NONE, SEVERAL, SINGLE, Labelled

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Judged:
    """A labelled message and the bot's interpretation of it."""

    label: Labelled
    interpretation: dict[str, Any]

    @property
    def first(self) -> str:
        """The field ranked first, whatever the outcome."""
        return next(iter(self.interpretation["ranking"]))

    @property
    def confidence(self) -> float:
        """Probability given to the first field; none where the message is not taken for a need."""
        return self.interpretation["ranking"][self.first] if self.taken_as_need else 0.0

    @property
    def taken_as_need(self) -> bool:
        return self.interpretation["intent"] == NEED

    @property
    def first_right(self) -> bool:
        """Whether the main field comes first and the message is taken for a need at all."""
        return self.taken_as_need and self.first == self.label.fields[0]

    @property
    def among_three(self) -> bool:
        return (
            self.taken_as_need and self.label.fields[0] in list(self.interpretation["ranking"])[:3]
        )

    @property
    def routed_alone(self) -> bool:
        return self.interpretation["outcome"] in (ROUTE, SEVERAL_OUTCOME)


def measure(judged: Sequence[Judged]) -> dict[str, Any]:
    """All figures of one language."""
    needs = [j for j in judged if j.label.kind != NONE]
    single = [j for j in needs if j.label.kind in (*SINGLE, *HARD)]
    return {
        "messages": len(judged),
        "by_kind": {
            kind: _accuracy([j for j in needs if j.label.kind == kind])
            for kind in KINDS
            if kind != NONE
        },
        "single": _accuracy([j for j in needs if j.label.kind in SINGLE]),
        "indirect_and_border": _accuracy([j for j in needs if j.label.kind in HARD]),
        "all_needs": _accuracy(needs),
        "macro_f1": _macro_f1(single),
        "several_f1": _several_f1([j for j in needs if j.label.kind == SEVERAL]),
        "needs_kept": _share([j.taken_as_need for j in needs]),
        "others_not_routed": _share([not j.taken_as_need for j in judged if j.label.kind == NONE]),
        "other_intent_right": _share(
            [j.interpretation["intent"] == j.label.intent for j in judged if j.label.kind == NONE]
        ),
        "routed_without_question": _share([j.routed_alone for j in single]),
        "routed_without_question_errors": _share(
            [not j.first_right for j in single if j.routed_alone]
        ),
        "coverage_at_3_percent_error": coverage(single, 0.03),
        "calibration_error": calibration_error(single),
    }


def confusions(judged: Sequence[Judged], most: int) -> list[tuple[str, str, int]]:
    """The commonest (right field, field named) pairs among single needs."""
    pairs = Counter(
        (j.label.fields[0], j.first)
        for j in judged
        if j.label.kind in (*SINGLE, *HARD) and j.first != j.label.fields[0]
    )
    return [(right, named, count) for (right, named), count in pairs.most_common(most)]


def coverage(judged: Sequence[Judged], error: float) -> float:
    """The largest share of messages, surest first, of which at most `error` are wrong."""
    surest = sorted(judged, key=lambda j: -j.confidence)
    wrong = np.cumsum([not j.first_right for j in surest])
    within = np.flatnonzero(wrong / np.arange(1, len(surest) + 1) <= error)
    return float((within[-1] + 1) / len(surest)) if len(within) else 0.0


def calibration_error(judged: Sequence[Judged]) -> float:
    """Expected calibration error of the first field's probability, in equal-width bins."""
    judged = [j for j in judged if j.taken_as_need]
    confidence = np.array([j.confidence for j in judged])
    right = np.array([j.first_right for j in judged])
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def _accuracy(judged: Sequence[Judged]) -> dict[str, float]:
    return {
        "messages": len(judged),
        "first": _share([j.first_right for j in judged]),
        "among_three": _share([j.among_three for j in judged]),
    }


def _macro_f1(judged: Sequence[Judged]) -> float:
    truth = [j.label.fields[0] for j in judged]
    named = [j.first if j.taken_as_need else NONE for j in judged]
    return float(f1_score(truth, named, labels=sorted(set(truth)), average="macro"))


def _several_f1(judged: Sequence[Judged]) -> float:
    """Mean F1 of the set of fields acted on."""
    scores = []
    for j in judged:
        named, asked = set(j.interpretation["fields"]), set(j.label.fields)
        scores.append(2 * len(named & asked) / (len(named) + len(asked)))
    return _share(scores)


def _share(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
