import asyncio

import pytest

from actions.answers import Accepted, Refused
from actions.fields import active_fields, find_by_name, quoted_list
from actions.routing import CONFIRMED, LIST, open_routing, read_routing
from actions.turn import Turn
from tests.actions.conversation import chosen, make_tracker, make_turn, pressed

TWO = [
    {"slug": "accounting", "confidence": 0.5, "set_by": "bot"},
    {"slug": "payroll_benefits", "confidence": 0.4, "set_by": "bot"},
]
NO_FIELD = {
    "routing": CONFIRMED,
    "fields": [],
    "separate_requests": False,
    "routing_step": "human",
}
pytestmark = pytest.mark.usefixtures("catalog")


def read(turn, step="route", proposed=TWO):
    slots = {"routing_step": step, "fields": proposed, "ranking": {"accounting": 0.5}}
    return asyncio.run(read_routing(turn, slots))


def slugs(reading):
    return [field["slug"] for field in reading.slots["fields"]]


@pytest.mark.parametrize(
    ("outcome", "fields"),
    [
        ("route", ("accounting",)),
        ("several", ("training", "governance")),
        ("clarify", ("accounting", "payroll_benefits")),
        ("unsure", ("a", "b", "c")),
    ],
)
def test_a_need_proposes_the_fields_of_its_interpretation(outcome, fields):
    slots = open_routing(make_turn("besoin", "need", outcome=outcome, fields=fields))
    assert slots["routing"] is None
    assert slots["routing_step"] == outcome
    assert [field["slug"] for field in slots["fields"]] == list(fields)
    assert {field["set_by"] for field in slots["fields"]} == {"bot"}
    assert slots["fields"][0]["confidence"] == slots["ranking"][fields[0]]


def test_no_more_than_four_fields_are_proposed():
    slots = open_routing(make_turn("besoin", "need", fields=tuple("abcdef")))
    assert len(slots["fields"]) == 4


def test_a_chosen_field_is_the_members():
    turn = Turn.of(make_tracker(chosen("training", "choose_field")))
    slots = open_routing(turn)
    assert slots["routing"] == CONFIRMED
    assert slots["fields"] == [{"slug": "training", "confidence": None, "set_by": "member"}]


def test_asking_for_a_person_leaves_the_field_to_them():
    assert open_routing(make_turn("parler à quelqu'un", "ask_human")) == NO_FIELD


@pytest.mark.parametrize(("text", "language"), [("oui c'est ça", "fr"), ("yes", "en")])
def test_a_yes_confirms_the_field(text, language):
    reading = read(make_turn(text, "affirm", language=language), proposed=TWO[:1])
    assert reading.slots["routing"] == CONFIRMED
    assert reading.slots["fields"] == TWO[:1]
    assert read(pressed("yes"), proposed=TWO[:1]) == reading


@pytest.mark.parametrize(("text", "language"), [("non c'est pas ça", "fr"), ("no, wrong", "en")])
@pytest.mark.parametrize("step", ["route", "several", "clarify", "unsure"])
def test_a_no_offers_the_list(text, language, step):
    assert read(make_turn(text, "deny", language=language), step) == Accepted(LIST)
    assert read(pressed("other"), step) == Accepted(LIST)


@pytest.mark.parametrize("text", ["aucun de ceux-là", "none of those"])
def test_a_no_to_the_list_leaves_the_field_to_a_person(text):
    assert read(make_turn(text, "deny"), "list") == Accepted(NO_FIELD)


@pytest.mark.parametrize("text", ["je ne sais pas lequel", "I don't know"])
@pytest.mark.parametrize("step", ["route", "clarify", "unsure", "list"])
def test_a_member_who_does_not_know_leaves_the_field_to_a_person(text, step):
    assert read(make_turn(text, "skip"), step) == Accepted(NO_FIELD)


def test_a_person_may_choose_the_field():
    assert read(pressed("human"), "unsure") == Accepted(NO_FIELD)
    assert read(make_turn("je veux parler à quelqu'un", "ask_human")) == Accepted(NO_FIELD)


@pytest.mark.parametrize(
    "text",
    [
        "une seule",
        "une seule demande pour les deux",
        "la même demande",
        "ensemble",
        "a single request",
        "one request please",
        "together",
    ],
)
@pytest.mark.parametrize("intent", ["ask_status", "need", "deny", ""])
def test_one_request_for_several_needs_is_chosen_in_words(text, intent):
    reading = read(make_turn(text, intent), "several")
    assert slugs(reading) == ["accounting", "payroll_benefits"]
    assert reading.slots["separate_requests"] is False


