"""What changes an earlier answer, and what must not."""

import pytest

from actions.answers import SKIPPED
from actions.corrections import CORRECTABLE, read_correction
from tests.actions.conftest import ANSWERS, NEED
from tests.actions.conversation import DOMAIN, make_turn, pressed

GIVEN = {**ANSWERS, "description": NEED["fr"], "deadline": "2027-03-15", "budget": "5000 $"}


def correct(text, requested="budget", intent="", confidence=0.95, language="fr", slots=GIVEN):
    return read_correction(make_turn(text, intent, confidence, language), requested, slots)


@pytest.mark.parametrize(
    ("text", "confidence", "expected"),
    [
        ("non, mon courriel est paul@coop.ca", 0.49, {"email": "paul@coop.ca"}),
        ("oups, c'est paul@coop.ca", 0.3, {"email": "paul@coop.ca"}),
        ("oups, mauvais numéro: 514 555 0199", 0.8, {"phone": "514 555-0199"}),
        ("En fait mon téléphone est le 514 555-0199", 0.3, {"phone": "514 555-0199"}),
        ("la région c'est Gatineau, pas Sherbrooke", 0.9, {"region": None}),
        ("changez la région pour l'Outaouais", 0.9, {"region": "07"}),
        ("non, on est une mutuelle, changez le type", 0.9, {"organisation_kind": "mutual"}),
        ("Non, mon nom c'est Paul Roy", 0.57, {"contact_name": "Paul Roy"}),
        ("en fait mon nom est Marie Roy, pas Marie Tremblay", 0.58, {"contact_name": "Marie Roy"}),
        ("non, nous sommes membres", 0.9, {"member_standing": "member"}),
        ("no, we are not members", 0.9, {"member_standing": "non_member"}),
        ("mon nom est plutôt Anne Roy", 0.9, {"contact_name": "Anne Roy"}),
        ("my name is actually: Anne Roy", 0.9, {"contact_name": "Anne Roy"}),
        ("le nom de la coop est Coop du Sud", 0.9, {"organisation": "Coop du Sud"}),
        ("actually my phone is 514 555-0199", 0.49, {"phone": "514 555-0199"}),
        ("sorry, my email is jane@coop.ca", 0.3, {"email": "jane@coop.ca"}),
        ("no wait, the city is Gatineau", 0.3, {"region": "07"}),
        ("my name is Jane Roy, not Jane Ray", 0.9, {"contact_name": "Jane Roy"}),
        ("change the name to Jane Roy", 0.9, {"contact_name": "Jane Roy"}),
        ("the organisation is Harbour Co-op", 0.9, {"organisation": "Harbour Co-op"}),
    ],
)
def test_a_correction_that_tells_the_new_value_sets_it(text, confidence, expected):
    assert correct(text, intent="correct", confidence=confidence) == expected


@pytest.mark.parametrize(("text", "language"), [("15 juin", "fr"), ("June 15", "en")])
def test_a_deadline_is_corrected(text, language):
    announced = {"fr": "non, l'échéance est le ", "en": "actually the deadline is "}[language]
    slots = correct(announced + text, language=language)
    assert slots["deadline"] == "2027-06-15"


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("mon nom est mal écrit", "contact_name"),
        ("mon nom est plutôt mal écrit", "contact_name"),
        ("Il y a une erreur dans mon nom", "contact_name"),
        ("mettez plutôt le nom de ma présidente comme contact", "contact_name"),
        ("Le nom de l'organisme est mal écrit", "organisation"),
        ("le courriel n'est pas bon", "email"),
        ("le budget est mauvais", "budget"),
        ("je veux changer la description", "description"),
        ("I want to change the name", "contact_name"),
        ("my name is spelled wrong", "contact_name"),
        ("the email is wrong", "email"),
        ("wrong phone number", "phone"),
        ("the organisation is misspelled", "organisation"),
        ("change the date", "deadline"),
    ],
)
def test_a_correction_without_a_value_asks_again(text, slot):
    assert correct(text, "summary", "correct")[slot] is None


