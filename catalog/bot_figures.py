"""Figures of the bot: what it decided, how sure it was, and how often reviewers agreed."""

import datetime as dt
from bisect import bisect
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from catalog.interpretation_days import ALL
from catalog.models import Interpretation, InterpretationDay, Language, Outcome, Review
from catalog.periods import Period
from catalog.review_measures import Accuracy, wilson
from catalog.review_queues import DECIDED
from catalog.reviews import Queue

MOST_CONFUSIONS = 20


@dataclass(frozen=True)
class Confidence:
    """Of the needs of a part of the period: how many, and the mean of their confidence."""

    needs: int
    mean: float | None


@dataclass(frozen=True)
class BotFigures:
    """Messages by outcome in each language, and the bot's confidence by week or month."""

    outcomes: dict[Language, Counter[Outcome]]
    confidence: dict[dt.date, Confidence]

    @property
    def by_outcome(self) -> Counter[Outcome]:
        return sum(self.outcomes.values(), Counter())


@dataclass(frozen=True)
class Confusion:
    """How many messages the bot called `named` and reviewers called `true`."""

    named: str
    true: str
    messages: int


@dataclass(frozen=True)
class ReviewFigures:
    """What reviewers said of a random sample; labels are slugs of fields, or intents."""

    accuracy: list[Accuracy]
    confusions: list[Confusion]


def needs(outcomes: Counter[Outcome]) -> int:
    return outcomes.total() - outcomes[Outcome.OTHER]


def routed(outcomes: Counter[Outcome]) -> int:
    """How many needs went to their fields without a question."""
    return sum(outcomes[outcome] for outcome in DECIDED)


def bot_figures(
    session: Session, period: Period, pole_slug: str | None, field_slug: str | None
) -> BotFigures:
    """Figures of the messages of `period`, those of which the main field is `field_slug`."""
    days = InterpretationDay
    query = select(days).where(
        days.pole_slug == (pole_slug or ALL),
        days.field_slug == (field_slug or ALL),
        days.day >= period.since,
        days.day < period.until,
    )
    return _gathered(session.scalars(query), period)


def review_figures(
    session: Session, period: Period, pole_slug: str | None, field_slug: str | None
) -> ReviewFigures:
    """What reviewers said of the messages of `period`, those that are about `field_slug`."""
    right: Counter[tuple[Language, str | None]] = Counter()
    reviewed: Counter[tuple[Language, str | None]] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    for language, named, true, messages in session.execute(_verdicts(period, pole_slug)):
        if field_slug in (None, true):
            # All labels together, and each; of one field, both are the same.
            for label in {field_slug, true}:
                reviewed[language, label] += messages
                right[language, label] += messages * (named == true)
        if named != true and field_slug in (None, named, true):
            confused[named, true] += messages
    return ReviewFigures(
        [
            Accuracy(*key, right[key], reviewed[key], *wilson(right[key], reviewed[key]))
            for key in sorted(reviewed, key=lambda key: (key[0], key[1] or ""))
        ],
        [Confusion(*pair, messages) for pair, messages in confused.most_common(MOST_CONFUSIONS)],
    )


def _gathered(days: Iterable[InterpretationDay], period: Period) -> BotFigures:
    starts = period.starts(period.coarse_step)
    outcomes: dict[Language, Counter[Outcome]] = {language: Counter() for language in Language}
    told: Counter[dt.date] = Counter()
    sums: Counter[dt.date] = Counter()
    for day in days:
        counts = Counter({outcome: getattr(day, outcome) for outcome in Outcome})
        outcomes[day.language] += counts
        start = starts[bisect(starts, day.day) - 1]
        told[start] += needs(counts)
        sums[start] += day.confidence_sum
    confidence = {
        start: Confidence(told[start], sums[start] / told[start] if told[start] else None)
        for start in starts
    }
    return BotFigures(outcomes, confidence)


def _verdicts(period: Period, pole_slug: str | None) -> Select:
    """Messages of the sample by language, by what the bot and the latest reviewer called them.

    The same verdicts as those of `catalog.reviews.accuracy`, counted where they are.
    """
    since, until = period.instants()
    latest_first = func.row_number().over(
        partition_by=Interpretation.id, order_by=Review.reviewed_at.desc()
    )
    verdicts = (
        select(
            Interpretation.language,
            func.coalesce(Interpretation.fields[0].as_string(), Interpretation.intent).label(
                "named"
            ),
            func.coalesce(Review.fields[0].as_string(), Review.intent).label("verdict"),
            latest_first.label("place"),
        )
        .join(Review, Review.interpretation_id == Interpretation.id)
        .where(
            Review.queue == Queue.SAMPLE,
            Interpretation.said_at >= since,
            Interpretation.said_at < until,
            *([Interpretation.pole_slug == pole_slug] if pole_slug else []),
        )
        .subquery()
    )
    keys = (verdicts.c.language, verdicts.c.named, verdicts.c.verdict)
    latest = select(*keys, func.count()).where(verdicts.c.place == 1)
    return latest.group_by(*keys).order_by(*keys)