@pytest.mark.parametrize(
    "text",
    [
        "une demande pour chacun",
        "deux demandes séparées",
        "séparément",
        "non, deux demandes",
        "one for each",
        "two separate requests",
        "separately",
    ],
)
@pytest.mark.parametrize("intent", ["ask_status", "need", "deny", ""])
def test_a_request_for_each_need_is_chosen_in_words(text, intent):
    assert read(make_turn(text, intent), "several").slots["separate_requests"] is True


@pytest.mark.parametrize(
    ("choice", "separate"), [("one_request", False), ("separate_requests", True)]
)
def test_one_or_several_requests_are_chosen_by_button(choice, separate):
    reading = read(pressed(choice), "several")
    assert slugs(reading) == ["accounting", "payroll_benefits"]
    assert reading.slots["separate_requests"] is separate


@pytest.mark.parametrize("text", ["les deux", "les deux svp", "both", "both of them"])
@pytest.mark.parametrize("intent", ["need", "affirm"])
def test_both_of_two_close_fields_are_kept(text, intent):
    reading = read(make_turn(text, intent, 0.96), "clarify")
    assert slugs(reading) == ["accounting", "payroll_benefits"]
    assert read(pressed("both"), "clarify") == reading


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("la première", "accounting"),
        ("the first one", "accounting"),
        ("le deuxième", "payroll_benefits"),
        ("I'd say the second one", "payroll_benefits"),
    ],
)
def test_one_of_two_close_fields_is_chosen_by_its_rank(text, slug):
    reading = read(make_turn(text, "start_over", 0.84), "clarify")
    assert slugs(reading) == [slug]
    assert reading.slots["fields"][0]["set_by"] == "member"


@pytest.mark.parametrize(
    "text",
    ["Comptabilité", "comptabilite", "Comtabilité", "Accounting", "acounting"],
)
def test_a_field_is_chosen_by_its_name_a_typing_mistake_allowed(text):
    assert slugs(read(make_turn(text, "need", fields=("training",)), "list")) == ["accounting"]


def test_a_field_is_chosen_by_its_button_with_the_bots_confidence():
    reading = read(pressed("accounting"), "unsure")
    assert reading.slots["fields"] == [
        {"slug": "accounting", "confidence": 0.5, "set_by": "member"}
    ]


@pytest.mark.parametrize("text", ["plutôt la refonte de notre site", "rather our website redesign"])
def test_a_need_told_another_way_is_interpreted_anew(text):
    reading = read(make_turn(text, "need", fields=("web_development",)), "unsure")
    assert reading.slots["routing"] is None
    assert slugs(reading) == ["web_development"]


@pytest.mark.parametrize("text", ["hum", "whatever that means"])
def test_other_words_are_refused(text):
    assert read(make_turn(text)) == Refused("utter_route_not_understood")


def test_a_button_of_an_unknown_field_is_refused():
    assert isinstance(read(pressed("astrology")), Refused)


def test_a_catalog_that_is_down_refuses_rather_than_fails(no_catalog):
    assert read(make_turn("hum")) == Refused("utter_route_not_understood")


def test_a_long_need_is_not_taken_for_a_button():
    text = "les deux personnes de la paie sont parties et chacune laisse des erreurs derrière elle"
    reading = read(make_turn(text, "need", fields=("payroll_benefits",)), "several")
    assert slugs(reading) == ["payroll_benefits"]


def test_active_fields_come_in_the_catalogs_order(catalog):
    fields = asyncio.run(active_fields())
    assert len(fields) == 20
    assert [field.position for field in fields.values()] == sorted(
        field.position for field in fields.values()
    )


def test_a_retired_field_is_not_active(catalog):
    from catalog.models import Field

    with catalog.begin() as session:
        session.get(Field, "training").active = False
    assert "training" not in asyncio.run(active_fields())


def test_every_field_is_found_by_its_names(catalog):
    fields = asyncio.run(active_fields())
    for field in fields.values():
        assert find_by_name(field.name_fr, fields) == field.slug
        assert find_by_name(field.name_en.upper(), fields) == field.slug


def test_a_list_of_names_is_a_phrase():
    assert quoted_list(["A"], "fr") == "«\u00a0A\u00a0»"
    assert (
        quoted_list(["A", "B", "C"], "fr") == "«\u00a0A\u00a0», «\u00a0B\u00a0» et «\u00a0C\u00a0»"
    )
    assert quoted_list(["A", "B"], "en") == "“A” and “B”"
