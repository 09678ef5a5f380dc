"""Cancelling, starting over, and refusing to be contacted."""

import pytest

from tests.conversations.steps import (
    LOGO,
    answer_until,
    asked,
    begin,
    finish,
    says,
    slugs,
)

CANCEL = ("annuler", "cancel")
START_OVER = ("recommencer", "start over")


@pytest.mark.parametrize(
    ("words", "answer"), [(CANCEL, "utter_cancelled"), (START_OVER, "utter_restarted")]
)
def test_a_request_that_is_left_is_not_filed_and_another_may_follow(member, tell, words, answer):
    begin(member)
    answer_until(member, "consent_contact")
    member.say(tell(*words))
    assert says(member, answer)
    assert not member.filed()
    begin(member, LOGO)
    assert slugs(finish(member)) == {"graphic_design"}


@pytest.mark.parametrize(
    ("words", "answer"), [(CANCEL, "utter_cancelled"), (START_OVER, "utter_restarted")]
)
def test_there_may_be_nothing_to_leave(member, tell, words, answer):
    member.say(tell(*words))
    assert says(member, answer)


def test_a_cancelled_request_cannot_be_retried(member, tell):
    begin(member)
    answer_until(member, "budget")
    member.follow(tell(*CANCEL), tell("réessayer", "try again"))
    assert says(member, "utter_nothing_pending")
    assert not member.filed()


def test_without_consent_to_contact_nothing_is_filed_until_it_is_given(member, tell):
    begin(member)
    answer_until(member, "consent_contact")
    member.pick("no")
    assert says(member, "utter_not_filed")
    assert not member.filed()
    member.say(tell("reprendre", "resume"))
    assert asked(member) == "summary"
    finish(member)
