"""Follow Rasa's tracker store, and keep of each message typed how it was understood."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, ValidationError
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.anonymize import anonymize
from catalog.database import SessionFactory
from catalog.interpretation_days import count_interpretations
from catalog.models import Conversation, Interpretation, Language, Outcome, Review
from catalog.places import fold
from catalog.rechecks import tell_rechecks
from catalog.tracker_events import EVENTS, has_events

# Few enough for one transaction to be short, and for SQLite's limit of parameters.
BATCH = 200
# PostgreSQL gives numbers before commits: an event may appear after others of greater ids. Rasa
# writes a message's dozen of events in one short transaction, so no later than these.
LATE_EVENTS = 2_000
# Of the health report's own conversations (`web.health`).
PROBES = "health-%"
LONGEST_CONVERSATION_ID = 64
# Only a message that the model has read holds this key; within a text its quotes are escaped.
INTERPRETED = '%"interpretation": {%'
# Of the form's questions, the one whose answer is a need in the member's own words.
ASKS_FOR_THE_NEED = "description"
UNKNOWN = "unknown"
FORGOTTEN = ""
# PostgreSQL fails on a text that holds it.
NUL = "\0"

logger = logging.getLogger(__name__)


class _Understood(BaseModel):
    """`bot.decision.Interpretation`, as an event holds it."""

    language: Language
    intent: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    outcome: Outcome
    fields: list[str]
    ranking: dict[str, float]


class _Intent(BaseModel):
    confidence: float


class _ParseData(BaseModel):
    interpretation: _Understood
    intent: _Intent


class _Event(BaseModel):
    timestamp: float
    text: str
    parse_data: _ParseData
    metadata: dict[str, Any] = {}


def follow(sessions: SessionFactory) -> int:
    """Make an interpretation of each message typed since the last call; how many were added.

    Each is made exactly once, whoever else follows at the same time. Answers to the form's
    questions are left out, except the description of the need: they name people and places.
    """
    with sessions.begin() as session:
        if not has_events(session):
            return 0
        handled = session.scalar(select(func.max(Interpretation.event_id))) or 0
    added, last = 0, max(handled - LATE_EVENTS, 0)
    while True:
        with sessions.begin() as session:
            pending = _typed_after(session, last)
            added += _add(session, _heard(session, pending))
        if len(pending) < BATCH:
            return added
        last = pending[-1][0]


def forget(session: Session, conversations: list[str]) -> None:
    """Erase what `conversations` left here, once their events are.

    What was reviewed is what the next model learns from: it stays, anonymized as it is, with
    nothing that leads back to its conversation.
    """
    theirs = Interpretation.conversation_id.in_(conversations)
    session.execute(delete(Interpretation).where(theirs, ~Interpretation.reviews.any()))
    # SQLite gives the numbers of erased events again: a negative one is no event's.
    session.execute(
        update(Interpretation)
        .where(theirs)
        .values(conversation_id=FORGOTTEN, event_id=-Interpretation.id)
    )


def drop_forgotten(session: Session) -> None:
    """Erase what was kept for a review that has been taken back since."""
    forgotten = Interpretation.conversation_id == FORGOTTEN
    session.execute(delete(Interpretation).where(forgotten, ~Interpretation.reviews.any()))


def erase_reviewed(session: Session, *conditions: ColumnElement[bool]) -> None:
    """Erase the messages that meet `conditions`, with their reviews."""
    # Locked first: a review that comes meanwhile would keep its message from going.
    query = select(Interpretation.id).where(*conditions).order_by(Interpretation.id)
    ids = session.scalars(query.with_for_update()).all()
    session.execute(delete(Review).where(Review.interpretation_id.in_(ids)))
    session.execute(delete(Interpretation).where(Interpretation.id.in_(ids)))


def text_key(text: str) -> str:
    """The same for texts that differ in accents, case and punctuation alone, in 64 characters."""
    # Of a smile or of "???", folding leaves nothing.
    return hashlib.sha256((fold(text) or text.strip()).encode()).hexdigest()


def _typed_after(session: Session, last: int) -> list[tuple[int, str]]:
    """Id and conversation of the next messages that the model has read and that are not kept."""
    query = (
        select(EVENTS.c.id, EVENTS.c.sender_id)
        .outerjoin(Interpretation, Interpretation.event_id == EVENTS.c.id)
        .where(
            EVENTS.c.id > last,
            EVENTS.c.type_name == "user",
            EVENTS.c.data.like(INTERPRETED),
            EVENTS.c.sender_id.not_like(PROBES),
            func.length(EVENTS.c.sender_id) <= LONGEST_CONVERSATION_ID,
            Interpretation.id.is_(None),
        )
        .order_by(EVENTS.c.id)
        .limit(BATCH)
    )
    return [(event_id, sender) for event_id, sender in session.execute(query)]


def _heard(session: Session, pending: list[tuple[int, str]]) -> list[int]:
    """The ids, of `pending`, of the messages that answer none of the form's private questions."""
    senders = {sender for _, sender in pending}
    questions = _Questions(session, senders, pending[-1][0] if pending else 0)
    return [
        event_id
        for event_id, sender in pending
        if questions.before(event_id, sender) in (None, ASKS_FOR_THE_NEED)
    ]


