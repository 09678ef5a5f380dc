import pytest

import actions.fields
from tests.actions.conversation import ACTIONS, Conversation, chosen, make_tracker, message, run

SECRETS = ("Marie Tremblay", "marie@coop.ca", "secret-words")


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - {"action_reset_request"}))
def test_an_action_that_fails_says_so_and_logs_no_word_of_the_member(name, caplog, catalog):
    class Broken(dict):
        def get(self, *_):
            raise RuntimeError("secret-words of Marie Tremblay, marie@coop.ca")

        __getitem__ = __contains__ = __iter__ = get

    tracker = make_tracker(message("secret-words", "ask_offer"))
    tracker.slots = Broken()
    caplog.set_level("DEBUG")
    events, messages = run(name, tracker)
    assert events == []
    assert [message["response"] for message in messages] == ["utter_unavailable"]
    assert f"{name} failed: RuntimeError" in caplog.text
    for words in SECRETS:
        assert words not in caplog.text


def test_what_was_half_said_is_not_said(monkeypatch, catalog):
    import actions.request_form

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(actions.request_form, "slot_events", fail)
    _, messages = run("validate_request_form", make_tracker(message("aide", "ask_human")))
    assert [message["response"] for message in messages] == ["utter_unavailable"]


def test_a_catalog_that_is_down_is_told_at_the_question(no_catalog, language):
    chat = Conversation(language).open("Notre comptable est partie", fields=("accounting",))
    assert chat.said == ["utter_unavailable"]
    assert chat.slots["description"] == "Notre comptable est partie"


def test_the_session_factory_follows_the_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/here.db")
    from catalog.settings import get_settings

    get_settings.cache_clear()
    actions.fields.sessions.cache_clear()
    try:
        sessions = actions.fields.sessions()
        assert str(sessions.kw["bind"].url).endswith("here.db")
        assert actions.fields.sessions() is sessions
    finally:
        get_settings.cache_clear()
        actions.fields.sessions.cache_clear()


def test_a_turn_is_what_was_said_or_pressed():
    from actions.turn import Turn

    typed = Turn.of(make_tracker(message("  bonjour ", "greet", 0.4, fields=("training",))))
    assert (typed.text, typed.is_typed, typed.outcome) == ("bonjour", True, "route")
    assert typed.fields == ("training",)
    assert not typed.is_intent("greet")
    assert typed.is_intent("greet", at_least=0.4)
    button = Turn.of(make_tracker(chosen("yes")))
    assert button.chose("yes")
    assert not button.is_typed
    assert not Turn.of(make_tracker(message("/ask_offer", "ask_offer"))).is_typed


def test_a_conversation_without_a_message_is_silent_french():
    from actions.turn import Turn

    turn = Turn.of(make_tracker(None, language=None))
    assert (turn.text, turn.intent, turn.language, turn.outcome) == ("", "", "fr", "other")
