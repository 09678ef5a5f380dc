"""The review desk's queues: which messages to look at, and in what order."""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    String,
    cast,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from catalog.models import (
    Account,
    FieldsChange,
    Interpretation,
    Language,
    Outcome,
    Request,
    Review,
)
from catalog.models.conversations import DRAW
from catalog.reviews import Queue, reviewed_by

PAGE = 20
# Where a queue is told from more than SQL can compare, so many times the rows wanted are read, and
# so many times more until there are enough.
MORE = 3
# Outcomes that name what the message asks for; the others only offer fields to choose from.
DECIDED = (Outcome.ROUTE, Outcome.SEVERAL)
# What two of the queues go by; the others go by the newest first.
ORDERS: Mapping[Queue, tuple[ColumnElement, ...]] = {
    Queue.UNCERTAIN: (Interpretation.confidence, Interpretation.id),
    # Drawn by what tells nothing of a message, so that all draw the same ones.
    Queue.SAMPLE: (literal_column(f"({DRAW})", BigInteger()), Interpretation.id),
}


def next_in_queue(
    session: Session,
    account: Account,
    queue: Queue,
    *,
    after_id: int | None = None,
    limit: int = PAGE,
    language: Language | None = None,
    field: str | None = None,
    known_keys: Collection[str] = frozenset(),
) -> list[Interpretation]:
    """The first messages of a queue that `account` has not reviewed.

    In the sample come also those it reviewed elsewhere: without the hard messages that other
    queues are made of, it would flatter the bot. What is flagged stays until `account` has given
    a verdict without a flag.

    Args:
        after_id: the message after which to go on, in the queue's order.
        field: only messages in which the bot saw this slug.
        known_keys: `text_key` of the training messages, for `Queue.UNSEEN`.
    """
    query = _filtered(_left_to(account, queue), language, field)
    if queue in ORDERS:
        ids = session.scalars(_in_order(session, query, ORDERS[queue], after_id).limit(limit)).all()
    else:
        if after_id is not None:
            query = query.where(Interpretation.id < after_id)
        query = query.order_by(Interpretation.id.desc())
        query, keeps = _narrowed(query, queue, known_keys)
        ids = _pick(session, query, keeps, limit)
    found = session.scalars(select(Interpretation).where(Interpretation.id.in_(ids)))
    by_id = {interpretation.id: interpretation for interpretation in found}
    return [by_id[interpretation_id] for interpretation_id in ids]


def _left_to(account: Account, queue: Queue) -> Select[tuple[int]]:
    query = select(Interpretation.id)
    if queue is Queue.SAMPLE:
        return query.where(~reviewed_by(account, Review.queue == Queue.SAMPLE))
    if queue is Queue.FLAGGED:
        flagged = Interpretation.reviews.any(Review.flagged)
        return query.where(flagged, ~reviewed_by(account, ~Review.flagged))
    return query.where(~reviewed_by(account))


def _filtered(query: Select, language: Language | None, field: str | None) -> Select:
    if language is not None:
        query = query.where(Interpretation.language == language)
    if field is not None:
        slug = f'"{field}"'
        query = query.where(cast(Interpretation.fields, String).contains(slug, autoescape=True))
    return query


def _in_order(
    session: Session, query: Select, order: tuple[ColumnElement, ...], after_id: int | None
) -> Select:
    met = session.execute(select(*order).where(Interpretation.id == after_id)).first()
    if met:
        query = query.where(tuple_(*order) > tuple_(*met))
    return query.order_by(*order)


def _pick(session: Session, query: Select, keeps: Callable[[Row], bool], limit: int) -> list[int]:
    """The ids of the first rows that `keeps` keeps, read no further than needed.

    `query` is told how many rows are wanted: else PostgreSQL readies all before it gives one.
    """
    found: list[int] = []
    size = limit * MORE
    rows = session.execute(query.limit(size)).all()
    while rows:
        found += dict.fromkeys(row.id for row in rows if row.id not in found and keeps(row))
        if len(found) >= limit or len(rows) < size:
            break
        size *= MORE
        # The last message again: it may have rows that are still to come.
        rows = session.execute(query.where(Interpretation.id <= rows[-1].id).limit(size)).all()
    return found[:limit]


def _narrowed(
    query: Select, queue: Queue, known_keys: Collection[str]
) -> tuple[Select, Callable[[Row], bool]]:
    """The query of a queue and what it cannot tell of a row by itself."""
    if queue is Queue.UNSEEN:
        return (
            query.add_columns(Interpretation.text_key),
            lambda row: row.text_key not in known_keys,
        )
    if queue is Queue.DISAGREEMENTS:
        return _with_fields_of_staff(query), _disagrees
    if queue is Queue.RECHECK:
        query = query.where(Interpretation.recheck)
    return query, lambda row: True


def _with_fields_of_staff(query: Select) -> Select:
    """With the fields that staff last gave to a request filed after the message."""
    later = aliased(FieldsChange)
    is_last = (
        ~select(later.id)
        .where(later.request_id == FieldsChange.request_id, later.id > FieldsChange.id)
        .exists()
    )
    return (
        query.add_columns(
            Interpretation.outcome, Interpretation.fields, FieldsChange.to_fields.label("of_staff")
        )
        .join(Request, Request.conversation_id == Interpretation.conversation_id)
        .join(FieldsChange, FieldsChange.request_id == Request.id)
        .where(
            is_last,
            Interpretation.said_at <= Request.created_at,
            # A greeting came in the same conversation, and is not what the request is about.
            Interpretation.outcome != Outcome.OTHER,
        )
    )


def _disagrees(row: Row) -> bool:
    if row.outcome in DECIDED:
        return row.fields != row.of_staff
    return not set(row.of_staff[:1]) <= set(row.fields)
