import pytest
import yaml

from tests.actions.conversation import DOMAIN, ROOT, make_tracker, message, run

RULES = yaml.safe_load((ROOT / "data/rules.yml").read_text("utf-8"))["rules"]


def intents_answered():
    """Each intent that `action_answer` answers, and the form it does so in."""
    for rule in RULES:
        steps = rule["steps"]
        if {"action": "action_answer"} in steps:
            for step in steps[0].get("or", [steps[0]]):
                yield step["intent"], rule.get("condition", [{}])[0].get("active_loop")


@pytest.mark.parametrize(("intent", "form"), sorted(intents_answered(), key=str))
def test_every_intent_that_is_answered_has_its_response(catalog, intent, form, language):
    tracker = make_tracker(message("…", intent), form=form, language=language)
    events, [answer] = run("action_answer", tracker)
    assert events == []
    variations = DOMAIN["responses"][answer["response"]]
    assert any("condition" in variation for variation in variations)
    assert any("condition" not in variation for variation in variations)


def test_the_offer_has_a_button_for_each_field(catalog, language):
    tracker = make_tracker(message("…", "ask_offer"), language=language)
    _, [answer] = run("action_answer", tracker)
    assert answer["response"] == "utter_fields_offered"
    assert len(answer["buttons"]) == 20
    assert answer["buttons"][0]["payload"] == '/choose_field{"choice":"legal_services"}'


def test_every_response_that_an_action_names_is_in_the_domain():
    import re

    named = {
        name
        for path in (ROOT / "actions").glob("*.py")
        for name in re.findall(r'"(utter_[a-z_]+)"', path.read_text("utf-8"))
    }
    assert named
    assert named <= set(DOMAIN["responses"])
