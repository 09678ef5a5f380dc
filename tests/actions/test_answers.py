"""What the form reads in an answer, question by question."""

import pytest

from actions.answers import OPTIONAL, READERS, SKIPPED, Accepted, Refused, read_answer, read_yes_no
from tests.actions.conversation import make_turn, pressed


def value(slot, text, intent="", language="fr", confidence=0.95):
    reading = read_answer(slot, make_turn(text, intent, confidence, language))
    return reading.slots[slot] if isinstance(reading, Accepted) else reading


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Coop du Nord", "Coop du Nord"),
        ("C'est la Coop du Nord", "Coop du Nord"),
        ("nous sommes les Amis de la Terre", "Amis de la Terre"),
        ("Notre organisation s’appelle L'Itinéraire", "L'Itinéraire"),
        ("c'est La Ruche", "La Ruche"),
        ("La Fin du monde", "La Fin du monde"),
        ("9123-4567 Québec inc.", "9123-4567 Québec inc."),
        ("Coop d'habitation Les Beaux Jours, 418 555-0123", "Coop d'habitation Les Beaux Jours"),
        ("We are the Harbour Housing Co-op", "Harbour Housing Co-op"),
        ("Our organization is Sunrise Daycare", "Sunrise Daycare"),
        ("Co-op X (info@coop.ca)", "Co-op X"),
    ],
)
def test_the_name_of_an_organisation_is_taken_without_what_leads_to_it(text, name):
    assert value("organisation", text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Marie Tremblay", "Marie Tremblay"),
        ("je m'appelle Marie Tremblay", "Marie Tremblay"),
        ("Moi, c'est Marie", "Marie"),
        ("Mon nom est Jean-Guy L’Heureux.", "Jean-Guy L’Heureux."),
        ("Marie Tremblay, marie@coop.ca, 418 555-0123", "Marie Tremblay"),
        ("Marie Tremblay - marie@coop.ca - tél. 418-555-0123 poste 12", "Marie Tremblay"),
        ("Marie-Ève Côté (trésorière)", "Marie-Ève Côté (trésorière)"),
        ("Jean Roy, directeur général, cell 4185550123", "Jean Roy, directeur général"),
        ("My name is Jane Smith", "Jane Smith"),
        ("it's Jane Smith, jane@coop.ca", "Jane Smith"),
        ("Jane Smith; phone: (514) 555-0199 ext. 4", "Jane Smith"),
        ("I’m Jane", "Jane"),
    ],
)
def test_the_name_of_a_person_is_taken_without_their_contact_details(text, name):
    assert value("contact_name", text) == name


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Les Suivants", "skip"),
        ("Rien sans Elles", "deny"),
        ("Coop Vas-y", "affirm"),
        ("Coopérative Non-Stop", "start_cooperative"),
        ("The Unknown Theatre", "skip"),
        ("No Borders", "deny"),
        ("None of the Above Theatre", "deny"),
    ],
)
def test_a_name_that_sounds_like_a_refusal_is_a_name(text, intent):
    assert value("organisation", text, intent) == text


@pytest.mark.parametrize("slot", ["organisation", "contact_name"])
@pytest.mark.parametrize(
    "text",
    ["", "???", "marie@coop.ca", "418 555-0123", "x" * 201, "moi", "c'est moi", "to me", "ok"],
)
def test_what_holds_no_name_is_refused(slot, text):
    assert value(slot, text) == Refused("utter_invalid_name")


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("je ne sais pas", "fr", "skip"),
        ("passe", "fr", "skip"),
        ("non", "fr", "deny"),
        ("I don't know", "en", "skip"),
        ("I'd rather not say", "en", "skip"),
        ("no", "en", "deny"),
    ],
)
@pytest.mark.parametrize("slot", ["description", "organisation", "contact_name", "email"])
def test_a_required_question_left_unanswered_says_that_it_is_needed(slot, text, language, intent):
    assert value(slot, text, intent, language) == Refused("utter_required")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Coopérative", "cooperative"),
        ("une coop de solidarité", "cooperative"),
        ("EESAD", "cooperative"),
        ("Co-operative", "cooperative"),
        ("we're a worker co-op", "cooperative"),
        ("on n'est pas un OBNL, on est une coop", "cooperative"),
        ("mutuelle", "mutual"),
        ("a mutual insurer", "mutual"),
        ("OBNL", "non_profit"),
        ("un organisme communautaire", "non_profit"),
        ("organisme à but non lucratif", "non_profit"),
        ("CPE", "non_profit"),
        ("Fondation", "non_profit"),
        ("non-profit", "non_profit"),
        ("a not-for-profit", "non_profit"),
        ("registered charity", "non_profit"),
        ("un OBNL, pas une coop", "non_profit"),
        ("we aren't a co-op but a non-profit", "non_profit"),
        ("not a co-op, a charity", "non_profit"),
        ("Autre", "other"),
        ("entreprise privée", "other"),
        ("other", "other"),
        ("je ne sais pas", "other"),
        ("I don't know", "other"),
    ],
)
def test_the_kind_of_organisation_is_read_in_words(text, kind):
    assert value("organisation_kind", text) == kind


