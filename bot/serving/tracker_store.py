"""Rasa's SQL tracker store, in which a message costs no more late in a conversation than early."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import bindparam, create_engine, func, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.event import listen
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import Select

# Rasa loads all events of a session for each message, and its forms undo their earlier turns one
# after the other.
MESSAGES_IN_A_SESSION = 10
# Of a tracker: how many of its events are in the database.
STORED = "_stored_events"
EVENTS = SQLTrackerStore.SQLEvent.__table__
NO_WAIT = "PRAGMA synchronous = NORMAL"


class ShortSessionTrackerStore(SQLTrackerStore):
    """Begins a new session after some messages, in which slots and form are as they were.

    Every event stays in the database; Rasa loads those of the last session.
    """

    def __init__(self, domain: Domain | None = None, **options: Any) -> None:
        super().__init__(domain, **options)
        if self.engine.dialect.name == "sqlite":
            self.engine = _sqlite_engine(self.engine)
            self.sessionmaker = sessionmaker(bind=self.engine)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are not stored yet, in one statement: Rasa has one for each."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            stored = getattr(tracker, STORED, None)
            if stored is None:
                stored = len(_data(session, LAST_SESSION, tracker.sender_id))
            new = itertools.islice(tracker.events, stored, None)
            ending = _new_session(tracker) if _may_end(tracker) else ()
            rows = [_row(tracker.sender_id, event) for event in itertools.chain(new, ending)]
            if rows:
                session.execute(insert(EVENTS), rows)
            session.commit()
        setattr(tracker, STORED, len(tracker.events))

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        query = EVERY_SESSION if fetch_events_from_all_sessions else LAST_SESSION
        with self.session_scope() as session:
            events = [json.loads(data) for data in _data(session, query, sender_id)]
        if not events or self.domain is None:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, STORED, len(tracker.events))
        return tracker


def _events_query(is_of_all_sessions: bool) -> Select:
    """The `data` of a conversation's events, or of its last session's, as they were stored.

    Rasa finds the session by its instant: of what came after a clock was put back it would
    load nothing, and hear each answer as if the one before had not been given. It also has
    the columns that nobody reads, an object for each row, and a statement made anew each time.
    """
    is_theirs = EVENTS.c.sender_id == bindparam("sender_id")
    query = select(EVENTS.c.data).where(is_theirs)
    if not is_of_all_sessions:
        is_start = EVENTS.c.type_name == SessionStarted.type_name
        began = select(func.max(EVENTS.c.id)).where(is_theirs, is_start)
        query = query.where(EVENTS.c.id >= func.coalesce(began.scalar_subquery(), 0))
    return query.order_by(EVENTS.c.id)


EVERY_SESSION = _events_query(is_of_all_sessions=True)
LAST_SESSION = _events_query(is_of_all_sessions=False)


def _data(session: Session, query: Select, sender_id: str) -> list[str]:
    return session.scalars(query, {"sender_id": sender_id}).all()


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _sqlite_engine(of_rasa: Engine) -> Engine:
    """An engine that keeps its connection, and whose commits do not wait for the disk.

    The gateway's do, on the same write-ahead log: what a member is told of is on the disk, with
    all that was written before it.
    """
    engine = create_engine(of_rasa.url, poolclass=QueuePool)

    listen(engine, "connect", lambda connection, _: connection.execute(NO_WAIT))
    return engine


def _may_end(tracker: DialogueStateTracker) -> bool:
    """Whether the session is long, and no form is between two of its steps."""
    said = sum(isinstance(event, UserUttered) for event in tracker.events)
    loop = tracker.active_loop
    is_between_steps = loop is not None and (loop.rejected or loop.is_interrupted)
    is_listening = tracker.latest_action_name == ACTION_LISTEN_NAME
    return said >= MESSAGES_IN_A_SESSION and is_listening and not is_between_steps


def _new_session(tracker: DialogueStateTracker) -> Iterator[Event]:
    """The events of a session that begins where the one of `tracker` stands."""
    yield ActionExecuted(ACTION_SESSION_START_NAME)
    yield SessionStarted()
    for slot in tracker.slots.values():
        if slot.value != slot.initial_value:
            yield SlotSet(slot.name, slot.value)
    if tracker.active_loop_name:
        yield ActiveLoop(tracker.active_loop_name)
    yield ActionExecuted(ACTION_LISTEN_NAME)
