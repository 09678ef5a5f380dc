"""Questions, asides and additions in the middle of a request."""

from tests.conversations.steps import BOOKKEEPING, answer_until, asked, begin, finish, says


def test_a_question_in_the_middle_is_answered_then_the_form_asks_again(member, tell):
    begin(member)
    answer_until(member, "region")
    for question, answer in (
        (tell("C'est quoi vos tarifs ?", "What are your rates?"), "utter_ask_price"),
        (tell("Es-tu un robot ?", "Are you a robot?"), "utter_ask_bot"),
        (
            tell(
                "Que faites-vous de mes renseignements personnels ?",
                "What do you do with my personal information?",
            ),
            "utter_ask_privacy",
        ),
        (
            tell("Quels services offrez-vous ?", "What services do you offer?"),
            "utter_fields_in_form",
        ),
        (
            tell("Je veux parler à une personne", "I want to talk to a person"),
            "utter_human_in_form",
        ),
    ):
        member.say(question)
        assert says(member, answer)
        assert asked(member) == "region"
    assert finish(member).description == BOOKKEEPING[member.language]


def test_a_question_where_a_name_is_asked_is_not_the_name(member, tell):
    begin(member)
    member.say(tell("C'est quoi vos tarifs ?", "What are your rates?"))
    assert says(member, "utter_ask_price")
    assert asked(member) == "organisation"


def test_trying_again_in_the_middle_asks_again(member, tell):
    begin(member)
    for question in ("region", "consent_contact"):
        answer_until(member, question)
        member.say(tell("réessayer", "try again"))
        assert says(member, "utter_go_on")
        assert asked(member) == question


def test_the_status_of_another_request_waits_for_the_end_of_this_one(member, tell):
    begin(member)
    answer_until(member, "budget")
    member.say(tell("Où en est ma demande ?", "What is the status of my request?"))
    assert says(member, "utter_status_after_form")
    assert asked(member) == "budget"


def test_a_need_told_in_the_middle_is_added_to_the_members_words(member, tell):
    more = tell(
        "On veut aussi que quelqu'un prépare les états financiers de notre coopérative.",
        "We also want someone to prepare the financial statements of our co-op.",
    )
    begin(member)
    answer_until(member, "region")
    member.say(more)
    assert says(member, "utter_words_added")
    assert asked(member) == "region"
    assert finish(member).description == f"{BOOKKEEPING[member.language]}\n{more}"


def test_a_need_told_at_the_summary_is_shown_before_anything_is_filed(member, tell):
    more = tell(
        "On veut aussi que quelqu'un prépare les états financiers de notre coopérative.",
        "We also want someone to prepare the financial statements of our co-op.",
    )
    begin(member)
    answer_until(member, "consent_contact")
    member.say(more)
    assert asked(member) == "summary"
    assert more in member.said
    assert finish(member).description.endswith(more)
