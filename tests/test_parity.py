"""French and English say the same things, and French is written as French."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LANGUAGES = ("fr", "en")
FILES = [
    path for room in ("actions", "catalog", "web") for path in sorted((ROOT / room).glob("*.yml"))
]
RESPONSES = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
FIELDS = [
    entry["slug"] for entry in yaml.safe_load((ROOT / "catalog/fields.yml").read_text("utf-8"))
]
QUESTIONS = ROOT / "actions" / "separating_questions.yml"
IN_ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]

SPACE_MISSING = re.compile(
    r"""
    [ \t][:;?!»]            # a plain space may end a line before the sign
    | «(?!\u00a0|\u202f)    # the marks hold their words at a no-break space
    | (?<![\u00a0\u202f])»
    | (?<![\u00a0\u202f\d:]):(?!//|\d)  # so does the colon, but in an address or a time
    """,
    re.VERBOSE,
)
STRAIGHT = re.compile(r"(?<=\w)'(?=\w)")


def texts(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each mapping of `node` that holds a text in some language, with where it is."""
    if isinstance(node, dict) and set(LANGUAGES) & set(node):
        yield path, node
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from texts(value, f"{path} {key}")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def placeholders(text: str) -> Counter:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def lines(responses: dict[str, list[dict]]) -> Iterator[tuple[str, str]]:
    """Each text and title that the bot says, with the language it is in."""
    for variations in responses.values():
        for variation in variations:
            language = "en" if "condition" in variation else "fr"
            yield language, variation["text"]
            yield from ((language, button["title"]) for button in variation.get("buttons", []))


TEXTS = [
    pytest.param(text, id=where)
    for path in FILES
    for where, text in texts(load(path), str(path.relative_to(ROOT)))
]
MAPPINGS = [path for path in FILES if isinstance(load(path), dict)]


def test_there_are_texts_in_each_room() -> None:
    assert {Path(param.id).parts[0] for param in TEXTS} == {"actions", "catalog", "web"}
    assert len(TEXTS) > 100


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_of_a_file_of_texts_is_a_text(path: Path) -> None:
    assert all(set(LANGUAGES) <= set(text) for text in load(path).values())


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_in_both_languages_with_the_same_placeholders(text: dict) -> None:
    assert set(text) - {"version"} == set(LANGUAGES)
    assert all(isinstance(text[language], str) and text[language].strip() for language in LANGUAGES)
    assert placeholders(text["fr"]) == placeholders(text["en"])


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_as_many_lines_in_both_languages(text: dict) -> None:
    assert text["fr"].count("\n") == text["en"].count("\n")


@pytest.mark.parametrize("text", TEXTS)
def test_french_texts_follow_french_typography(text: dict) -> None:
    assert not SPACE_MISSING.search(text["fr"]), text["fr"]
    assert not STRAIGHT.search(text["fr"] + text["en"]), text


def test_names_in_french_alone_have_no_straight_apostrophe() -> None:
    for name in ("poles.yml", "regions.yml"):
        assert not STRAIGHT.search((ROOT / "catalog" / name).read_text("utf-8"))


def test_months_are_twelve_in_both_languages() -> None:
    months = load(ROOT / "actions" / "summary.yml")["months"]
    assert [len(months[language].split()) for language in LANGUAGES] == [12, 12]


def test_a_separating_question_is_about_two_fields_in_alphabetical_order() -> None:
    for key in load(QUESTIONS):
        if "+" in key:
            first, second = key.split("+")
            assert first < second and {first, second} <= set(FIELDS)


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_is_in_french_by_default_and_in_english_where_asked(name: str) -> None:
    conditions = [variation.get("condition") for variation in RESPONSES[name]]
    assert conditions.count(None) == conditions.count(IN_ENGLISH) == 1
    assert len(conditions) == 2


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_offers_the_same_in_both_languages(name: str) -> None:
    one, other = RESPONSES[name]
    assert placeholders(one["text"]) == placeholders(other["text"])
    payloads = [
        [button["payload"] for button in variation.get("buttons", [])] for variation in (one, other)
    ]
    assert payloads[0] == payloads[1]
    assert set(one) - {"condition"} == set(other) - {"condition"}


@pytest.mark.parametrize("name", RESPONSES)
def test_the_buttons_of_a_response_differ_and_can_be_read_by_rasa(name: str) -> None:
    for variation in RESPONSES[name]:
        buttons = variation.get("buttons", [])
        payloads = [button["payload"] for button in buttons]
        assert len({button["title"] for button in buttons}) == len(set(payloads)) == len(buttons)
        for payload in payloads:
            intent, entities = re.fullmatch(r"/(\w+)(\{.*\})?", payload).groups()
            assert intent and isinstance(json.loads(entities or "{}"), dict)


@pytest.mark.parametrize(("language", "text"), list(lines(RESPONSES)))
def test_what_the_bot_says_follows_typography(language: str, text: str) -> None:
    assert text.strip() == text != ""
    assert not STRAIGHT.search(text), text
    assert language == "en" or not SPACE_MISSING.search(text), text


@pytest.mark.parametrize(
    "wrong",
    [
        "Quoi ?",
        "Voici : oui",
        "Voici: oui",
        "« oui »",
        "«oui\u00a0»",
        "«\u00a0oui»",
        "oui ; non",
        "Ah !",
    ],
)
def test_a_mistake_of_typography_is_seen(wrong: str) -> None:
    assert SPACE_MISSING.search(wrong)


@pytest.mark.parametrize(
    "right",
    [
        *(
            "Quoi\u00a0?",
            "Quoi?",
            "Voici\u00a0: «\u00a0oui\u00a0»; non",
            "https://exemple.coop, 10:30",
        ),
        *("Voici\u202f: l’été", "{label}\u00a0: {value}"),
    ],
)
def test_what_is_well_written_is_let_be(right: str) -> None:
    assert not SPACE_MISSING.search(right)
