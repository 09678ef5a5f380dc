import pytest

from catalog.models import Request, RequestStatus
from tests.actions.conftest import answered


@pytest.fixture
def reference(catalog) -> str:
    chat = answered()
    chat.perform("action_file_request")
    return chat.messages[0]["reference"]


def test_the_status_needs_the_reference_and_the_address(talk, reference, language):
    chat = talk(language).open("où en est ma demande?", "ask_status", "status_form")
    assert chat.said == ["utter_ask_reference"]
    chat.say(f"c'est {reference.lower()}")
    assert chat.said == ["utter_ask_lookup_email"]
    chat.say("MARIE@coop.ca")
    [told] = chat.messages
    assert told["response"] == "utter_status_found"
    assert told["reference"] == reference
    assert told["names"] == {"fr": "Comptabilité", "en": "Accounting"}[language]
    assert {"fr": "reçue", "en": "received"}[language] in told["status"]
    assert str(told["date"])[-4:].isdigit()


def test_all_may_be_told_in_one_message(talk, reference, language):
    chat = talk(language)
    chat.open(f"status of {reference}, marie@coop.ca", "ask_status", "status_form")
    assert chat.said == ["utter_status_found"]


def test_the_current_status_is_told(talk, catalog, reference):
    with catalog.begin() as session:
        session.query(Request).one().status = RequestStatus.IN_PROGRESS
    chat = talk().open(f"{reference} marie@coop.ca", "ask_status", "status_form")
    assert chat.messages[0]["status"] == "en traitement"


def test_an_unknown_reference_and_a_wrong_address_get_the_same_answer(talk, reference, language):
    wrong = talk(language).open(f"{reference} paul@coop.ca", "ask_status", "status_form")
    unknown = talk(language).open("C-2026-99999 marie@coop.ca", "ask_status", "status_form")
    assert wrong.said == ["utter_status_not_found"]
    assert wrong.messages == unknown.messages


@pytest.mark.parametrize("slots", [{"reference": "known"}, {"lookup_email": "marie@coop.ca"}])
def test_neither_alone_tells_anything(talk, reference, slots, language):
    slots = {name: reference if value == "known" else value for name, value in slots.items()}
    chat = talk(language, **slots)
    chat.perform("action_request_status")
    assert chat.said == ["utter_status_stopped"]


def test_the_address_of_a_request_is_not_used_for_another(talk, reference):
    chat = talk(email="marie@coop.ca", reference=reference, lookup_email="marie@coop.ca")
    chat.open("et mon autre demande?", "ask_status", "status_form")
    assert chat.said == ["utter_ask_reference"]
    assert chat.slots["lookup_email"] is None


@pytest.mark.parametrize(
    ("text", "intent", "language"),
    [
        ("42", "", "fr"),
        ("je ne sais pas", "skip", "fr"),
        ("j'ai perdu ma référence", "ask_status", "fr"),
        ("the blue one", "", "en"),
        ("I lost my reference", "ask_status", "en"),
    ],
)
def test_what_holds_no_reference_is_told_how_one_looks(talk, text, intent, language):
    chat = talk(language).open("suivi", "ask_status", "status_form")
    chat.say(text, intent)
    assert chat.said == ["utter_invalid_reference", "utter_ask_reference"]


def test_three_refusals_stop(talk, language):
    chat = talk(language).open("suivi", "ask_status", "status_form")
    chat.say("?!").say("?!").say("?!")
    assert chat.said == ["utter_status_stopped"]
    assert chat.form is None


def test_a_wrong_address_is_explained(talk, reference):
    chat = talk().open(reference, "ask_status", "status_form")
    chat.say("marie@coop")
    assert chat.said == ["utter_invalid_email", "utter_ask_lookup_email"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("c'est quoi vos tarifs?", "ask_price"), ("are you a robot?", "ask_bot"), ("merci", "thanks")],
)
def test_a_question_is_answered_once_then_the_form_asks_again(talk, text, intent):
    chat = talk().open("suivi", "ask_status", "status_form")
    chat.say(text, intent)
    assert chat.rejections == 1
    assert chat.said == [f"utter_{intent}", "utter_ask_reference"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("notre comptable vient de nous quitter", "need"),
        ("our bookkeeper has just left", "need"),
        ("je veux parler à une personne", "ask_human"),
        ("annule", "cancel"),
    ],
)
def test_a_need_a_person_or_a_command_is_left_to_its_rule(talk, text, intent):
    chat = talk().open("suivi", "ask_status", "status_form")
    chat.say(text, intent)
    assert chat.rejections == 1
