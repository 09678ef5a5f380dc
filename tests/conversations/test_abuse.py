"""Attacks on the running stack: it goes on answering, files nothing, and logs no word of them."""

import pytest

from actions.request_form import MAX_STRIKES
from tests.abuse.corpus import COMMANDS, INJECTIONS, SCRIPTS
from tests.conversations.stack import Member
from tests.conversations.steps import EMAIL, answer_until, asked, begin, finish

NO_ADDRESS = "marie@"
ROUNDS = 4
# Each had a regular expression try for ever, and the actions with it.
ENDLESS = ("(" * 200 + "x", "annuler " + "annul" * 100 + " !", ("pour x not " * 180) + "\nx")
STATUS = {"fr": "Où en est ma demande ?", "en": "What is the status of my request?"}


def test_an_address_that_is_never_one_leads_out_each_time(member):
    begin(member)
    answer_until(member, "email", contact_name="Marie Tremblay")
    for _ in range(ROUNDS):
        for _ in range(MAX_STRIKES):
            assert asked(member) == "email"
            member.say(NO_ADDRESS)
        # The form is left, what was given is kept, and a way on is offered.
        assert asked(member) is None and member.choices
        member.say("reprendre" if member.answered_in == "fr" else "resume")
        answer_until(member, "email")
    assert not member.filed()
    assert finish(member).contact_email == EMAIL


@pytest.mark.parametrize("slot", ["organisation", "deadline"])
def test_no_answer_keeps_the_actions_busy(member, slot):
    begin(member)
    answer_until(member, slot, contact_name="Marie Tremblay")
    for endless in ENDLESS:
        member.say(endless[:2000])
    other = begin(Member(member.stack, member.language))
    finish(other)


def test_no_words_file_anything_or_are_obeyed(member):
    for nasty in (*COMMANDS, *INJECTIONS, *SCRIPTS):
        answer = member.post(text=nasty)
        assert answer.status_code in (200, 422)
        assert "evil.example" not in answer.text
    assert not member.filed()


def test_no_reference_is_told_to_whoever_guesses(member):
    begin(member)
    request = finish(member)
    stranger = Member(member.stack, member.language)
    for guess in (request.reference, f"{request.reference}' OR '1'='1", "C-2026-%"):
        stranger.follow(STATUS[member.language], guess, "etranger@exemple.coop")
        assert request.organisation_name not in stranger.said
        assert EMAIL not in stranger.said


def test_no_log_holds_what_addresses_and_headers_bear(stack, member):
    secret = stack.settings.secret_key.get_secret_value()
    borne = ("marie.secrete@exemple.coop", member.session, "jeton-tres-secret-1234567890")
    for words in borne:
        for path in ("/", "/console/request/list", "/console/openid/callback", f"/chat/{words}"):
            headers = {"cookie": f"console_session={words}", "referer": f"https://a.b/{words}"}
            stack.client.get(path, params={"q": words, "code": words}, headers=headers)
    log = stack.log_text()
    assert not [words for words in (*borne, secret) if words in log]
