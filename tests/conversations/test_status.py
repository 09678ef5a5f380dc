"""Where a request stands, told to whoever knows its reference and its address."""

from tests.conversations.steps import EMAIL, asked, begin, finish, says, text

STATUS = ("Où en est ma demande ?", "What is the status of my request?")
UNKNOWN = "C-1999-00001"


def test_reference_and_email_tell_the_status(member, tell):
    begin(member)
    request = finish(member)
    member.say(tell(*STATUS))
    assert asked(member) == "reference"
    member.say(request.reference)
    assert asked(member) == "lookup_email"
    member.say(EMAIL.upper())
    found = text("utter_status_found", member.language, reference=request.reference)
    assert found in member.said
    assert tell("Comptabilité", "Accounting") in member.said


def test_a_wrong_email_and_an_unknown_reference_get_the_same_answer(member, tell):
    begin(member)
    request = finish(member)
    answers = []
    for reference, email in ((request.reference, "anne@exemple.coop"), (UNKNOWN, EMAIL)):
        member.follow(tell(*STATUS), reference)
        assert asked(member) == "lookup_email"
        answers.append(member.say(email))
    assert says(member, "utter_status_not_found")
    assert answers[0] == answers[1]


def test_a_reference_alone_tells_nothing(member, tell):
    begin(member)
    request = finish(member)
    stranger = type(member)(member.stack, member.language)
    stranger.say(f"{tell(*STATUS)} {request.reference}")
    assert asked(stranger) == "lookup_email"
    stranger.follow(tell("je ne sais pas", "I don't know"), "non", "???")
    assert says(stranger, "utter_status_stopped")
    assert tell("Comptabilité", "Accounting") not in stranger.said


def test_trying_again_asks_for_the_reference_again(member, tell):
    member.follow(tell(*STATUS), tell("réessayer", "try again"))
    assert says(member, "utter_go_on")
    assert asked(member) == "reference"


def test_a_status_not_found_may_be_left_for_a_request(member, tell):
    member.follow(tell(*STATUS), tell("laissez tomber", "never mind"))
    assert says(member, "utter_status_stopped")
    begin(member)
    finish(member)
