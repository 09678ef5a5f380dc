"""The review desk's queues: which messages to look at, and in what order."""

import hashlib
import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Row, Select, String, cast, func, select, tuple_
from sqlalchemy.orm import Session

from catalog.models import (
    Account,
    FieldsChange,
    Interpretation,
    Language,
    Outcome,
    Request,
    Review,
)
from catalog.reviews import Queue, reviewed_by

PAGE = 20
# Rows read at a time where a queue is told from more than SQL can compare.
CHUNK = 500
# Outcomes that name what the message asks for; the others only offer fields to choose from.
DECIDED = (Outcome.ROUTE, Outcome.SEVERAL)


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
    seed: int = 0,
) -> list[Interpretation]:
    """The first messages of a queue that `account` has not reviewed.

    In the sample come also those it reviewed elsewhere: without the hard messages that other
    queues are made of, it would flatter the bot. What is flagged stays until `account` has given
    a verdict without a flag.

    Args:
        after_id: the message after which to go on, in the queue's order.
        field: only messages in which the bot saw this slug.
        known_keys: `text_key` of the training messages, for `Queue.UNSEEN`.
        seed: of the draw, for `Queue.SAMPLE`; the same seed draws the same messages.
    """
    query = _filtered(_left_to(account, queue), language, field)
    if queue is Queue.SAMPLE:
        ids = _draw(session.scalars(query), after_id, limit, seed)
    elif queue is Queue.UNCERTAIN:
        ids = session.scalars(_least_certain(session, query, after_id).limit(limit)).all()
    else:
        if after_id is not None:
            query = query.where(Interpretation.id < after_id)
        query = query.order_by(Interpretation.id.desc())
        query, keeps = _narrowed(session, query, queue, known_keys)
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


def _draw(ids: Iterable[int], after_id: int | None, limit: int, seed: int) -> list[int]:
    """The first of `ids` in an order that depends on nothing but them and `seed`."""

    def rank(interpretation_id: int) -> bytes:
        return hashlib.sha256(f"{seed} {interpretation_id}".encode()).digest()

    if after_id is not None:
        met = rank(after_id)
        ids = (interpretation_id for interpretation_id in ids if rank(interpretation_id) > met)
    return heapq.nsmallest(limit, ids, key=rank)


def _least_certain(session: Session, query: Select, after_id: int | None) -> Select:
    order = (Interpretation.confidence, Interpretation.id)
    after = session.get(Interpretation, after_id) if after_id is not None else None
    if after:
        query = query.where(tuple_(*order) > (after.confidence, after.id))
    return query.order_by(*order)


def _pick(session: Session, query: Select, keeps: Callable[[Row], bool], limit: int) -> list[int]:
    """The ids of the first rows that `keeps` keeps, read no further than needed."""
    found: list[int] = []
    with session.execute(query.execution_options(yield_per=CHUNK)) as rows:
        for row in rows:
            if len(found) == limit:
                break
            if row.id not in found and keeps(row):
                found.append(row.id)
    return found


def _narrowed(
    session: Session, query: Select, queue: Queue, known_keys: Collection[str]
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
        query = query.add_columns(
            Interpretation.text_key, Interpretation.model_version, Interpretation.fields
        )
        verdicts = _verdicts_by_key(session)
        return query, lambda row: any(
            verdict.asks_to_look_again_at(row) for verdict in verdicts[row.text_key]
        )
    return query, lambda row: True


def _with_fields_of_staff(query: Select) -> Select:
    """With the fields that staff last gave to a request filed after the message."""
    last = select(func.max(FieldsChange.id)).group_by(FieldsChange.request_id)
    return (
        query.add_columns(
            Interpretation.outcome, Interpretation.fields, FieldsChange.to_fields.label("of_staff")
        )
        .join(Request, Request.conversation_id == Interpretation.conversation_id)
        .join(FieldsChange, FieldsChange.request_id == Request.id)
        .where(
            FieldsChange.id.in_(last),
            Interpretation.said_at <= Request.created_at,
            # A greeting came in the same conversation, and is not what the request is about.
            Interpretation.outcome != Outcome.OTHER,
        )
    )


def _disagrees(row: Row) -> bool:
    if row.outcome in DECIDED:
        return row.fields != row.of_staff
    return not set(row.of_staff[:1]) <= set(row.fields)


@dataclass(frozen=True)
class _Judged:
    """A message that was reviewed, and its verdict."""

    first_id: int
    model_version: str
    fields: list[str]
    true_fields: list[str]

    def asks_to_look_again_at(self, row: Row) -> bool:
        """Whether a later model changed its mind, and not for that of the reviewer."""
        is_newer = row.id > self.first_id and row.model_version != self.model_version
        return is_newer and row.fields not in (self.fields, self.true_fields)


def _verdicts_by_key(session: Session) -> dict[str, list[_Judged]]:
    # As text: PostgreSQL compares no JSON.
    same = (
        Interpretation.text_key,
        Interpretation.model_version,
        cast(Interpretation.fields, String).label("as_understood"),
        cast(Review.fields, String).label("as_judged"),
    )
    query = (
        select(*same, func.min(Interpretation.id))
        .join(Review, Review.interpretation_id == Interpretation.id)
        .group_by(*same)
    )
    judged = defaultdict(list)
    for key, version, fields, true_fields, first_id in session.execute(query):
        judged[key].append(_Judged(first_id, version, json.loads(fields), json.loads(true_fields)))
    return judged
