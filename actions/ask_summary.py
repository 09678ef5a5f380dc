"""Show the request back to the member, whole, before anything is filed."""

import datetime as dt
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import OUTSIDE_QUEBEC, SKIPPED
from actions.fields import active_fields, quoted_list
from actions.guard import tells_when_down
from catalog.places import region_name
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("summary.yml"))
ROWS = (
    "fields",
    "description",
    "organisation",
    "organisation_kind",
    "member_standing",
    "contact_name",
    "email",
    "phone",
    "region",
    "deadline",
    "budget",
)


class AskSummary(Action):
    def name(self) -> str:
        return "action_ask_summary"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        if tracker.get_slot("summary_step") == "fix":
            dispatcher.utter_message(response="utter_ask_correction")
            return []
        language = tracker.get_slot("language")
        slots = {**tracker.slots, "fields": await _field_names(tracker, language)}
        if slots.get("deadline") == SKIPPED:
            # "In the spring" is no date, and yet says when.
            slots["deadline"] = slots.get("deadline_words")
        rows = [
            TEXTS.get("row", language, label=TEXTS.get(row, language), value=value)
            for row in ROWS
            if (value := _shown(row, slots.get(row), language))
        ]
        if tracker.get_slot("separate_requests"):
            rows.append(TEXTS.get("separate_requests", language))
        dispatcher.utter_message(response="utter_confirm_summary", summary="\n".join(rows))
        return []


async def _field_names(tracker: Tracker, language: str) -> str:
    if tracker.get_slot("routing_step") == "human":
        return TEXTS.get("to_qualify", language)
    fields = await active_fields()
    slugs = [choice["slug"] for choice in tracker.get_slot("fields") or []]
    names = [fields[slug].name(language) for slug in slugs if slug in fields]
    return quoted_list(names, language) if names else TEXTS.get("to_qualify", language)


def _shown(row: str, value: Any, language: str) -> str | None:
    if value in (None, SKIPPED):
        return None
    if row in ("organisation_kind", "member_standing"):
        return TEXTS.get(f"{row}_{value}", language)
    if row == "region":
        outside = value == OUTSIDE_QUEBEC
        return TEXTS.get("outside_quebec", language) if outside else region_name(value)
    if row == "deadline":
        return _deadline(value, language)
    return str(value)


def _deadline(value: str, language: str) -> str:
    try:
        return long_date(dt.date.fromisoformat(value), language)
    except ValueError:
        return value


def long_date(date: dt.date, language: str) -> str:
    """The date as people write it: 1er mars 2027, March 1, 2027."""
    month = TEXTS.get("months", language).split()[date.month - 1]
    if language == "en":
        return f"{month} {date.day}, {date.year}"
    return f"{'1er' if date.day == 1 else date.day} {month} {date.year}"
