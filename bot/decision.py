"""What to do with a message, given probabilities: route, ask, or leave it."""

from dataclasses import asdict, dataclass
from typing import Any

NEED = "need"
ROUTE, SEVERAL, CLARIFY, UNSURE, OTHER = "route", "several", "clarify", "unsure", "other"
NEAREST = 3


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, learnt from messages that the model was not trained on."""

    need: float
    several: float
    route: float
    clarify: float


@dataclass(frozen=True)
class Interpretation:
    """A message as the bot understood it.

    `fields` are the slugs that the bot would act on, best first: one to route, two or more that
    are all asked for, two to tell apart, three to offer when unsure, none when it is no need.
    `ranking` gives every field's probability of being the main one, best first.
    """

    language: str
    intent: str
    outcome: str
    fields: tuple[str, ...]
    ranking: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "fields": list(self.fields)}


def decide(
    need: float,
    ranking: dict[str, float],
    present: dict[str, float],
    thresholds: Thresholds,
) -> tuple[str, tuple[str, ...]]:
    """The outcome and the fields to act on.

    Args:
        need: probability that the message is a need.
        ranking: probability of each field to be the main one, best first.
        present: probability of each field to be asked for at all.
    """
    if need < thresholds.need:
        return OTHER, ()
    best, second, *_ = ranking
    asked_for = [field for field in ranking if present[field] >= thresholds.several]
    if len(asked_for) > 1:
        return SEVERAL, tuple(asked_for)
    if ranking[best] >= thresholds.route:
        return ROUTE, (best,)
    if ranking[best] + ranking[second] >= thresholds.clarify:
        return CLARIFY, (best, second)
    return UNSURE, tuple(list(ranking)[:NEAREST])
