"""How a need finds its field, or the person who will find it."""

from catalog.models import MessageKind, RequestStatus, SetBy
from tests.conversations.interpreted import message_with
from tests.conversations.steps import (
    BOOKKEEPING,
    answer_until,
    asked,
    finish,
    references,
    says,
    slugs,
)

INTAKE = "accueil@consortium.example"


def fields_offered(member) -> list[str]:
    return [c for c in member.choices if c not in ("both", "other", "human")]


def team_recipients(request) -> set[str]:
    return {m.recipient for m in request.outbox_messages if m.kind is MessageKind.TEAM}


def test_one_question_separates_two_close_fields(member):
    member.say(message_with("clarify", member.language))
    assert says(member, "utter_route_clarify")
    first, second = fields_offered(member)
    member.pick(second)
    [row] = finish(member).fields
    assert (row.field_slug, row.set_by) == (second, SetBy.MEMBER)
    assert 0 < row.confidence < 1
    assert first != second


def test_both_of_two_close_fields_make_one_request(member):
    member.say(message_with("clarify", member.language))
    offered = fields_offered(member)
    member.pick("both")
    request = finish(member)
    assert [row.field_slug for row in request.fields] == offered
    assert [row.rank for row in request.fields] == [1, 2]


def test_several_needs_make_one_request_where_the_member_wants_one(member):
    words = message_with("several", member.language)
    member.follow(words, ">one_request")
    request = finish(member)
    assert len(request.fields) > 1
    assert request.description == words


def test_several_needs_make_a_request_each_where_the_member_wants_so(member):
    member.follow(message_with("several", member.language), ">separate_requests")
    answer_until(member, None)
    requests = member.filed()
    assert len(requests) > 1
    assert references(member) == [request.reference for request in requests]
    assert all(len(request.fields) == 1 for request in requests)
    assert len({request.fields[0].field_slug for request in requests}) == len(requests)


def test_the_nearest_fields_are_offered_where_the_bot_is_unsure(member):
    member.say(message_with("unsure", member.language))
    assert says(member, "utter_route_unsure")
    assert len(fields_offered(member)) == 3
    chosen = fields_offered(member)[2]
    member.pick(chosen)
    assert slugs(finish(member)) == {chosen}


def test_more_words_where_the_bot_is_unsure_make_the_need_clear(member):
    words = message_with("unsure", member.language)
    member.follow(words, BOOKKEEPING[member.language], ">yes")
    request = finish(member)
    assert slugs(request) == {"accounting"}
    assert request.description == f"{words}\n{BOOKKEEPING[member.language]}"


def test_the_twenty_fields_are_listed_where_the_proposed_one_is_wrong(member):
    member.follow(BOOKKEEPING[member.language], ">other")
    assert says(member, "utter_route_list")
    assert len(fields_offered(member)) == 20
    member.pick("training")
    [row] = finish(member).fields
    assert (row.field_slug, row.set_by) == ("training", SetBy.MEMBER)


def test_a_field_may_be_typed(member, tell):
    member.follow(
        BOOKKEEPING[member.language], tell("organisation d’evenements", "event managment")
    )
    assert asked(member) == "organisation"
    assert slugs(finish(member)) == {"event_management"}


def test_a_person_qualifies_the_request_where_no_field_fits(member):
    member.follow(BOOKKEEPING[member.language], ">other", ">human")
    assert says(member, "utter_to_qualify", "utter_ask_organisation")
    request = finish(member)
    assert request.status is RequestStatus.TO_QUALIFY
    assert not request.fields
    assert team_recipients(request) == {INTAKE}


def test_a_person_asked_for_first_qualifies_the_request(member, tell):
    member.say(tell("Je veux parler à une personne", "I want to talk to a person"))
    assert says(member, "utter_to_qualify", "utter_ask_description")
    member.say(BOOKKEEPING[member.language])
    request = finish(member)
    assert request.status is RequestStatus.TO_QUALIFY
    assert request.description == BOOKKEEPING[member.language]
    assert team_recipients(request) == {INTAKE}
    # What the words suggest is kept for whoever qualifies it.
    assert slugs(request) == {"accounting"}


def test_what_is_not_understood_three_times_goes_to_a_person(member):
    member.follow(BOOKKEEPING[member.language], "hum", "hum")
    assert says(member, "utter_route_not_understood")
    member.say("hum")
    assert says(member, "utter_to_qualify")
    assert finish(member).status is RequestStatus.TO_QUALIFY


def test_a_field_chosen_among_those_offered_opens_a_request(member, tell):
    member.say(tell("Quels services offrez-vous ?", "What services do you offer?"))
    assert says(member, "utter_fields_offered")
    assert len(member.choices) == 20
    member.pick("recruitment")
    assert asked(member) == "description"
    member.say(tell("Il nous manque une cuisinière.", "We are missing a cook."))
    [row] = finish(member).fields
    assert (row.field_slug, row.set_by) == ("recruitment", SetBy.MEMBER)