@pytest.mark.parametrize(
    ("text", "intent", "standing"),
    [
        ("oui", "affirm", "member"),
        ("oui, nous sommes membres", "affirm", "member"),
        ("je pense que oui", "affirm", "member"),
        ("yes", "affirm", "member"),
        ("we are a member", "", "member"),
        ("I think so", "affirm", "member"),
        ("par notre fédération", "", "through_federation"),
        ("oui, par le réseau", "affirm", "through_federation"),
        ("through our federation", "", "through_federation"),
        ("non", "deny", "non_member"),
        ("non membre", "ask_membership", "non_member"),
        ("on n'est pas membre", "deny", "non_member"),
        ("nous ne sommes plus membres", "", "non_member"),
        ("on est une organisation non-membre", "", "non_member"),
        ("pas encore", "skip", "non_member"),
        ("no", "deny", "non_member"),
        ("we're not members", "deny", "non_member"),
        ("we aren't members", "", "non_member"),
        ("no longer a member", "", "non_member"),
        ("I don't think so", "deny", "non_member"),
        ("je ne sais pas", "skip", "unknown"),
        ("aucune idée", "skip", "unknown"),
        ("pas sûre d'être membre", "", "unknown"),
        ("not sure", "skip", "unknown"),
        ("idk", "skip", "unknown"),
    ],
)
def test_the_member_standing_is_read_in_words(text, intent, standing):
    assert value("member_standing", text, intent) == standing


@pytest.mark.parametrize("slot", ["organisation_kind", "member_standing"])
@pytest.mark.parametrize("text", ["pomme de terre", "marie@coop.ca", "info@members.example.com"])
def test_words_that_choose_nothing_are_refused(slot, text):
    assert value(slot, text) == Refused("utter_invalid_choice")


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("marie@coop.ca", "marie@coop.ca"),
        ("c'est marie@coop.ca.", "marie@coop.ca"),
        ("Marie <marie@coop.ca>", "marie@coop.ca"),
        ("you can write to jane.smith+coop@example.com!", "jane.smith+coop@example.com"),
        ("info@coop-québec.ca", "info@coop-québec.ca"),
    ],
)
def test_an_address_is_found_in_an_answer(text, email):
    assert value("email", text) == email


@pytest.mark.parametrize("text", ["marie@coop", "marie arobase coop.ca", "jane at coop.ca", "@"])
def test_an_incomplete_address_is_refused(text):
    assert value("email", text) == Refused("utter_invalid_email")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("418 555-0123", "418 555-0123"),
        ("(514) 555.0199", "514 555-0199"),
        ("mon cell est le 8195550144", "819 555-0144"),
        ("1-800-555-0199", "800 555-0199"),
        ("+33 1 42 68 53 00", "+33 1 42 68 53 00"),
    ],
)
def test_a_number_is_written_as_in_quebec(text, phone):
    assert value("phone", text) == phone


@pytest.mark.parametrize("text", ["555-0123", "911", "demain", "20 000 - 25 000 $", "2026-12-10"])
def test_what_is_no_telephone_number_is_refused(text):
    assert value("phone", text) == Refused("utter_invalid_phone")


@pytest.mark.parametrize(
    ("text", "language", "region"),
    [
        ("Estrie", "fr", "05"),
        ("on est à Gatineau", "fr", "07"),
        ("St-Hyacinthe", "fr", "16"),
        ("monterégie", "fr", "16"),
        ("Québec", "fr", "03"),
        ("nous sommes à Québec", "fr", "03"),
        ("Ontario", "fr", "outside"),
        ("à l'extérieur du Québec", "fr", "outside"),
        ("partout au Québec", "fr", SKIPPED),
        ("tout le Québec", "fr", SKIPPED),
        ("in Sherbrooke", "en", "05"),
        ("Quebec City", "en", "03"),
        ("Eastern Townships", "en", "05"),
        ("outside of Quebec", "en", "outside"),
        ("Toronto", "en", "outside"),
        ("province-wide", "en", SKIPPED),
        ("everywhere", "en", SKIPPED),
    ],
)
def test_the_region_is_read_from_regions_and_towns(text, language, region):
    assert value("region", text, language=language) == region


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dans le bois", "fr"),
        ("le nord", "fr"),
        ("Laval ou Montréal", "fr"),
        ("up north", "en"),
        ("Quebec", "en"),
        ("Laval or Montreal", "en"),
    ],
)
def test_a_place_that_names_no_one_region_is_refused(text, language):
    assert value("region", text, language=language) == Refused("utter_invalid_region")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("pas d'échéance", "fr"),
        ("aucune", "fr"),
        ("rien ne presse", "fr"),
        ("flexible", "fr"),
        ("no deadline", "en"),
        ("none", "en"),
        ("no rush", "en"),
        ("whenever you can", "en"),
    ],
)
def test_no_deadline_is_an_answer(text, language):
    reading = read_answer("deadline", make_turn(text, language=language))
    assert reading == Accepted({"deadline": SKIPPED, "deadline_words": None})