class _Questions:
    """What the form was asking in each of some conversations, as their events tell it."""

    def __init__(self, session: Session, senders: set[str], last: int) -> None:
        is_question = and_(EVENTS.c.type_name == "slot", EVENTS.c.action_name == "requested_slot")
        is_turn = EVENTS.c.type_name.in_(("active_loop", "session_started", "restart"))
        query = (
            select(EVENTS.c.id, EVENTS.c.sender_id, EVENTS.c.type_name, EVENTS.c.data)
            .where(EVENTS.c.sender_id.in_(senders), EVENTS.c.id < last, or_(is_question, is_turn))
            .order_by(EVENTS.c.id)
        )
        self._events: dict[str, list[tuple[int, str, str]]] = {sender: [] for sender in senders}
        for event_id, sender, kind, data in session.execute(query):
            self._events[sender].append((event_id, kind, data))

    def before(self, event_id: int, sender: str) -> str | None:
        """The slot that was asked for when `event_id` was said; None outside of a form."""
        form = slot = None
        for at, kind, data in self._events[sender]:
            if at > event_id:
                break
            if kind == "slot":
                slot = json.loads(data)["value"]
            else:
                # A new session keeps the slots, and leaves the form.
                form = json.loads(data)["name"] if kind == "active_loop" else None
        return slot if form else None


def _add(session: Session, event_ids: list[int]) -> int:
    query = (
        select(EVENTS, Conversation.pole_slug)
        .outerjoin(Conversation, Conversation.id == EVENTS.c.sender_id)
        .where(EVENTS.c.id.in_(event_ids))
        .order_by(EVENTS.c.id)
        # What a purge is erasing at this moment is gone once it lets the row go; what it has not
        # begun to, it erases with ours once we let it go.
        .with_for_update(key_share=True, read=True, of=EVENTS)
    )
    values = [value for event in session.execute(query) if (value := _values(event))]
    if not values:
        return 0
    # Another process may be adding the same ones.
    insertion = _insert(session).values(values).on_conflict_do_nothing(index_elements=["event_id"])
    added = session.scalars(insertion.returning(Interpretation)).all()
    count_interpretations(session, added)
    ids = [interpretation.id for interpretation in added]
    tell_rechecks(session, {interpretation.text_key for interpretation in added}, ids)
    return len(added)


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    dialects = {"postgresql": postgresql, "sqlite": sqlite}
    return dialects[session.get_bind().dialect.name].insert(Interpretation)


def _values(row: Any) -> dict[str, Any] | None:
    try:
        event = _Event.model_validate_json(row.data)
    except ValidationError as error:
        # Without what it holds: a member's words are not for the log.
        logger.error("event %s is not understood: %s", row.id, _places(error))
        return None
    understood, fields = event.parse_data.interpretation, event.parse_data.interpretation.fields
    text = anonymize(event.text.replace(NUL, ""), understood.language)
    return {
        "event_id": row.id,
        "conversation_id": row.sender_id,
        "said_at": dt.datetime.fromtimestamp(event.timestamp, dt.UTC),
        "pole_slug": row.pole_slug,
        "text": text,
        "text_key": text_key(text),
        **understood.model_dump(),
        "confidence": (
            understood.ranking.get(fields[0], 0.0) if fields else event.parse_data.intent.confidence
        ),
        "model_version": str(event.metadata.get("model_id") or UNKNOWN)[:64],
    }


def _places(error: ValidationError) -> Sequence[str]:
    return [".".join(map(str, part["loc"])) for part in error.errors(include_input=False)]
