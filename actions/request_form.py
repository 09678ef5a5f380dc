"""The form that gathers a request: what each message of the member changes in it."""

import datetime as dt
import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import (
    OPTIONAL,
    SKIPPED,
    Accepted,
    Reading,
    Refused,
    deadline_slots,
    read_answer,
    read_yes_no,
    skipped,
)
from actions.corrections import CORRECTABLE, read_correction, says_but
from actions.deadlines import find_deadline
from actions.digressions import TAKES_ANY_WORDS, is_another_need, is_digression
from actions.form_events import leave_to_rules, slot_events
from actions.guard import tells_when_down
from actions.routing import open_routing, proposed_fields, read_routing, to_a_person
from actions.turn import Turn
from catalog.contact_details import find_email, find_phone
from catalog.models import Urgency
from catalog.places import find_region
from catalog.requests import local_today
from catalog.urgency import is_urgent

MAX_STRIKES = 3
# Asked anew for each request; who the member is stays from one request to the next.
ABOUT_THE_NEED = (
    "routing",
    "routing_step",
    "fields",
    "ranking",
    "separate_requests",
    "description",
    "urgency",
    "deadline",
    "deadline_words",
    "budget",
    "summary",
    "summary_step",
    "consent_news",
    "consent_contact",
)


class ValidateRequestForm(Action):
    def name(self) -> str:
        return "validate_request_form"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        turn, requested = Turn.of(tracker), tracker.get_slot("requested_slot")
        if requested is None:
            slots = _begin(turn, tracker)
        else:
            slots = await _go_on(turn, requested, tracker, dispatcher)
        if slots.get("routing_step") == "human":
            dispatcher.utter_message(response="utter_to_qualify")
        slots |= _urgency(slots, tracker)
        if slots.get("urgency") == Urgency.URGENT and tracker.get_slot("urgency") != Urgency.URGENT:
            dispatcher.utter_message(response="utter_urgent")
        return slot_events(slots) or leave_to_rules("request_form", tracker)


def _begin(turn: Turn, tracker: Tracker) -> dict[str, Any]:
    """The slots of a new request, with all that the first message already tells."""
    under_way = tracker.get_slot("filing_key") and not tracker.get_slot("filed")
    if turn.intent == "resume" and under_way:
        return {"summary": None, "consent_contact": None, "strikes": 0}
    slots: dict[str, Any] = dict.fromkeys(ABOUT_THE_NEED)
    slots |= {"filing_key": uuid.uuid4().hex, "filed": False, "strikes": 0}
    slots |= open_routing(turn)
    if turn.is_typed:
        slots |= _said_in_passing(turn)
    if turn.intent == "need":
        slots["description"] = turn.text
    return slots


def _urgency(slots: dict[str, Any], tracker: Tracker) -> dict[str, Any]:
    """The urgency that the member's words and deadline tell, where one of them has changed."""
    if not slots.keys() & {"description", "deadline"}:
        return {}

    def given(slot: str) -> str:
        value = slots[slot] if slot in slots else tracker.get_slot(slot)
        return "" if value in (None, SKIPPED) else value

    deadline = dt.date.fromisoformat(given("deadline")) if given("deadline") else None
    words = f"{given('description')}\n{given('deadline_words')}"
    urgent = is_urgent(words, deadline, local_today())
    return {"urgency": Urgency.URGENT.value if urgent else None}


async def _go_on(
    turn: Turn, requested: str, tracker: Tracker, dispatcher: CollectingDispatcher
) -> dict[str, Any]:
    """The slots that an answer, a correction or an addition sets; none for a digression."""
    correction = read_correction(turn, requested, tracker.slots)
    if correction is not None:
        if any(correction.get(slot) for slot in CORRECTABLE):
            dispatcher.utter_message(response="utter_corrected")
        return {**correction, "summary": None, "summary_step": None, "strikes": 0}
    if requested in TAKES_ANY_WORDS and is_digression(turn, requested):
        return {}
    reading = await _read(turn, requested, tracker)
    if isinstance(reading, Accepted):
        return {**_said_with_answer(turn, requested, tracker), **reading.slots, "strikes": 0}
    if is_digression(turn, requested):
        return {}
    if is_another_need(turn):
        dispatcher.utter_message(response="utter_words_added")
        # What was confirmed was confirmed without these words.
        return {**_more_words(turn, tracker), "summary": None, "summary_step": None, "strikes": 0}
    details = _said_with_answer(turn, requested, tracker)
    return {**details, **_refuse(reading, requested, tracker, dispatcher)}