@pytest.mark.parametrize(
    ("text", "language"), [("au printemps", "fr"), ("dès que possible", "fr"), ("this fall", "en")]
)
def test_a_time_that_is_no_date_is_kept_in_words(text, language):
    reading = read_answer("deadline", make_turn(text, language=language))
    assert reading == Accepted({"deadline": SKIPPED, "deadline_words": text})


def test_a_date_is_kept_with_its_words():
    reading = read_answer("deadline", make_turn("avant le 15 mars si possible"))
    assert reading == Accepted(
        {"deadline": "2027-03-15", "deadline_words": "avant le 15 mars si possible"}
    )


@pytest.mark.parametrize(("text", "language"), [("hier", "fr"), ("bof", "fr"), ("last week", "en")])
def test_what_is_no_date_to_come_is_refused(text, language):
    reading = read_answer("deadline", make_turn(text, language=language))
    assert reading == Refused("utter_invalid_deadline")


def test_a_past_date_is_refused():
    assert value("deadline", "le 2 novembre 2025") == Refused("utter_invalid_deadline")


@pytest.mark.parametrize("text", ["5000 $", "environ 20 heures de notre banque", "about $2k"])
def test_a_budget_is_kept_in_the_members_words(text):
    assert value("budget", text) == text


def test_a_long_budget_is_cut():
    assert len(value("budget", "x" * 500)) == 300


def test_a_long_refusal_that_tells_a_budget_is_kept():
    text = "On ne sait pas encore, mais la subvention donne environ 5 000 $ pour cela"
    assert value("budget", text, "skip") == text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("passe", "skip"),
        ("je ne sais pas", "skip"),
        ("aucun", "skip"),
        ("non", "deny"),
        ("skip", "skip"),
        ("I don't know", "skip"),
        ("no thanks", "deny"),
        ("none", "skip"),
    ],
)
@pytest.mark.parametrize("slot", sorted(OPTIONAL))
def test_an_optional_question_is_skipped_in_words(slot, text, intent):
    assert value(slot, text, intent) == SKIPPED


@pytest.mark.parametrize("slot", sorted(OPTIONAL))
def test_an_optional_question_is_skipped_by_its_button(slot):
    assert read_answer(slot, pressed("skip")).slots[slot] == SKIPPED


@pytest.mark.parametrize(
    ("slot", "text", "expected"),
    [
        ("phone", "Non, pas le bureau : prenez le 418 555-0123", "418 555-0123"),
        ("region", "no idea what it's called, we're in Gatineau", "07"),
        ("phone", "Je n'ai pas de téléphone que je peux vous donner aujourd'hui", SKIPPED),
    ],
)
def test_a_value_wins_over_a_refusal_and_a_long_refusal_skips(slot, text, expected):
    assert value(slot, text, "skip") == expected


@pytest.mark.parametrize("text", ["ok", "oui", "bonjour", "hi", "a", "thanks"])
def test_a_description_says_something(text):
    assert value("description", text) == Refused("utter_invalid_description")


def test_gibberish_describes_nothing():
    assert value("description", "asdf qwer", "gibberish") == Refused("utter_invalid_description")


def test_a_description_is_kept_as_written():
    assert (
        value("description", "On a besoin d’un bail.\nMerci!") == "On a besoin d’un bail.\nMerci!"
    )


@pytest.mark.parametrize("slot", sorted(set(READERS) - {"consent_news"} - OPTIONAL))
def test_a_button_of_another_question_answers_nothing(slot):
    assert isinstance(read_answer(slot, pressed("fix")), Refused)


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "expected"),
    [
        ("oui", "affirm", 0.95, True),
        ("yes please", "affirm", 0.95, True),
        ("non", "deny", 0.95, False),
        ("no", "deny", 0.95, False),
        ("je ne sais pas", "skip", 0.95, None),
        ("peut-être", "affirm", 0.3, None),
        ("maybe", "", 0.95, None),
    ],
)
def test_only_a_plain_yes_or_no_is_one(text, intent, confidence, expected):
    assert read_yes_no(make_turn(text, intent, confidence)) is expected


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("oui", "affirm", True),
        ("non merci", "deny", False),
        ("plus tard", "skip", False),
        ("sure", "affirm", True),
        ("no thanks", "deny", False),
        ("whatever", "skip", False),
    ],
)
def test_the_newsletter_needs_a_yes(text, intent, expected):
    assert value("consent_news", text, intent) is expected


def test_the_newsletter_is_never_assumed():
    assert value("consent_news", "peut-être") == Refused("utter_invalid_choice")
