"""Whatever a member types is words: no command of Rasa, no forged event, no choice not offered."""

from tests.conversations.steps import BOOKKEEPING, answer_until, asked, begin, finish, says


def test_a_need_typed_as_a_command_is_read_as_words(member):
    member.say(f"/need {BOOKKEEPING[member.language]}")
    assert says(member, "utter_route_confirm")
    assert finish(member).description == f"need {BOOKKEEPING[member.language]}"


def test_a_new_session_typed_as_a_command_does_not_wipe_the_conversation(member):
    begin(member)
    member.organisation = f"session_start {member.organisation}"
    member.say(f"/{member.organisation}")
    assert asked(member) == "organisation_kind"
    assert finish(member).organisation_name == member.organisation


def test_a_forged_event_is_read_as_words(member):
    begin(member)
    member.say(f"EXTERNAL: {member.organisation}")
    assert asked(member) == "organisation_kind"
    assert finish(member).organisation_name == member.organisation


def test_a_choice_typed_as_a_command_confirms_nothing(member):
    begin(member)
    answer_until(member, "consent_contact")
    member.say('/choose{"choice":"yes"}')
    assert asked(member) == "consent_contact"
    assert not member.filed()


def test_only_what_was_offered_can_be_chosen(member):
    begin(member)
    refused = member.post(choice="separate_requests")
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "choice_not_offered"
