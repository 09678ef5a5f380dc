"""What Rasa 3.6.21 sends to the actions, over what, and how it checks what they answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import rasa
from aiohttp import ClientSession
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

# Of an endpoint: the connections that it keeps.
KEPT = "_kept_session"


def shorten_action_calls() -> None:
    """Put the short way in the place of Rasa's in this process."""
    RemoteAction._action_call_format = _call_of_this_message
    RemoteAction._validate_action_result = _has_shape
    _keep_connections()


def _call_of_this_message(
    action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain
) -> dict[str, Any]:
    """A call with what happened since the member's last message.

    Rasa sends all events of the session, and the domain: no action reads either.
    """
    events = [event.as_dict() for event in _since_last_message(tracker)]
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(), "events": events},
        "version": rasa.__version__,
    }


def _since_last_message(tracker: DialogueStateTracker) -> list[Event]:
    since = []
    for event in reversed(tracker.events):
        since.append(event)
        if isinstance(event, UserUttered):
            break
    return since[::-1]


def _has_shape(_action: RemoteAction, answer: Any) -> bool:
    """Whether an answer has its shape: Rasa checks the schema too, not the answer alone, in 15 ms.

    What the shape leaves to be wrong, Rasa refuses when it makes events of it.

    Raises:
        ValidationError: it has not.
    """
    for event in _listed(answer, "events"):
        if not isinstance(event.get("event"), str):
            raise ValidationError("the actions answered an event of no kind")
    _listed(answer, "responses")
    return True


def _listed(answer: Any, name: str) -> list[dict[str, Any]]:
    found = answer.get(name, []) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValidationError(f"the actions answered no list of {name}")
    return found


def _keep_connections() -> None:
    """Rasa makes a session, and a connection, for each call."""
    make_session = EndpointConfig.session

    @asynccontextmanager
    async def kept(self: EndpointConfig) -> AsyncIterator[ClientSession]:
        session = getattr(self, KEPT, None)
        if session is None or session.closed:
            session = make_session(self)
            setattr(self, KEPT, session)
        yield session

    EndpointConfig.session = kept
