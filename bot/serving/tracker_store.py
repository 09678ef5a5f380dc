"""Rasa's SQL tracker store, in which a message costs no more late in a conversation than early."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Query, Session

# Rasa loads all events of a session for each message, sends them to each action, and its forms undo
# their earlier turns one after the other.
MESSAGES_IN_A_SESSION = 10
# Of a tracker: how many of its events were read from the database.
LOADED = "_loaded_events"


class ShortSessionTrackerStore(SQLTrackerStore):
    """Begins a new session after some messages, in which slots and form are as they were.

    Every event stays in the database; Rasa loads those of the last session.
    """

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are not stored yet, in one statement: Rasa has one for each."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            rows = [
                self._row(tracker, event) for event in self._additional_events(session, tracker)
            ]
            if rows:
                session.execute(insert(self.SQLEvent.__table__), rows)
            session.commit()

    def _row(self, tracker: DialogueStateTracker, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": tracker.sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        tracker = await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        if tracker is not None:
            setattr(tracker, LOADED, len(tracker.events))
        return tracker

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        # Rasa counts the rows again; the conversation is this process's alone since they were read.
        loaded = tracker.__dict__.pop(LOADED, None)
        new = (
            super()._additional_events(session, tracker)
            if loaded is None
            else itertools.islice(tracker.events, loaded, None)
        )
        return itertools.chain(new, _new_session(tracker) if _may_end(tracker) else ())

    def _event_query(
        self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> Query:
        """The `data` of a conversation's events, or of its last session's, as they were stored.

        Rasa finds the session by its instant: of what came after a clock was put back it would
        load nothing, and hear each answer as if the one before had not been given. It also has
        the columns that nobody reads, and an object for each row.
        """
        event = self.SQLEvent
        query = session.query(event.data).filter(event.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            began = select(func.max(event.id)).where(
                event.sender_id == sender_id, event.type_name == SessionStarted.type_name
            )
            query = query.filter(event.id >= func.coalesce(began.scalar_subquery(), 0))
        return query.order_by(event.id)


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
