"""Ask each consent apart, with the text that the catalog keeps."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.guard import tells_when_down
from catalog.consents import consent_text
from catalog.models import ConsentPurpose


class AskConsentNews(Action):
    def name(self) -> str:
        return "action_ask_consent_news"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        return _ask(dispatcher, tracker, ConsentPurpose.NEWS)


class AskConsentContact(Action):
    def name(self) -> str:
        return "action_ask_consent_contact"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        return _ask(dispatcher, tracker, ConsentPurpose.CONTACT)


def _ask(dispatcher: CollectingDispatcher, tracker: Tracker, purpose: ConsentPurpose) -> list:
    text = consent_text(purpose, tracker.get_slot("language"))
    dispatcher.utter_message(response=f"utter_confirm_consent_{purpose}", consent_text=text)
    return []
