"""What the form takes for an answer, and what it says of the others."""

import datetime as dt

from catalog.models import MemberStanding, OrganisationKind, Urgency
from catalog.requests import local_today
from tests.conversations.steps import EMAIL, answer_until, asked, begin, finish, says


def test_an_answer_that_cannot_be_used_is_explained_and_asked_again(member, tell):
    begin(member)
    for slot, answer, explanation in (
        ("organisation", "???", "utter_invalid_name"),
        ("organisation_kind", "pomme", "utter_invalid_choice"),
        ("email", "marie@exemple", "utter_invalid_email"),
        ("phone", "555-0123", "utter_invalid_phone"),
        ("region", "Saint-Glinglin", "utter_invalid_region"),
        ("deadline", tell("hier", "yesterday"), "utter_invalid_deadline"),
    ):
        answer_until(member, slot, contact_name="Marie Tremblay")
        member.say(answer)
        assert says(member, explanation)
        assert asked(member) == slot
    assert finish(member).contact_email == EMAIL


def test_three_bad_answers_set_an_optional_question_aside(member):
    begin(member)
    answer_until(member, "region")
    member.follow("Zorglub", "Zorglub", "Zorglub")
    assert says(member, "utter_set_aside")
    assert asked(member) == "deadline"
    assert finish(member).region is None


def test_three_bad_answers_to_what_is_needed_pause_the_form_until_resumed(member, tell):
    begin(member)
    answer_until(member, "email", contact_name="Marie Tremblay")
    member.follow("marie@exemple", "marie@exemple", "marie@exemple")
    assert says(member, "utter_form_paused")
    assert "resume" in member.choices
    assert not member.filed()
    member.say(tell("reprendre", "resume"))
    assert asked(member) == "email"
    assert finish(member).contact_name == "Marie Tremblay"


def test_an_optional_answer_may_be_declined_in_words_a_needed_one_may_not(member, tell):
    unknown = tell("je ne sais pas", "I don’t know")
    begin(member)
    member.say(unknown)
    assert says(member, "utter_required")
    assert asked(member) == "organisation"
    request = finish(
        member,
        organisation_kind=tell("une mutuelle", "a mutual"),
        member_standing=unknown,
        contact_name=f"Marie Tremblay, {EMAIL}",
        phone=tell("je préfère ne pas répondre", "I'd rather not answer"),
        region=unknown,
        deadline=tell("pas d’échéance", "no deadline"),
        budget=unknown,
    )
    assert request.organisation_kind is OrganisationKind.MUTUAL
    assert request.member_standing is MemberStanding.UNKNOWN
    assert request.contact_phone is request.region is request.deadline is request.budget is None


def test_a_deadline_in_words_is_filed_as_a_date_with_its_words(member, tell):
    begin(member)
    words = tell("avant la fin de la semaine prochaine", "by the end of next week")
    request = finish(member, deadline=words)
    today = local_today()
    assert request.deadline == today + dt.timedelta(days=11 - today.weekday())
    assert request.deadline_words == words


def test_a_day_and_a_month_are_the_next_to_come(member, tell):
    begin(member)
    request = finish(member, deadline=tell("avant le 15 mars", "before March 15"))
    today = local_today()
    next_year = today > dt.date(today.year, 3, 15)
    assert request.deadline == dt.date(today.year + next_year, 3, 15)


def test_a_time_that_is_no_date_is_kept_in_its_words(member, tell):
    begin(member)
    words = tell("au printemps", "in the spring")
    request = finish(member, deadline=words)
    assert (request.deadline, request.deadline_words) == (None, words)


def test_an_urgent_need_is_flagged_and_the_member_told(member, tell):
    member.say(
        tell(
            "C'est urgent : notre tenue de livres a six mois de retard et le vérificateur arrive.",
            "It is urgent: our bookkeeping is six months late and the auditor is coming.",
        )
    )
    assert says(member, "utter_urgent", "utter_route_confirm")
    request = finish(member)
    assert request.urgency is Urgency.URGENT
    assert any(m.subject.startswith("URGENT") for m in request.outbox_messages)


def test_a_close_deadline_makes_a_request_urgent(member, tell):
    begin(member)
    answer_until(member, "deadline")
    member.say(tell("demain", "tomorrow"))
    assert says(member, "utter_urgent")
    request = finish(member)
    assert request.urgency is Urgency.URGENT
    assert request.deadline == local_today() + dt.timedelta(days=1)


def test_region_phone_and_budget_are_filed_as_given(member, tell):
    begin(member)
    request = finish(
        member,
        contact_name=f"Marie Tremblay, {EMAIL}",
        phone="(418) 555-0199",
        region="Gatineau",
        budget=tell("20 heures de la banque", "20 hours of the bank"),
    )
    assert request.contact_phone == "418 555-0199"
    assert request.region.name == "Outaouais"
    assert request.budget == tell("20 heures de la banque", "20 hours of the bank")
