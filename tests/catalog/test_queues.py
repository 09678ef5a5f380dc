import datetime as dt

import pytest
from sqlalchemy import select, update

from catalog import queues
from catalog.interpretation_days import ALL, NONE
from catalog.models import (
    InterpretationDay,
    Language,
    OutboxMessage,
    Outcome,
    Request,
    RequestStatus,
    utc_now,
)
from catalog.queues import Queue, count_filed, count_interpreted, read_queues
from catalog.requests import file_requests
from tests.catalog.drafts import draft

NOTHING = Queue(0, 0.0)


def now_in(sessions) -> queues.Queues:
    with sessions.begin() as session:
        return read_queues(session)


def change(sessions, model, **values) -> None:
    with sessions.begin() as session:
        session.execute(update(model).values(**values))


def ago(**length: float) -> dt.datetime:
    return utc_now() - dt.timedelta(**length)


def test_nothing_waits_in_an_empty_catalog(sessions) -> None:
    found = now_in(sessions)
    assert set(vars(found).values()) == {NOTHING}
    with sessions.begin() as session:
        assert count_filed(session) == 0


def test_an_e_mail_waits_until_it_is_sent_or_parked(sessions) -> None:
    file_requests(sessions, [draft()])
    change(sessions, OutboxMessage, created_at=ago(minutes=31))
    outbox = now_in(sessions).outbox
    assert (outbox.length, 31 * 60 <= outbox.oldest_seconds < 32 * 60) == (3, True)
    with sessions.begin() as session:
        sent, parked, _ = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        sent.sent_at, sent.next_attempt_at = utc_now(), None
        parked.parked_at, parked.next_attempt_at = ago(hours=2), None
    found = now_in(sessions)
    assert (found.outbox.length, found.parked.length) == (1, 1)
    assert 7200 <= found.parked.oldest_seconds < 7260


def test_a_request_waits_to_be_qualified(sessions) -> None:
    file_requests(sessions, [draft("1"), draft("2", to_qualify=True, fields=[])])
    change(sessions, Request, created_at=ago(hours=1))
    waiting = now_in(sessions).to_qualify
    assert (waiting.length, 3600 <= waiting.oldest_seconds < 3660) == (1, True)


@pytest.mark.parametrize(
    ("changes", "is_late"),
    [
        ({}, True),
        ({"answer_due_at": utc_now() + dt.timedelta(hours=1)}, False),
        ({"answer_due_at": None}, False),
        ({"first_answered_at": utc_now()}, False),
        ({"status": RequestStatus.TO_QUALIFY}, True),
        ({"status": RequestStatus.IN_PROGRESS}, True),
        ({"status": RequestStatus.CLOSED}, False),
        ({"status": RequestStatus.ANSWERED}, False),
    ],
)
def test_a_request_past_its_promise(sessions, changes, is_late: bool) -> None:
    file_requests(sessions, [draft()])
    change(sessions, Request, **{"answer_due_at": ago(hours=2)} | changes)
    late = now_in(sessions).past_promise
    assert late.length == is_late
    assert (7200 <= late.oldest_seconds < 7260) == is_late


def test_a_queue_is_never_counted_to_its_end(sessions, monkeypatch) -> None:
    monkeypatch.setattr(queues, "MOST", 2)
    file_requests(sessions, [draft()])
    assert now_in(sessions).outbox.length == 2


def test_what_was_filed_is_counted_over_the_years(sessions, clock) -> None:
    for year, filed in (("2026", 2), ("2027", 1)):
        clock.set(f"{year}-05-01T12:00:00+00:00")
        file_requests(sessions, [draft(f"{year}-{number}") for number in range(filed)])
    with sessions.begin() as session:
        assert count_filed(session) == 3


def test_messages_are_counted_by_how_they_were_understood(sessions) -> None:
    day = {"day": dt.date(2026, 5, 1), "language": Language.FR, "confidence_sum": 0.0}
    counts = {str(outcome): number for number, outcome in enumerate(Outcome, start=1)}
    with sessions.begin() as session:
        for pole, field in ((ALL, ALL), (NONE, ALL), (ALL, "accounting")):
            session.add(InterpretationDay(pole_slug=pole, field_slug=field, **day, **counts))
        session.add(
            InterpretationDay(
                pole_slug=ALL, field_slug=ALL, **day | {"day": dt.date(2026, 5, 2)}, **counts
            )
        )
    with sessions.begin() as session:
        found = count_interpreted(session)
    assert [found[Language.FR, outcome] for outcome in Outcome] == [2, 4, 6, 8, 10]
    assert [found[Language.EN, outcome] for outcome in Outcome] == [0] * 5
