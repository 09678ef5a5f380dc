"""Tell where a request stands, to whoever gives both its reference and its e-mail address."""

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.ask_summary import long_date
from actions.digressions import is_another_need, is_digression
from actions.fields import sessions
from actions.form_events import leave_to_rules, slot_events
from actions.guard import tells_when_down
from actions.request_form import MAX_STRIKES
from actions.turn import Turn
from catalog.contact_details import find_email, find_reference
from catalog.models import Request
from catalog.notifications import field_names
from catalog.requests import QUEBEC, find_for_member
from catalog.statuses import status_name

FINDERS = {"reference": find_reference, "lookup_email": find_email}
REFUSALS = {"reference": "utter_invalid_reference", "lookup_email": "utter_invalid_email"}


class ValidateStatusForm(Action):
    def name(self) -> str:
        return "validate_status_form"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        turn, requested = Turn.of(tracker), tracker.get_slot("requested_slot")
        found = {slot: value for slot, find in FINDERS.items() if (value := find(turn.text))}
        if requested is None:
            slots = {**dict.fromkeys(FINDERS), "strikes": 0, **found}
        elif found:
            slots = {**found, "strikes": 0}
        elif _leaves(turn, requested):
            slots = {}
        else:
            slots = _refuse(requested, tracker, dispatcher)
        return slot_events(slots) or leave_to_rules("status_form", tracker)


def _leaves(turn: Turn, requested: str) -> bool:
    if turn.is_typed and turn.intent == "ask_status":
        # "I lost my reference" asks for what the refusal tells.
        return False
    return is_another_need(turn) or is_digression(turn, requested)


def _refuse(requested: str, tracker: Tracker, dispatcher: CollectingDispatcher) -> dict[str, Any]:
    strikes = int(tracker.get_slot("strikes") or 0) + 1
    if strikes < MAX_STRIKES:
        dispatcher.utter_message(response=REFUSALS[requested])
        return {requested: None, "strikes": strikes}
    return {"strikes": 0, "requested_slot": None}


class RequestStatus(Action):
    def name(self) -> str:
        return "action_request_status"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        reference, email = tracker.get_slot("reference"), tracker.get_slot("lookup_email")
        if not (reference and email):
            dispatcher.utter_message(response="utter_status_stopped")
            return []
        language = tracker.get_slot("language")
        told = await asyncio.to_thread(_tell, reference, email, language)
        if told:
            dispatcher.utter_message(response="utter_status_found", **told)
        else:
            dispatcher.utter_message(response="utter_status_not_found")
        return []


def _tell(reference: str, email: str, language: str) -> dict[str, str] | None:
    with sessions().begin() as session:
        request: Request | None = find_for_member(session, reference, email)
        return request and {
            "reference": request.reference,
            "names": field_names(request, language),
            "date": long_date(request.created_at.astimezone(QUEBEC).date(), language),
            "status": status_name(request.status, language),
        }
