"""The two letters that each field and intent is typed by."""

import pytest

from catalog.models import Language
from catalog.reviews import intent_name, known_intents
from catalog.seed import written_fields
from web.console.field_codes import two_letter_codes


@pytest.mark.parametrize("language", Language)
def test_every_field_and_intent_has_letters_of_its_own_name(language: Language) -> None:
    names = {field.slug: field.name(language) for field in written_fields()}
    names |= {intent: intent_name(intent, language) for intent in known_intents()}
    codes = two_letter_codes(names)
    assert set(codes) == set(names) and len(set(codes.values())) == len(names)
    for key, code in codes.items():
        assert code.isascii() and code.isalpha() and code.islower() and len(code) == 2, key


@pytest.mark.parametrize("language", Language)
def test_a_field_keeps_its_letters_whatever_intents_follow(language: Language) -> None:
    fields = {field.slug: field.name(language) for field in written_fields()}
    more = fields | {intent: intent_name(intent, language) for intent in known_intents()}
    assert two_letter_codes(more).items() >= two_letter_codes(fields).items()


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["Comptabilité", "Communications"], ["co", "cm"]),
        (["Comptabilité", "Communications", "Cogestion"], ["co", "cm", "cg"]),
        (["Élan", "El Niño"], ["el", "en"]),
        (["A b", "Ab c"], ["ab", "ac"]),
        (["L’équipe", "Légal"], ["le", "lg"]),
        ([], []),
    ],
)
def test_a_code_is_the_first_letter_and_the_next_that_is_free(
    names: list[str], codes: list[str]
) -> None:
    assert list(two_letter_codes(dict(enumerate(names))).values()) == codes


@pytest.mark.parametrize("name", ["Abba", "ab", "A", "…"])
def test_a_name_without_letters_left_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=f"no two letters are left for “{name}”"):
        two_letter_codes({"one": "Ab", "two": "aa", "three": name})
