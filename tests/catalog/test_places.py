"""The region that a member names, by itself or by a town; a doubt is no region."""

import pytest

from catalog.places import find_region, fold, read_region, region_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nous sommes une coop de Rimouski", "01"),
        ("au Saguenay–Lac-Saint-Jean", "02"),
        ("in Quebec City", "03"),
        ("Ville de Québec", "03"),
        ("Trois-Rivières, en Mauricie", "04"),
        ("in the Eastern Townships", "05"),
        ("Cantons-de-l'Est", "05"),
        ("Montréal-Nord", "06"),
        ("MONTREAL", "06"),
        ("notre CPE de Gatineau", "07"),
        ("Val-d’Or", "08"),
        ("val d'or", "08"),
        ("sept iles", "09"),
        ("le Nord-du-Québec", "10"),
        ("Îles de la Madeleine", "11"),
        ("Lévis", "12"),
        ("à Laval", "13"),
        ("L'Assomption", "14"),
        ("St-Jérôme", "15"),
        ("Saint-Jérôme", "15"),
        ("st. hyacinthe", "16"),
        ("Ste-Foy", "03"),
        ("on the South Shore", "16"),
        ("Centre-du-Québec", "17"),
    ],
)
def test_a_region_is_found_in_a_sentence_and_in_an_answer(text: str, code: str) -> None:
    assert find_region(text).code == read_region(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "partout au Québec",
        "Montréal et Laval",
        "entre Gatineau et Rimouski",
        "le toit est percé",
        "la baie vitrée est brisée",
        "la salle de réunion",
        "Estelle Lavallée",
        "nous voulons nous démarquer",
        "st",
    ],
)
def test_a_doubt_is_no_region(text: str) -> None:
    assert find_region(text) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Gatinau", "07"),
        ("Sherbrook", "05"),
        ("Laurentide", "15"),
        ("Monteregi", "16"),
        ("Lanaudiere", "14"),
        ("Percé", "11"),
        ("La Baie", "02"),
    ],
)
def test_an_answer_may_be_mistyped_or_a_common_word(answer: str, code: str) -> None:
    assert read_region(answer).code == code


@pytest.mark.parametrize(
    "answer", ["", "oui", "je ne sais pas", "Estelle", "Toronto", "Québec", "Paris", "123456"]
)
def test_an_answer_that_names_no_region_is_not_guessed(answer: str) -> None:
    assert read_region(answer) is None


def test_a_region_bears_its_name() -> None:
    assert find_region("Rouyn-Noranda").name == region_name("08") == "Abitibi-Témiscamingue"


def test_folding_keeps_letters_and_digits_alone() -> None:
    assert fold("  L’Œuf–d'Été,\tn° 2 !") == "l œuf d ete n 2"
