"""The questions that are computed: which field, is it correct, do you agree."""

import pytest
import yaml

from actions.ask_routing import QUESTIONS
from actions.ask_summary import long_date
from catalog.consents import consent_text
from catalog.models import ConsentPurpose, Field
from tests.actions.conftest import NEED, answered
from tests.actions.conversation import ROOT, make_tracker, run

FIELDS = {
    field["slug"]: field
    for field in yaml.safe_load((ROOT / "catalog/fields.yml").read_text("utf-8"))
}
pytestmark = pytest.mark.usefixtures("catalog")


def ask(step, slugs, language="fr"):
    fields = [{"slug": slug} for slug in slugs]
    tracker = make_tracker(routing_step=step, fields=fields, language=language)
    events, [question] = run("action_ask_routing", tracker)
    assert events == []
    return question


def choices(question):
    return [button["payload"].split('"')[3] for button in question["buttons"]]


def test_one_field_is_to_be_confirmed(language):
    question = ask("route", ["accounting"], language)
    assert question["response"] == "utter_route_confirm"
    assert question["name"] == FIELDS["accounting"]["name"][language]


def test_several_fields_are_all_named(language):
    question = ask("several", ["training", "governance"], language)
    assert question["response"] == "utter_route_several"
    for slug in ("training", "governance"):
        assert FIELDS[slug]["name"][language] in question["names"]


def test_two_close_fields_are_told_apart_by_their_question(language):
    question = ask("clarify", ["payroll_benefits", "accounting"], language)
    assert question["response"] == "utter_route_clarify"
    assert question["question"] == QUESTIONS["accounting+payroll_benefits"][language]
    assert choices(question) == ["payroll_benefits", "accounting", "both", "other"]


def test_two_close_fields_without_a_question_are_told_apart_by_their_scopes(language):
    question = ask("clarify", ["training", "accounting"], language)["question"]
    for slug in ("training", "accounting"):
        assert FIELDS[slug]["name"][language] in question
        assert FIELDS[slug]["scope"][language] in question


def test_the_three_nearest_are_offered_when_unsure():
    question = ask("unsure", ["training", "accounting", "governance", "it_support"])
    assert choices(question) == ["training", "accounting", "governance", "other", "human"]


@pytest.mark.parametrize(("step", "slugs"), [("list", ["accounting"]), ("list", []), (None, [])])
def test_the_list_offers_every_field_then_a_person(step, slugs, language):
    question = ask(step, slugs, language)
    assert question["response"] == "utter_route_list"
    assert choices(question) == [*FIELDS, "human"]
    titles = [button["title"] for button in question["buttons"]]
    assert titles[: len(FIELDS)] == [field["name"][language] for field in FIELDS.values()]


def test_a_retired_field_is_not_offered(catalog):
    with catalog.begin() as session:
        session.get(Field, "training").active = False
    assert ask("several", ["training", "governance"])["response"] == "utter_route_confirm"
    assert ask("route", ["training"])["response"] == "utter_route_list"
    assert "training" not in choices(ask("list", []))


@pytest.mark.parametrize("key", QUESTIONS)
def test_a_separating_question_is_of_two_fields_in_order(key):
    pair = key.split("+")
    assert len(pair) == 2
    assert pair == sorted(set(pair))
    assert set(pair) <= set(FIELDS)
    assert set(QUESTIONS[key]) == {"fr", "en"}


def summary(language="fr", **slots):
    conversation = answered(language, **slots)
    [message] = conversation.messages or run("action_ask_summary", conversation.tracker)[1]
    return message


def test_the_summary_shows_all_that_will_be_filed(language):
    message = summary(language, deadline="2027-03-01", budget="5000 $")
    assert message["response"] == "utter_confirm_summary"
    expected = {
        "fr": ["Comptabilité", "coopérative", "oui", "Estrie", "1er mars 2027"],
        "en": ["Accounting", "co-operative", "yes", "Estrie", "March 1, 2027"],
    }[language]
    both = [NEED[language], "Coop du Nord", "Marie Tremblay", "marie@coop.ca", "418 555-0123"]
    for value in [*expected, *both, "5000 $"]:
        assert value in message["summary"]
    assert len(message["summary"].splitlines()) == 11


def test_the_summary_leaves_out_what_was_skipped(language):
    skipped = dict.fromkeys(("phone", "region", "deadline", "budget"), "skipped")
    text = summary(language, **skipped)["summary"]
    assert "skipped" not in text
    assert len(text.splitlines()) == 7


def test_the_summary_shows_a_deadline_that_is_no_date(language):
    text = summary(language, deadline_words="au printemps")["summary"]
    assert "au printemps" in text


@pytest.mark.parametrize(
    ("language", "expected"), [("fr", "à choisir par une personne"), ("en", "to be chosen by a")]
)
def test_the_summary_tells_that_a_person_will_choose_the_field(language, expected):
    assert expected in summary(language, fields=[])["summary"]


@pytest.mark.parametrize(("language", "expected"), [("fr", "distincte"), ("en", "separate")])
def test_the_summary_tells_of_separate_requests(language, expected):
    assert expected in summary(language, separate_requests=True)["summary"]
    assert expected not in summary(language)["summary"]


@pytest.mark.parametrize(
    ("language", "expected"), [("fr", "hors Québec"), ("en", "outside Québec")]
)
def test_the_summary_names_a_place_outside_quebec(language, expected):
    assert expected in summary(language, region="outside")["summary"]


def test_braces_in_a_members_words_are_only_words():
    assert "{email}" in summary(description="le champ {email} du site")["summary"]


def test_what_to_correct_is_asked_in_place_of_the_summary():
    assert summary(summary_step="fix") == {
        **summary(summary_step="fix"),
        "response": "utter_ask_correction",
    }


@pytest.mark.parametrize("purpose", ConsentPurpose)
def test_a_consent_is_asked_with_its_text(purpose, language):
    events, [message] = run(f"action_ask_consent_{purpose}", make_tracker(language=language))
    assert events == []
    assert message["response"] == f"utter_confirm_consent_{purpose}"
    assert message["consent_text"] == consent_text(purpose, language)


def test_dates_are_written_as_people_write_them():
    import datetime as dt

    assert long_date(dt.date(2027, 2, 15), "fr") == "15 février 2027"
    assert long_date(dt.date(2027, 2, 1), "fr") == "1er février 2027"
    assert long_date(dt.date(2027, 2, 1), "en") == "February 1, 2027"
