"""The dashboard's figures, against rows counted by hand."""

import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from catalog.bot_figures import Confidence, Confusion, needs, routed
from catalog.dashboard import Dashboard, dashboard
from catalog.database import SessionFactory
from catalog.interpretation_days import count_interpretations
from catalog.interpretations import follow, forget
from catalog.models import (
    Account,
    Interpretation,
    InterpretationDay,
    Language,
    Outcome,
    Request,
    RequestStatus,
    Review,
    Role,
)
from catalog.periods import Period, Step, last_days, midnight
from catalog.request_figures import Delays, Waiting
from catalog.requests import file_requests
from catalog.review_measures import wilson
from tests.accounts import add_account
from tests.catalog.drafts import chosen, draft
from tests.catalog.test_interpretations import GREETED, Rasa

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
# From a Monday to a Sunday, two weeks.
MARCH = Period(dt.date(2026, 3, 2), dt.date(2026, 3, 16))
NOON = dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 20, 17, tzinfo=dt.UTC)
numbers = count(1)

Ask = Callable[..., Dashboard]


@pytest.fixture
def ask(sessions: SessionFactory) -> Ask:
    def asked(period: Period = MARCH, **filters: str) -> Dashboard:
        with sessions() as session:
            return dashboard(session, period, NOW, **filters)

    return asked


@pytest.fixture
def file(sessions: SessionFactory) -> Callable[..., int]:
    """A function that files a request, in the state that a test needs."""

    def filed(created_at: dt.datetime = NOON, *fields: str, **changes: Any) -> int:
        state = {
            name: changes.pop(name)
            for name in ("status", "answer_due_at", "first_answered_at", "merged_into_id")
            if name in changes
        }
        made = draft(f"key-{next(numbers)}", fields=chosen(*fields), **changes)
        request_id = file_requests(sessions, [made])[0].id
        with sessions.begin() as session:
            request = session.get_one(Request, request_id)
            for name, value in {"created_at": created_at, **state}.items():
                setattr(request, name, value)
        return request_id

    return filed


def heard(session: Any, *fields: str, **changes: Any) -> Interpretation:
    """An interpretation that is kept and counted."""
    number = next(numbers)
    values = {
        "event_id": number,
        "conversation_id": f"c{number}",
        "said_at": NOON,
        "language": Language.FR,
        "text": "notre paie",
        "text_key": "k",
        "intent": "need" if fields else "greet",
        "outcome": Outcome.ROUTE if fields else Outcome.OTHER,
        "fields": list(fields),
        "ranking": {},
        "confidence": 0.5,
        "model_version": "m",
    }
    interpretation = Interpretation(**values | changes)
    session.add(interpretation)
    session.flush()
    count_interpretations(session, [interpretation])
    return interpretation


def judge(
    interpretation: Interpretation, by: Account, *fields: str, queue: str = "sample", days: int = 0
) -> None:
    interpretation.reviews.append(
        Review(
            account_id=by.id,
            intent="need" if fields else "greet",
            fields=list(fields),
            queue=queue,
            reviewed_at=NOON + days * DAY,
        )
    )


def test_an_empty_database_has_figures_too(ask) -> None:
    figures = ask()
    requests, bot, reviews = figures.requests, figures.bot, figures.reviews
    assert requests.by_day == {MARCH.since + place * DAY: 0 for place in range(14)}
    assert requests.total == 0 and not requests.by_field
    assert requests.delays == Delays(0, None, None, 0, 0)
    assert requests.waiting == Waiting((0, 0, 0, 0, 0), 0)
    assert needs(bot.by_outcome) == routed(bot.by_outcome) == 0
    assert bot.confidence == {
        dt.date(2026, 3, 2): Confidence(0, None),
        dt.date(2026, 3, 9): Confidence(0, None),
    }
    assert (reviews.accuracy, reviews.confusions) == ([], [])


