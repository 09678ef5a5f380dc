"""Ask which field the need belongs to, in as few words as the interpretation allows."""

from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fields import active_fields, choice_button, quoted_list
from actions.guard import tells_when_down
from catalog.models import Field
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("routing.yml"))
QUESTIONS: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("separating_questions.yml").read_text(encoding="utf-8")
)
NEAREST = 3


class AskRouting(Action):
    def name(self) -> str:
        return "action_ask_routing"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        fields = await active_fields()
        language = tracker.get_slot("language")
        step = tracker.get_slot("routing_step")
        slugs = [choice["slug"] for choice in tracker.get_slot("fields") or []]
        # A field that the catalog has retired since the model was trained is not offered.
        proposed = [fields[slug] for slug in slugs if slug in fields]
        if step == "list" or not proposed:
            _ask_among(dispatcher, "utter_route_list", list(fields.values()), language)
        elif step == "unsure":
            _ask_among(dispatcher, "utter_route_unsure", proposed[:NEAREST], language)
        elif step == "clarify" and len(proposed) > 1:
            _ask_between(dispatcher, proposed[0], proposed[1], language)
        elif len(proposed) > 1:
            names = quoted_list([field.name(language) for field in proposed], language)
            dispatcher.utter_message(response="utter_route_several", names=names)
        else:
            dispatcher.utter_message(
                response="utter_route_confirm", name=proposed[0].name(language)
            )
        return []


def _ask_among(
    dispatcher: CollectingDispatcher, response: str, fields: list[Field], language: str
) -> None:
    buttons = [choice_button(field.name(language), field.slug) for field in fields]
    if response != "utter_route_list":
        buttons.append(choice_button(TEXTS.get("other", language), "other"))
    buttons.append(choice_button(TEXTS.get("human", language), "human"))
    dispatcher.utter_message(response=response, buttons=buttons)


def _ask_between(
    dispatcher: CollectingDispatcher, first: Field, second: Field, language: str
) -> None:
    buttons = [choice_button(field.name(language), field.slug) for field in (first, second)]
    buttons.append(choice_button(TEXTS.get("both", language), "both"))
    buttons.append(choice_button(TEXTS.get("other", language), "other"))
    dispatcher.utter_message(
        response="utter_route_clarify",
        question=separating_question(first, second, language),
        buttons=buttons,
    )


def separating_question(first: Field, second: Field, language: str) -> str:
    """The question written for this pair of fields, or one made of their scopes."""
    written = QUESTIONS.get("+".join(sorted((first.slug, second.slug))))
    if written:
        return written[language]
    return TEXTS.get(
        "either",
        language,
        first=first.name(language),
        first_scope=first.scope(language),
        second=second.name(language),
        second_scope=second.scope(language),
    )
