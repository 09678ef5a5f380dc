"""Sessions that begin anew while slots and form stay."""

import asyncio
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.serving.tracker_store import MESSAGES_IN_A_SESSION, ShortSessionTrackerStore

SENDER = "someone"
FORM = "request_form"
DOMAIN = """
version: "3.1"
intents: [greet]
forms: {request_form: {required_slots: [email]}}
slots:
  language: {type: categorical, values: [fr, en], initial_value: fr, mappings: [{type: custom}]}
  email: {type: text, mappings: [{type: custom}]}
  fields: {type: list, influence_conversation: false, mappings: [{type: custom}]}
"""


@pytest.fixture
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture
def store(domain: Domain, tmp_path: Path) -> ShortSessionTrackerStore:
    return ShortSessionTrackerStore(domain, host=f"sqlite:///{tmp_path}/events.db")


def hear(store: SQLTrackerStore, messages: int, *also: Event) -> DialogueStateTracker:
    """Hear `messages`, one after the other; `also` happens at each. The tracker of the next."""
    for _ in range(messages):
        tracker = load(store)
        for event in (UserUttered("allo"), *also, ActionExecuted("action_listen")):
            tracker.update(event, store.domain)
        asyncio.run(store.save(tracker))
    return load(store)


def load(store: SQLTrackerStore) -> DialogueStateTracker:
    return asyncio.run(store.get_or_create_tracker(SENDER))


def stored(store: SQLTrackerStore, kind: str) -> int:
    with store.session_scope() as session:
        return session.scalar(sa.select(sa.func.count()).where(store.SQLEvent.type_name == kind))


def test_a_long_conversation_is_loaded_as_a_short_one(store: ShortSessionTrackerStore) -> None:
    lengths = [len(hear(store, 1).events) for _ in range(4 * MESSAGES_IN_A_SESSION)]
    first, *others = (
        max(lengths[start : start + MESSAGES_IN_A_SESSION])
        for start in range(0, len(lengths), MESSAGES_IN_A_SESSION)
    )
    # A session that is not the first tells that it begins.
    assert max(others) <= first + 1


def test_no_message_is_lost_nor_kept_twice(store: ShortSessionTrackerStore) -> None:
    hear(store, 4 * MESSAGES_IN_A_SESSION + 3)
    assert stored(store, "user") == 4 * MESSAGES_IN_A_SESSION + 3


def test_slots_and_form_are_as_they_were(store: ShortSessionTrackerStore) -> None:
    given = (
        ActiveLoop(FORM),
        SlotSet("requested_slot", "email"),
        SlotSet("language", "en"),
        SlotSet("fields", ["accounting", "governance"]),
    )
    before = hear(store, MESSAGES_IN_A_SESSION - 1, *given)
    after = hear(store, 1, *given)
    assert len(after.events) < len(before.events)
    assert after.current_slot_values() == before.current_slot_values()
    assert after.get_slot("language") == "en"
    assert after.active_loop_name == before.active_loop_name == FORM
    assert after.latest_action_name == "action_listen"


def test_a_slot_that_was_emptied_stays_empty(store: ShortSessionTrackerStore) -> None:
    hear(store, 1, SlotSet("email", "marie@exemple.coop"))
    after = hear(store, MESSAGES_IN_A_SESSION, SlotSet("email", None))
    assert after.get_slot("email") is None


def test_a_form_between_two_steps_keeps_its_session(store: ShortSessionTrackerStore) -> None:
    rejected = (ActiveLoop(FORM), ActionExecutionRejected(FORM))
    after = hear(store, MESSAGES_IN_A_SESSION + 2, *rejected)
    assert stored(store, "session_started") == 0
    assert len(after.events) > 3 * MESSAGES_IN_A_SESSION


def test_the_form_goes_on_in_the_new_session(store: ShortSessionTrackerStore) -> None:
    after = hear(store, MESSAGES_IN_A_SESSION, ActiveLoop(FORM))
    after.update(UserUttered("allo"), store.domain)
    assert not after.is_active_loop_rejected
    assert not after.active_loop.is_interrupted


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_clock_that_is_put_right_loses_nothing_of_a_conversation(store, domain, jump):
    """Each event bears the instant at which it was made."""
    tracker = load(store)
    now = time.time()
    for event in (
        ActionExecuted("action_session_start", timestamp=now),
        SessionStarted(timestamp=now),
        UserUttered("allo", timestamp=now),
        ActionExecuted("action_listen", timestamp=now),
    ):
        tracker.update(event, domain)
    asyncio.run(store.save(tracker))
    for number in range(3):
        tracker = load(store)
        tracker.update(UserUttered(f"mot {number}", timestamp=now + jump + number), domain)
        asyncio.run(store.save(tracker))
    said = [event.text for event in load(store).events if isinstance(event, UserUttered)]
    assert said == ["allo", "mot 0", "mot 1", "mot 2"]