def test_requests_are_counted_by_all_that_they_are(ask, file) -> None:
    file(NOON, "accounting", "governance", pole_slug="estrie", language="en")
    file(NOON, "governance", pole_slug="estrie", status=RequestStatus.CLOSED)
    file(NOON + DAY)
    requests = ask().requests
    assert requests.total == 3
    assert requests.by_language == {"fr": 2, "en": 1}
    assert requests.by_pole == {"estrie": 2, None: 1}
    assert requests.by_field == {"accounting": 1, "governance": 1, None: 1}, "by the main one"
    assert requests.by_status == {"received": 1, "closed": 1, "to_qualify": 1}
    filed = {day: count for day, count in requests.by_day.items() if count}
    assert filed == {dt.date(2026, 3, 4): 2, dt.date(2026, 3, 5): 1}


def test_a_day_is_one_of_quebec(ask, file) -> None:
    """On 8 March 2026 the clocks there go from UTC−5 to UTC−4."""
    for instant in ("03-02T04:59:59", "03-02T05:00:00", "03-16T03:59:59", "03-16T04:00:00"):
        file(dt.datetime.fromisoformat(f"2026-{instant}+00:00"))
    requests = ask().requests
    assert requests.total == 2
    assert {day.day for day, count in requests.by_day.items() if count} == {2, 15}


def test_a_long_period_is_cut_into_weeks_of_which_only_the_ends_are_incomplete(ask, file) -> None:
    for day in (1, 2, 8, 9, 31):
        file(dt.datetime(2026, 3, day, 17, tzinfo=dt.UTC))
    requests = ask(Period(dt.date(2026, 2, 28), dt.date(2026, 5, 1))).requests
    assert list(requests.by_day.items())[:4] == [
        (dt.date(2026, 2, 28), 1),
        (dt.date(2026, 3, 2), 2),
        (dt.date(2026, 3, 9), 1),
        (dt.date(2026, 3, 16), 0),
    ]
    assert sum(requests.by_day.values()) == requests.total == 5


def test_a_double_is_counted_with_the_request_that_goes_on(ask, file) -> None:
    kept = file()
    file(merged_into_id=kept, status=RequestStatus.CLOSED)
    assert ask().requests.total == 1


def test_delays_are_those_of_the_nearest_rank(ask, file) -> None:
    for hours in range(1, 11):
        file(first_answered_at=NOON + hours * HOUR, answer_due_at=NOON + 7 * HOUR)
    delays = ask().requests.delays
    assert (delays.answered, delays.median, delays.ninth_decile) == (10, 5.0, 9.0)
    assert (delays.promised, delays.kept) == (10, 7)


def test_a_promise_counts_once_it_is_kept_or_broken(ask, file) -> None:
    due = {"answer_due_at": NOON + DAY}
    file(NOON, "accounting", **due)
    file(NOON, "accounting", **due, first_answered_at=NOON + HOUR)
    file(NOON, "accounting", **due, status=RequestStatus.CLOSED)
    file(NOON, "accounting", answer_due_at=NOW + DAY)
    delays = ask().requests.delays
    assert (delays.promised, delays.kept) == (2, 1), "closed by telephone, or not due: unknown"


def test_what_is_open_is_of_the_present_whatever_the_period(ask, file) -> None:
    for days in (0.5, 2, 2.5, 5, 20, 40, 50):
        created_at = NOW - days * DAY
        file(created_at, answer_due_at=created_at + 3 * DAY)
    file(NOW - 5 * DAY, "accounting", status=RequestStatus.ANSWERED, answer_due_at=NOON)
    waiting = ask(Period(dt.date(2020, 1, 1), dt.date(2020, 1, 2))).requests.waiting
    assert waiting == Waiting((1, 2, 1, 1, 2), overdue=4)


def test_what_was_answered_in_time_is_not_overdue(ask, file) -> None:
    late = {"status": RequestStatus.IN_PROGRESS, "answer_due_at": NOON + DAY}
    file(NOON, "accounting", **late, first_answered_at=NOON + HOUR)
    assert ask().requests.waiting == Waiting((0, 0, 0, 1, 0), overdue=0)


