"""What a form's validation tells Rasa."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet


def slot_events(slots: dict[str, Any]) -> list[dict[str, Any]]:
    return [SlotSet(name, value) for name, value in slots.items()]


def leave_to_rules(form: str, tracker: Tracker) -> list[dict[str, Any]]:
    """Let a rule answer the message in the form's place, once.

    Rasa validates the same message again on its way back to the form, which then asks again.
    """
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        if event["event"] == "action_execution_rejected" and event["name"] == form:
            return []
    return [ActionExecutionRejected(form)]
