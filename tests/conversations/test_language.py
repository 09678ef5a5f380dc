"""Which language a conversation is in."""

from tests.conversations.stack import Member
from tests.conversations.steps import (
    BOOKKEEPING,
    LOGO,
    answer_until,
    asked,
    begin,
    finish,
    says,
    slugs,
)


def other(language: str) -> str:
    return "en" if language == "fr" else "fr"


def test_a_conversation_opens_in_the_language_of_the_page(member, language):
    assert member.answered_in == language
    assert says(member, "utter_start")
    member.say("ok")
    assert member.answered_in == language
    assert says(member, "utter_nothing_pending")


def test_the_language_is_switched_by_asking_in_the_middle_of_the_form(member, tell):
    begin(member)
    member.say(tell("English please", "en français s'il vous plaît"))
    assert member.answered_in == other(member.language)
    assert says(member, "utter_switch_language")
    assert asked(member) == "organisation"
    assert finish(member).language == other(member.language)


def test_the_page_switches_the_language_anywhere(member):
    member.switch_to(other(member.language))
    assert member.answered_in == other(member.language)
    begin(member)
    member.switch_to(member.language)
    assert member.answered_in == member.language
    assert asked(member) == "organisation"
    assert finish(member).language == member.language


def test_a_whole_sentence_in_the_other_language_switches_to_it(member):
    member.say(BOOKKEEPING[other(member.language)])
    assert member.answered_in == other(member.language)
    assert says(member, "utter_route_confirm")
    assert finish(member).language == other(member.language)


def test_a_name_or_a_short_answer_in_the_other_language_does_not_switch(member, tell):
    begin(member)
    member.organisation += tell(" The Food Sharing House", " La Maison du partage alimentaire")
    answer_until(member, "region")
    member.say("Montreal")
    answer_until(member, "summary")
    member.say("ok")
    assert asked(member) == "consent_news"
    request = finish(member)
    assert member.answered_in == request.language == member.language


def test_both_languages_work_in_one_conversation(member):
    begin(member)
    finish(member)
    member.follow(LOGO[other(member.language)], ">yes")
    answer_until(member, None)
    first, second = member.filed()
    assert (first.language, second.language) == (member.language, other(member.language))
    assert slugs(second) == {"graphic_design"}


def test_a_page_of_no_language_opens_in_french(stack):
    answer = stack.client.post("/chat/session", json={}).json()
    assert answer["language"] == "fr"
    assert answer["messages"][0]["text"] == Member(stack, "fr").said
