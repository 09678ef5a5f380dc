"""How much waits, and since when, read at a cost that does not grow with the catalog."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog.interpretation_days import ALL
from catalog.models import (
    InterpretationDay,
    Language,
    OutboxMessage,
    Outcome,
    ReferenceSequence,
    Request,
    RequestStatus,
    utc_now,
)

# Beyond, a queue is told to be this long: whoever reads it is awake already.
MOST = 10_000
OPEN = (RequestStatus.TO_QUALIFY, RequestStatus.RECEIVED, RequestStatus.IN_PROGRESS)


@dataclass(frozen=True)
class Queue:
    """What waits, MOST at most, and for how many seconds the oldest has; 0 where nothing does."""

    length: int
    oldest_seconds: float


@dataclass(frozen=True)
class Queues:
    """Each queue of the service."""

    # E-mails that will be tried, and those given up on.
    outbox: Queue
    parked: Queue
    to_qualify: Queue
    # Requests without an answer past the time that was promised, by how long they are.
    past_promise: Queue


def read_queues(session: Session) -> Queues:
    """How each queue is now."""
    now = utc_now()
    conditions = {
        "outbox": (OutboxMessage.created_at, [OutboxMessage.next_attempt_at.is_not(None)]),
        "parked": (OutboxMessage.parked_at, [OutboxMessage.parked_at.is_not(None)]),
        "to_qualify": (Request.created_at, [Request.status == RequestStatus.TO_QUALIFY]),
        "past_promise": (Request.answer_due_at, _past_promise(now)),
    }
    return Queues(**{name: _read(session, now, *of) for name, of in conditions.items()})


def count_filed(session: Session) -> int:
    """How many requests were ever filed, whatever became of them."""
    return session.scalar(select(func.coalesce(func.sum(ReferenceSequence.last_number), 0)))


def count_interpreted(session: Session) -> dict[tuple[Language, Outcome], int]:
    """How many messages were ever understood each way, in each language."""
    sums = [func.coalesce(func.sum(getattr(InterpretationDay, o)), 0) for o in Outcome]
    query = (
        select(InterpretationDay.language, *sums)
        .where(InterpretationDay.pole_slug == ALL, InterpretationDay.field_slug == ALL)
        .group_by(InterpretationDay.language)
    )
    counts = {language: of for language, *of in session.execute(query)}
    none = [0] * len(Outcome)
    return {
        (language, outcome): count
        for language in Language
        for outcome, count in zip(Outcome, counts.get(language, none), strict=True)
    }


def _past_promise(now: dt.datetime) -> list[ColumnElement[bool]]:
    return [
        # By the statuses' index: of most requests the due time is past, and they are answered.
        Request.status.in_(OPEN),
        Request.answer_due_at < now,
        Request.first_answered_at.is_(None),
    ]


def _read(
    session: Session,
    now: dt.datetime,
    since: InstrumentedAttribute[dt.datetime | None],
    conditions: list[ColumnElement[bool]],
) -> Queue:
    some: Select = select(since.label("since")).where(*conditions).limit(MOST)
    waiting = some.subquery()
    length, oldest = session.execute(
        select(func.count(), func.min(waiting.c.since)).select_from(waiting)
    ).one()
    return Queue(length, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
