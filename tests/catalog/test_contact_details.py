"""What is an address, a telephone number or a reference in a message, and what only looks so."""

import pytest

from catalog.contact_details import find_email, find_phone, find_reference


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("marie@erables.coop", "marie@erables.coop"),
        ("Mon courriel : marie@erables.coop.", "marie@erables.coop"),
        ("Écrivez-moi à marie@erables.coop, merci !", "marie@erables.coop"),
        ("C’est « marie@erables.coop\u00a0»", "marie@erables.coop"),
        ("l’adresse est celle d’info@erables.coop…", "info@erables.coop"),
        ("Reach me at <Marie.Tremblay+x@Erables.COOP>", "Marie.Tremblay+x@erables.coop"),
        ("It’s “marie@erables.coop”", "marie@erables.coop"),
        ("mailto:marie@erables.coop?", "marie@erables.coop"),
        ("(marie@erables.coop) or 418 555-0123", "marie@erables.coop"),
        ("[marie@erables.coop]", "marie@erables.coop"),
        ("o'neil@erables.coop", "o'neil@erables.coop"),
        ("marie@erables, ou plutôt marie@erables.coop", "marie@erables.coop"),
        ("marie@coopérative.quebec", "marie@coopérative.quebec"),
    ],
)
def test_an_address_is_found(text: str, email: str) -> None:
    assert find_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "marie@erables",
        "@erables.coop",
        "marie@",
        "marie@@erables.coop",
        "5 @ 3.50 $",
        "a@b..coop",
    ],
)
def test_what_is_no_address_is_not_found(text: str) -> None:
    assert find_email(text) is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("418 555-0123", "418 555-0123"),
        ("Mon numéro est le (514) 555-0199.", "514 555-0199"),
        ("appelez au 450.555.0123 après 17 h", "450 555-0123"),
        ("8195550123", "819 555-0123"),
        ("+1 581 555 0123", "581 555-0123"),
        ("1 800 555-0123 poste 12", "800 555-0123 poste 12"),
        ("call 1-873-555-0123, ext. 45", "873 555-0123 poste 45"),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("budget de 20 000 $, 418 555-0123", "418 555-0123"),
    ],
)
def test_a_telephone_number_is_found(text: str, phone: str) -> None:
    assert find_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "555-0123",
        "un budget de 15 000 $",
        "de 20 000 - 25 000 $",
        "20000-25000 $",
        "15 000,00 $ à 20 000,00 $",
        "un chiffre d’affaires de 2 500 000 000 $",
        "$1,500,000 to $2,000,000",
        "l’exercice 2025-2026",
        "en 2024, 2025 et 2026",
        "2023 2024 2025",
        "le 2026-03-15 à 14:00",
        "avant le 15/03/2026",
        "C-2026-00042",
        "notre NEQ est le 1149876543",
        "matricule 0123456789",
    ],
)
def test_an_amount_a_date_or_a_reference_is_no_telephone_number(text: str) -> None:
    assert find_phone(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "C-2026-00042",
        "c-2026-00042",
        "Où en est ma demande C-2026-00042 ?",
        "ref C2026-42",
        "c 2026 42",
        "C - 2026 - 00042.",
        "C–2026–00042",
        "C\u20112026\u201100042",
        "(C-2026-00042)",
    ],
)
def test_a_reference_is_found_however_it_is_written(text: str) -> None:
    assert find_reference(text) == "C-2026-00042"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "C-2026",
        "2026-00042",
        "ABC-2026-00042",
        "C-2026-0000042",
        "en 2026, 42 personnes",
        "le CA de 2026",
        "c’est 2026 42",
    ],
)
def test_what_is_no_reference_is_not_found(text: str) -> None:
    assert find_reference(text) is None
