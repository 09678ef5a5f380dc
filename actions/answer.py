"""Answer a message that is not a need: a question, a courtesy, an aside."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fields import active_fields, quoted_list
from actions.guard import tells_when_down
from actions.turn import Turn

FORM_RESPONSES = {"ask_human": "utter_human_in_form"}


class Answer(Action):
    def name(self) -> str:
        return "action_answer"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        intent = Turn.of(tracker).intent
        in_form = bool(tracker.active_loop.get("name"))
        if intent == "ask_offer":
            await _tell_fields(dispatcher, tracker.get_slot("language"), in_form)
        else:
            response = FORM_RESPONSES.get(intent) if in_form else None
            dispatcher.utter_message(response=response or f"utter_{intent}")
        return []


async def _tell_fields(dispatcher: CollectingDispatcher, language: str, in_form: bool) -> None:
    fields = (await active_fields()).values()
    if in_form:
        names = quoted_list([field.name(language) for field in fields], language)
        dispatcher.utter_message(response="utter_fields_in_form", names=names)
        return
    buttons = [
        {"title": f.name(language), "payload": f'/choose_field{{"choice":"{f.slug}"}}'}
        for f in fields
    ]
    dispatcher.utter_message(response="utter_fields_offered", buttons=buttons)