def test_requests_of_one_pole_or_field_are_counted_alone(ask, file) -> None:
    answered = {"first_answered_at": NOON + HOUR, "answer_due_at": NOON + DAY}
    file(NOON, "accounting", "governance", pole_slug="estrie")
    file(NOON, "governance", pole_slug="estrie", **answered)
    file(NOON, "governance", pole_slug="laval", **answered)
    estrie = ask(pole_slug="estrie").requests
    assert (estrie.total, set(estrie.by_pole)) == (2, {"estrie"})
    assert sum(estrie.by_day.values()) == sum(estrie.waiting.by_age) == 2
    assert estrie.delays.answered == 1
    governance = ask(field_slug="governance").requests
    assert (governance.total, set(governance.by_field)) == (2, {"governance"})
    assert sum(governance.by_day.values()) == sum(governance.waiting.by_age) == 2
    assert ask(pole_slug="estrie", field_slug="governance").requests.total == 1


def test_messages_are_counted_by_outcome_and_language(ask, sessions) -> None:
    with sessions.begin() as session:
        heard(session, "accounting", language=Language.EN)
        heard(session, "accounting", "governance", outcome=Outcome.SEVERAL)
        heard(session, "accounting", "governance", outcome=Outcome.CLARIFY)
        heard(session)
        heard(session, "accounting", said_at=NOON - 30 * DAY)
    bot = ask().bot
    assert bot.outcomes == {"fr": {"several": 1, "clarify": 1, "other": 1}, "en": {"route": 1}}
    assert (needs(bot.by_outcome), routed(bot.by_outcome)) == (3, 2)


def test_confidence_is_that_of_needs_by_week(ask, sessions) -> None:
    with sessions.begin() as session:
        heard(session, "accounting", confidence=0.75)
        heard(session, "accounting", confidence=0.25)
        heard(session, confidence=1.0)
        heard(session, "accounting", confidence=1.0, said_at=NOON + 7 * DAY)
    assert ask().bot.confidence == {
        dt.date(2026, 3, 2): Confidence(2, 0.5),
        dt.date(2026, 3, 9): Confidence(1, 1.0),
    }


def test_messages_of_one_pole_or_field_are_counted_alone(ask, sessions) -> None:
    with sessions.begin() as session:
        heard(session, "accounting", pole_slug="estrie")
        heard(session, "governance", "accounting", pole_slug="laval")
        heard(session, "governance")
    assert ask(pole_slug="estrie").bot.by_outcome == {"route": 1}
    assert ask(field_slug="governance").bot.by_outcome == {"route": 2}
    assert ask(pole_slug="estrie", field_slug="governance").bot.by_outcome == {}


def test_each_message_is_counted_in_its_place_and_in_all_of_them(sessions) -> None:
    late = dt.datetime(2026, 3, 5, 4, 30, tzinfo=dt.UTC)
    with sessions.begin() as session:
        heard(session, "accounting", confidence=0.5)
        heard(session, "accounting", confidence=0.75, said_at=late)
        heard(session, pole_slug="estrie")
        count_interpretations(session, [])
    with sessions() as session:
        days = session.scalars(select(InterpretationDay)).all()
        assert {day.day for day in days} == {dt.date(2026, 3, 4)}, "Québec's"
        counted = {
            (day.pole_slug, day.field_slug): (day.route, day.other, day.confidence_sum)
            for day in days
        }
        assert counted == {
            ("", "accounting"): (2, 0, 1.25),
            ("", "*"): (2, 0, 1.25),
            ("estrie", ""): (0, 1, 0.0),
            ("estrie", "*"): (0, 1, 0.0),
            ("*", "accounting"): (2, 0, 1.25),
            ("*", ""): (0, 1, 0.0),
            ("*", "*"): (2, 1, 1.25),
        }


