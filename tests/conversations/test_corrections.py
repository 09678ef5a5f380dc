"""Changing an answer, at any point and at the summary."""

import datetime as dt

from catalog.requests import local_today
from tests.conversations.steps import answer_until, asked, begin, finish, says, slugs


def test_an_email_is_corrected_in_the_middle(member, tell):
    begin(member)
    answer_until(member, "region")
    member.say(tell("non, mon courriel est anne@exemple.coop", "no, my email is anne@exemple.coop"))
    assert says(member, "utter_corrected")
    assert asked(member) == "region"
    assert finish(member).contact_email == "anne@exemple.coop"


def test_what_the_summary_shows_is_corrected_in_words(member, tell):
    next_year = local_today().year + 1
    begin(member)
    answer_until(member, "summary")
    for correction, shown in (
        (tell("mon nom est plutôt Anne Roy", "my name is actually: Anne Roy"), "Anne Roy"),
        (tell("la région est l’Estrie", "the region is Estrie"), "Estrie"),
        (
            tell(f"l’échéance est le 3 juin {next_year}", f"the deadline is June 3, {next_year}"),
            tell(f"3 juin {next_year}", f"June 3, {next_year}"),
        ),
    ):
        member.say(correction)
        assert shown in member.said
        assert asked(member) == "summary"
    request = finish(member)
    assert request.contact_name == "Anne Roy"
    assert request.region.name == "Estrie"
    assert request.deadline == dt.date(next_year, 6, 3)


def test_what_the_summary_shows_is_corrected_by_choices(member, tell):
    begin(member)
    answer_until(member, "summary")
    member.follow(">fix", ">fix_routing", ">training", ">fix", ">fix_budget", "500 $")
    assert tell("Formation", "Training") in member.said
    member.follow(">fix", ">fix_organisation_kind", ">non_profit")
    assert asked(member) == "summary"
    request = finish(member)
    assert slugs(request) == {"training"}
    assert request.budget == "500 $"
    assert request.organisation_kind == "non_profit"


def test_a_yes_with_a_reserve_files_nothing_yet(member, tell):
    begin(member)
    answer_until(member, "summary")
    member.say(tell("oui mais mon courriel est anne@exemple.coop", "yes but my email is a@b.coop"))
    assert asked(member) == "summary"
    assert tell("anne@exemple.coop", "a@b.coop") in member.said


def test_a_correction_at_the_last_question_shows_the_summary_again(member):
    begin(member)
    answer_until(member, "consent_contact")
    member.follow(">fix", ">fix_email", "anne@exemple.coop")
    assert asked(member) == "summary"
    assert finish(member).contact_email == "anne@exemple.coop"
