import asyncio
import copy

import pytest
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.serving.nlg import LanguageTaggingGenerator

DOMAIN = """
version: "3.1"
slots:
  language: {type: categorical, values: [fr, en], mappings: [{type: custom}]}
  name: {type: text, mappings: [{type: custom}]}
responses:
  utter_greet:
    - condition: [{type: slot, name: language, value: en}]
      text: "Hello {name}"
    - text: "Bonjour {name}"
      buttons: [{title: "Oui", payload: '/affirm{"sure": "{name}"}'}]
"""


@pytest.fixture
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


def generate(domain: Domain, response: str, /, **slots: str):
    generator = LanguageTaggingGenerator(EndpointConfig(), domain)
    tracker = DialogueStateTracker.from_events(
        "someone", [SlotSet(slot, value) for slot, value in slots.items()], domain.slots
    )
    return asyncio.run(generator.generate(response, tracker, "rest"))


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "Bonjour Ana"), ("en", "Hello Ana")], ids=["fr", "en"]
)
def test_a_response_says_which_language_it_is_in(domain: Domain, language: str, text: str) -> None:
    response = generate(domain, "utter_greet", language=language, name="Ana")
    assert response["custom"] == {"language": language}
    assert response["text"] == text


def test_before_any_language_is_known_none_is_said(domain: Domain) -> None:
    assert generate(domain, "utter_greet", name="Ana")["custom"] == {"language": None}


def test_a_response_that_is_not_there_is_none(domain: Domain) -> None:
    assert generate(domain, "utter_nothing", language="fr") is None


def test_the_braces_of_a_member_and_of_a_payload_stay_as_they_are(domain: Domain) -> None:
    response = generate(domain, "utter_greet", language="fr", name="{language} {0}")
    assert response["text"] == "Bonjour {language} {0}"
    assert response["buttons"][0]["payload"] == '/affirm{"sure": "{name}"}'


def test_the_responses_of_the_domain_are_not_changed(domain: Domain) -> None:
    before = copy.deepcopy(domain.responses)
    generate(domain, "utter_greet", language="fr", name="Ana")
    assert domain.responses == before


def test_rasa_finds_it_by_the_name_in_its_endpoints(domain: Domain) -> None:
    endpoint = EndpointConfig(type="bot.serving.nlg.LanguageTaggingGenerator")
    made = NaturalLanguageGenerator.create(endpoint, domain)
    assert isinstance(made, LanguageTaggingGenerator)