def test_what_is_followed_is_counted_once_and_stays_counted_when_erased(ask, sessions) -> None:
    rasa = Rasa(sessions)
    rasa.type("notre paie est fausse")
    assert follow(sessions) == 1
    rasa.type_all(["allô"], understood=GREETED)
    assert [follow(sessions), follow(sessions)] == [1, 0]
    with sessions.begin() as session:
        forget(session, ["c1"])
    bot = ask(Period(dt.date(2026, 3, 1), dt.date(2026, 3, 2))).bot
    assert bot.by_outcome == {"route": 1, "other": 1}


@pytest.fixture
def reviewed(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        anne = add_account(session, Role.REVIEWER)
        bill = add_account(session, Role.ADMINISTRATOR)
        for _ in range(3):
            judge(heard(session, "accounting", pole_slug="estrie"), anne, "accounting")
        judge(heard(session, "accounting"), anne, "governance", "accounting")
        judge(heard(session, "accounting"), anne)
        judge(heard(session, language=Language.EN), anne)
        twice = heard(session, "accounting")
        judge(twice, anne, "governance")
        judge(twice, bill, "accounting", days=1)
        judge(heard(session, "training"), anne, "accounting", queue="uncertain")
        judge(heard(session, "training", said_at=NOON - 30 * DAY), anne, "accounting")


@pytest.mark.usefixtures("reviewed")
def test_accuracy_is_of_the_sample_by_the_latest_verdict(ask) -> None:
    told = ask().reviews.accuracy
    measured = {(one.language, one.label): (one.right, one.reviewed) for one in told}
    assert measured == {
        ("en", None): (1, 1),
        ("en", "greet"): (1, 1),
        ("fr", None): (4, 6),
        ("fr", "accounting"): (4, 4),
        ("fr", "governance"): (0, 1),
        ("fr", "greet"): (0, 1),
    }


@pytest.mark.usefixtures("reviewed")
def test_confusions_are_what_the_bot_named_and_what_it_was(ask) -> None:
    confusions = {Confusion("accounting", "governance", 1), Confusion("accounting", "greet", 1)}
    assert set(ask().reviews.confusions) == confusions


@pytest.mark.usefixtures("reviewed")
def test_reviews_of_one_pole_or_field_are_counted_alone(ask) -> None:
    estrie = ask(pole_slug="estrie").reviews
    assert [(one.label, one.reviewed) for one in estrie.accuracy] == [(None, 3), ("accounting", 3)]
    assert estrie.confusions == []
    [governance] = ask(field_slug="governance").reviews.accuracy
    assert (governance.right, governance.reviewed) == (0, 1)
    assert (governance.low, governance.high) == wilson(0, 1)
    assert ask(field_slug="governance").reviews.confusions == [
        Confusion("accounting", "governance", 1)
    ]


@pytest.mark.parametrize(
    ("days", "step", "coarse"),
    [
        (1, Step.DAY, Step.WEEK),
        (45, Step.DAY, Step.WEEK),
        (46, Step.WEEK, Step.WEEK),
        (750, Step.WEEK, Step.WEEK),
        (751, Step.MONTH, Step.MONTH),
    ],
)
def test_a_period_is_cut_finely_enough_to_be_read(days: int, step: Step, coarse: Step) -> None:
    period = last_days(days, dt.date(2026, 3, 15))
    assert (period.until - period.since).days == days
    assert (period.step, period.coarse_step) == (step, coarse)
    starts = period.starts(step)
    assert starts[0] == period.since and starts[-1] < period.until


def test_months_begin_on_their_first_day_whatever_their_length() -> None:
    starts = Period(dt.date(2023, 12, 31), dt.date(2024, 4, 1)).starts(Step.MONTH)
    assert [(day.month, day.day) for day in starts] == [(12, 31), (1, 1), (2, 1), (3, 1)]


def test_midnight_follows_the_clocks_of_quebec() -> None:
    assert midnight(dt.date(2026, 3, 8)).astimezone(dt.UTC).hour == 5
    assert midnight(dt.date(2026, 3, 9)).astimezone(dt.UTC).hour == 4
