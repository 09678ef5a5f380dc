"""What reviews tell of the bot and of those who review: accuracy, and agreement."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Language, Review
from catalog.reviews import label_of

Z_95 = 1.96


@dataclass(frozen=True)
class Accuracy:
    """Of what reviewers called `label` in one language, how much the bot had called the same.

    `label` is the slug of the main field, or the intent of what is no need; None for all of the
    language. `low` and `high` bound the share that is right, with 95 % confidence.
    """

    language: Language
    label: str | None
    right: int
    reviewed: int
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """How two people judge the same messages.

    `share` is of the messages, from 0 to 1, and `kappa` is Cohen's, 0 for what chance alone would
    give; None where nothing can be told.
    """

    messages: int
    share: float | None
    kappa: float | None


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The bounds of Wilson's interval for a share, from 0 to 1; all of it without a trial."""
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    weight = 1 + z**2 / trials
    centre = (share + z**2 / (2 * trials)) / weight
    half = z / weight * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def agreement(session: Session) -> Agreement:
    """How much the first two people who reviewed each doubly reviewed message agree."""
    doubly = select(Review.interpretation_id).group_by(Review.interpretation_id)
    rows = session.execute(
        select(Review.interpretation_id, Review.fields, Review.intent)
        .where(Review.interpretation_id.in_(doubly.having(func.count() > 1)))
        .order_by(Review.interpretation_id, Review.account_id)
    )
    pairs = []
    for _, verdicts in groupby(rows, key=lambda row: row.interpretation_id):
        one, other, *_ = (label_of(verdict.fields, verdict.intent) for verdict in verdicts)
        pairs.append((one, other))
    if not pairs:
        return Agreement(0, None, None)
    share = sum(one == other for one, other in pairs) / len(pairs)
    return Agreement(len(pairs), share, _kappa(share, pairs))


def _kappa(share: float, pairs: list[tuple[str, str]]) -> float | None:
    ones, others = (Counter(labels) for labels in zip(*pairs, strict=True))
    by_chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return None if by_chance == 1 else (share - by_chance) / (1 - by_chance)