@pytest.mark.parametrize("text", ["Changez le champ d'expertise", "change the field of expertise"])
def test_a_correction_of_the_field_offers_the_list(text):
    assert correct(text, intent="correct") == {"routing": None, "routing_step": "list"}


@pytest.mark.parametrize("slot", CORRECTABLE)
def test_each_button_of_the_correction_asks_its_question_again(slot):
    slots = read_correction(pressed(f"fix_{slot}"), "summary", GIVEN)
    assert slots[slot] is None
    assert set(slots) <= set(DOMAIN["slots"])


@pytest.mark.parametrize("variation", DOMAIN["responses"]["utter_ask_correction"])
def test_every_correctable_answer_has_its_button(variation):
    payloads = {button["payload"] for button in variation["buttons"]}
    fixes = {f'/choose{{"choice":"fix_{slot}"}}' for slot in CORRECTABLE}
    assert payloads == fixes | {'/choose{"choice":"yes"}'}


def test_the_words_of_a_deadline_go_with_it():
    assert correct("change the date", intent="correct") == {
        "deadline": None,
        "deadline_words": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        "le courriel",
        "le téléphone",
        "tout est beau sauf le courriel",
        "le téléphone est pas bon",
        "email",
        "the phone",
        "all good except the email",
        "yes but the phone is wrong",
    ],
)
@pytest.mark.parametrize("intent", ["correct", "ask_human", ""])
def test_at_the_summary_a_short_message_that_names_an_answer_corrects_it(text, intent):
    assert set(correct(text, "summary", intent)) in ({"email"}, {"phone"})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("oui, tout est beau", "affirm"),
        ("oui c'est la bonne adresse", "affirm"),
        ("Yes, that is the right address", "affirm"),
        ("who will see my email?", "ask_privacy"),
        ("on a aussi besoin d'un service de graphisme", "need"),
    ],
)
def test_at_the_summary_what_names_an_answer_in_passing_corrects_nothing(text, intent):
    assert correct(text, "summary", intent) is None


@pytest.mark.parametrize(
    ("text", "requested", "intent"),
    [
        ("my name is Jane Smith", "contact_name", "out_of_scope"),
        ("Marie Roy, marie@exemple.coop, 418 555-0123", "contact_name", "correct"),
        ("Non, pas de budget pour ce service", "budget", "deny"),
        ("no budget for this service", "budget", "deny"),
        ("Non, aucun numéro", "phone", "deny"),
        ("non", "phone", "deny"),
        ("No Frills Housing", "organisation", ""),
        ("Non-Stop Théâtre", "organisation", ""),
        ("Retour à la terre", "organisation", "start_over"),
        ("Non, notre service de paie n'a plus personne", "description", "need"),
        ("No one at our organisation knows who is a member", "description", "need"),
        ("Wait times at our service are too long", "description", "need"),
        ("le courriel ne fonctionne plus", "region", "need"),
        ("l'adresse du site est perdue", "region", ""),
        ("oui", "summary", "affirm"),
        ("non merci", "consent_news", "deny"),
    ],
)
def test_what_corrects_nothing_is_left_to_the_question(text, requested, intent):
    assert correct(text, requested, intent) is None


@pytest.mark.parametrize(
    "text",
    [
        "Non, c'est pour notre nom de domaine",
        "non, c'est pour le bail de notre coop",
        "No, it is about our domain name",
        "no, it's our member list",
    ],
)
def test_what_was_never_answered_is_not_corrected(text):
    assert correct(text, "routing", "deny", slots={}) is None


def test_a_contact_detail_may_be_told_before_it_is_asked():
    assert correct("non, mon courriel est paul@coop.ca", "routing", slots={}) == {
        "email": "paul@coop.ca"
    }


def test_an_answer_is_not_corrected_to_nothing():
    slots = correct("non, changez la région pour partout au Québec")
    assert slots == {"region": None}
    assert SKIPPED not in slots.values()
