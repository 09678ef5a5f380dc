import pytest
import yaml

from actions.digressions import COMMANDS, DIGRESSIONS, TAKES_ANY_WORDS, is_digression
from tests.actions.conversation import ROOT, make_turn, pressed

RULES = yaml.safe_load((ROOT / "data/rules.yml").read_text("utf-8"))["rules"]


def digresses(text, requested, intent, confidence=0.95):
    return is_digression(make_turn(text, intent, confidence), requested)


@pytest.mark.parametrize("intent", sorted(DIGRESSIONS | COMMANDS))
def test_every_digression_has_a_rule_in_the_form(intent):
    inside = [
        rule["steps"][0]
        for rule in RULES
        if {"active_loop": "request_form"} in rule.get("condition", [])
    ]
    answered = {
        step["intent"] for first in inside for step in first.get("or", [first]) if "intent" in step
    }
    assert intent in answered


@pytest.mark.parametrize("intent", sorted(DIGRESSIONS | COMMANDS))
def test_an_aside_leaves_a_closed_question(intent):
    assert digresses("à propos ?", "email", intent)


@pytest.mark.parametrize(
    "intent", ["need", "affirm", "deny", "skip", "correct", "gibberish", "out_of_scope"]
)
def test_an_answer_is_no_aside(intent):
    assert not digresses("à propos", "email", intent)


@pytest.mark.parametrize("requested", sorted(TAKES_ANY_WORDS))
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("c'est quoi vos tarifs?", "ask_price"),
        ("Combien ça coûte", "ask_price"),
        ("how much does it cost?", "ask_price"),
        ("who will see this", "ask_privacy"),
    ],
)
def test_a_question_leaves_a_question_that_takes_any_words(requested, text, intent):
    assert digresses(text, requested, intent)


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("Retour à la terre", "start_over", 0.6),
        ("Les Habitations Nouveau Départ", "start_over", 0.95),
        ("Nouveau Départ", "start_over", 0.99),
        ("Stop Suicide", "cancel", 0.91),
        ("Coop Bonjour", "greet", 1.0),
        ("Merci Montréal", "thanks", 0.99),
        ("Au Revoir les déchets", "goodbye", 0.95),
        ("Coopérative de solidarité La Ruche", "start_cooperative", 0.9),
        ("Fresh Start Housing Co-op", "start_over", 0.8),
        ("Fresh Start", "start_over", 0.99),
        ("Cancel Culture Collective", "cancel", 0.93),
        ("English Theatre Co-op", "switch_language", 0.9),
        ("Hello World Co-op", "greet", 0.88),
    ],
)
def test_an_organisation_may_be_called_like_a_command(text, intent, confidence):
    assert not digresses(text, "organisation", intent, confidence)


@pytest.mark.parametrize("requested", ["organisation", "contact_name"])
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Annule", "cancel"),
        ("annulez tout", "cancel"),
        ("laissez tomber", "cancel"),
        ("Je ne veux plus continuer", "cancel"),
        ("Recommence du début", "start_over"),
        ("réessayer", "retry"),
        ("en français svp", "switch_language"),
        ("stop", "cancel"),
        ("cancel everything", "cancel"),
        ("never mind", "cancel"),
        ("please stop asking", "cancel"),
        ("start over", "start_over"),
        ("try again", "retry"),
        ("in English please", "switch_language"),
    ],
)
def test_a_plain_command_is_obeyed_where_a_name_is_asked(requested, text, intent):
    assert digresses(text, requested, intent)


@pytest.mark.parametrize("text", ["Annule", "stop"])
def test_a_doubtful_command_is_a_name(text):
    assert not digresses(text, "organisation", "cancel", 0.6)


@pytest.mark.parametrize(("text", "language"), [("Saint-Ubalde", "fr"), ("Wherever", "en")])
def test_a_town_that_is_not_known_is_no_aside(text, language):
    assert not digresses(text, "region", "out_of_scope")


def test_a_question_out_of_scope_is_an_aside_anywhere():
    assert digresses("quel temps fait-il à Laval?", "region", "out_of_scope")


def test_a_button_that_stands_for_an_intent_is_an_aside():
    assert digresses("/ask_offer", "organisation", "ask_offer")


def test_a_choice_is_never_an_aside():
    assert not is_digression(pressed("cooperative"), "email")
