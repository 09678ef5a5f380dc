"""The dashboard as its template shows it: figures in words, in the language of the page."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette_admin.i18n import get_locale

from catalog.bot_figures import BotFigures, ReviewFigures, needs, routed
from catalog.dashboard import Dashboard
from catalog.models import Language, Outcome, RequestStatus
from catalog.periods import Period, Step
from catalog.promises import DAY
from catalog.request_figures import RequestFigures
from catalog.review_measures import Accuracy
from catalog.reviews import intent_name
from catalog.texts import Texts
from web.console.charts import Bar, Series, bars, columns, shares
from web.console.numbers import date, month, number, percent, short_date
from web.console.texts import text

TEXTS = Texts(Path(__file__).parents[1] / "dashboard_texts.yml")
HOURS_IN_HOURS = 48
HOURS_PER_DAY = 24
AGES = ("age_1", "age_3", "age_7", "age_30", "age_over_30")


@dataclass(frozen=True)
class LanguageRow:
    """What the bot did of the messages in one language; `length` is that of a bar."""

    name: str
    messages: str
    needs: str
    routed: str
    length: float


@dataclass(frozen=True)
class Measured:
    """How often the bot was right; `low`, `right` and `high` are places in per cent."""

    words: str
    low: float
    right: float
    high: float


@dataclass(frozen=True)
class AccuracyRow:
    """One label, or all of them, measured in each language; None where nothing was reviewed."""

    label: str
    is_total: bool
    measured: list[Measured | None]


@dataclass(frozen=True)
class ConfusionRow:
    named: str
    true: str
    bar: Bar


@dataclass(frozen=True)
class Page:
    """`step` and `confidence_step` name what a chart over time is cut into."""

    step: Step
    confidence_step: Step
    key_figures: list[tuple[str, str]]
    filed: Series | None
    by_field: list[Bar]
    by_pole: list[Bar]
    by_language: list[Bar]
    by_status: list[Bar]
    by_age: list[Bar]
    outcomes: list[Bar]
    languages: list[LanguageRow]
    confidence: Series | None
    confidence_table: list[tuple[str, str, str]]
    accuracy: list[AccuracyRow]
    confusions: list[ConfusionRow]


def say(key: str, **values: object) -> str:
    """A text of the dashboard in the language of the page."""
    return TEXTS.get(key, get_locale(), **values)


def period_name(period: Period) -> str:
    return say("period", first=date(period.since), last=date(period.until - DAY))


def make_page(
    figures: Dashboard,
    period: Period,
    field_names: Mapping[str, str],
    pole_names: Mapping[str, str],
) -> Page:
    """The page of `figures`; names are by slug."""
    requests, bot = figures.requests, figures.bot
    return Page(
        step=period.step,
        confidence_step=period.coarse_step,
        key_figures=_key_figures(requests, bot),
        filed=columns([(_part(day, period.step), count) for day, count in requests.by_day.items()]),
        by_field=_ranked(requests.by_field, field_names, say("no_field")),
        by_pole=_ranked(requests.by_pole, pole_names, say("no_pole")),
        by_language=bars(
            (text(f"language_{language}"), requests.by_language[language]) for language in Language
        ),
        by_status=bars(
            (text(f"status_{status}"), requests.by_status[status]) for status in RequestStatus
        ),
        by_age=bars(zip(map(say, AGES), requests.waiting.by_age, strict=True)),
        outcomes=bars((say(f"outcome_{outcome}"), bot.by_outcome[outcome]) for outcome in Outcome),
        languages=[_language_row(language, counts) for language, counts in bot.outcomes.items()],
        confidence=shares(
            [(_part(day, period.coarse_step), one.mean) for day, one in bot.confidence.items()]
        ),
        confidence_table=[
            (_part(day, period.coarse_step), number(one.needs), percent(one.mean))
            for day, one in bot.confidence.items()
        ],
        accuracy=_accuracy_rows(figures.reviews.accuracy, field_names),
        confusions=_confusion_rows(figures.reviews, field_names),
    )


def _key_figures(requests: RequestFigures, bot: BotFigures) -> list[tuple[str, str]]:
    delays, outcomes = requests.delays, bot.by_outcome
    values = {
        "key_requests": number(requests.total),
        "key_needs": number(needs(outcomes)),
        "key_routed": _share(routed(outcomes), needs(outcomes)),
        "key_median": _duration(delays.median),
        "key_ninth_decile": _duration(delays.ninth_decile),
        "key_kept": _share(delays.kept, delays.promised),
        "key_open": number(sum(requests.waiting.by_age)),
        "key_overdue": number(requests.waiting.overdue),
    }
    return [(say(key), value) for key, value in values.items()]


def _share(part: int, whole: int) -> str:
    return percent(part / whole if whole else None)


def _duration(hours: float | None) -> str:
    if hours is None:
        return "–"
    if hours < HOURS_IN_HOURS:
        return say("hours", count=number(hours))
    return say("days", count=number(hours / HOURS_PER_DAY))


def _part(start: dt.date, step: Step) -> str:
    """The name of a part of the period."""
    if step is Step.MONTH:
        return month(start)
    return say("week_of", day=short_date(start)) if step is Step.WEEK else short_date(start)


def _ranked(counts: Counter[str | None], names: Mapping[str, str], nameless: str) -> list[Bar]:
    return bars((names[slug] if slug else nameless, count) for slug, count in counts.most_common())


def _language_row(language: Language, counts: Counter[Outcome]) -> LanguageRow:
    of_needs = needs(counts)
    return LanguageRow(
        name=text(f"language_{language}"),
        messages=number(counts.total()),
        needs=number(of_needs),
        routed=_share(routed(counts), of_needs),
        length=100 * routed(counts) / of_needs if of_needs else 0,
    )


def _accuracy_rows(accuracy: list[Accuracy], field_names: Mapping[str, str]) -> list[AccuracyRow]:
    """All labels together first, then those that were met most often."""
    found = {(one.label, one.language): one for one in accuracy}
    met: Counter[str | None] = Counter()
    for one in accuracy:
        met[one.label] += one.reviewed
    return [
        AccuracyRow(
            label=_label(label, field_names) if label else say("all_labels"),
            is_total=label is None,
            measured=[_measured(found.get((label, language))) for language in Language],
        )
        for label in sorted(met, key=lambda label: (label is not None, -met[label], label))
    ]


def _measured(one: Accuracy | None) -> Measured | None:
    if one is None:
        return None
    words = say(
        "measured",
        right=number(one.right),
        reviewed=number(one.reviewed),
        share=percent(one.right / one.reviewed),
        low=percent(one.low),
        high=percent(one.high),
    )
    return Measured(words, 100 * one.low, 100 * one.right / one.reviewed, 100 * one.high)


def _confusion_rows(reviews: ReviewFigures, field_names: Mapping[str, str]) -> list[ConfusionRow]:
    drawn = bars(("", one.messages) for one in reviews.confusions)
    return [
        ConfusionRow(_label(one.named, field_names), _label(one.true, field_names), bar)
        for one, bar in zip(reviews.confusions, drawn, strict=True)
    ]


def _label(label: str, field_names: Mapping[str, str]) -> str:
    return field_names.get(label) or intent_name(label, get_locale())