async def _read(turn: Turn, requested: str, tracker: Tracker) -> Reading:
    if requested == "routing":
        reading = await read_routing(turn, tracker.slots)
        proposes_anew = isinstance(reading, Accepted) and reading.slots.get("fields")
        if proposes_anew and reading.slots["routing"] is None:
            return Accepted({**_more_words(turn, tracker), **reading.slots})
        return reading
    if requested == "summary":
        return _read_summary(turn)
    if requested == "consent_contact":
        return _read_consent_contact(turn)
    return read_answer(requested, turn)


def _read_summary(turn: Turn) -> Reading:
    if turn.chose("fix"):
        return Accepted({"summary": None, "summary_step": "fix"})
    yes = read_yes_no(turn)
    if turn.is_intent("correct") or (yes and says_but(turn)):
        yes = False
    if yes is None:
        return Refused("utter_invalid_choice")
    slots = {"summary": True} if yes else {"summary": None, "summary_step": "fix"}
    return Accepted(slots)


def _read_consent_contact(turn: Turn) -> Reading:
    if turn.chose("fix"):
        return Accepted({"summary": None, "summary_step": "fix"})
    yes = read_yes_no(turn)
    return Refused("utter_invalid_choice") if yes is None else Accepted({"consent_contact": yes})


def _refuse(
    reading: Refused, requested: str, tracker: Tracker, dispatcher: CollectingDispatcher
) -> dict[str, Any]:
    """Ask again; after three refusals leave the question, or the form if it must be answered."""
    strikes = int(tracker.get_slot("strikes") or 0) + 1
    if strikes < MAX_STRIKES:
        dispatcher.utter_message(response=reading.response)
        return {requested: None, "strikes": strikes}
    if requested in OPTIONAL:
        dispatcher.utter_message(response="utter_set_aside")
        return {**skipped(requested).slots, "strikes": 0}
    if requested == "routing":
        return {**to_a_person(), "strikes": 0}
    return {"strikes": 0, "requested_slot": None}


def _more_words(turn: Turn, tracker: Tracker) -> dict[str, Any]:
    words = [tracker.get_slot("description"), turn.text]
    # What the member already answered is changed by a correction, not in passing.
    said = _said_in_passing(turn)
    new = {name: said[name] for name in said if tracker.get_slot(name) in (None, SKIPPED)}
    return {"description": "\n".join(filter(None, words)), **new}


def _said_in_passing(turn: Turn) -> dict[str, Any]:
    """Contact details, place and deadline that a description tells on the way."""
    region = find_region(turn.text)
    found = {
        "email": find_email(turn.text),
        "phone": find_phone(turn.text),
        "region": region and region.code,
    }
    slots: dict[str, Any] = {name: value for name, value in found.items() if value}
    deadline = find_deadline(turn.text, turn.language, local_today())
    if deadline:
        slots |= deadline_slots(deadline.date, deadline.words)
    return slots


def _said_with_answer(turn: Turn, requested: str, tracker: Tracker) -> dict[str, Any]:
    """What an answer tells besides answering."""
    if not turn.is_typed or requested == "routing":
        return {}
    if requested == "description":
        return {**_said_in_passing(turn), **_fields_for_a_person(turn, tracker)}
    found = {"email": find_email(turn.text), "phone": find_phone(turn.text)}
    return {n: v for n, v in found.items() if v and n != requested and not tracker.get_slot(n)}


def _fields_for_a_person(turn: Turn, tracker: Tracker) -> dict[str, Any]:
    """Where a person will qualify the request, the fields that its description suggests."""
    certain = turn.outcome in ("route", "several") and not tracker.get_slot("fields")
    return {"fields": proposed_fields(turn)} if certain else {}
