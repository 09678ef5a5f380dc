"""Forget the request under way; who the member is stays known."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import tells_when_down
from actions.request_form import ABOUT_THE_NEED


class ResetRequest(Action):
    def name(self) -> str:
        return "action_reset_request"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        return [SlotSet(slot, None) for slot in (*ABOUT_THE_NEED, "filing_key")]
