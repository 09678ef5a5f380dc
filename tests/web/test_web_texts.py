"""What the gateway says exists in both languages, and French is written as French."""

import re
from pathlib import Path
from string import Formatter

import pytest

import web
from catalog.texts import load_texts

TEXTS = load_texts(Path(web.__file__).with_name("texts.yml"))
SOURCES = "\n".join(
    path.read_text("utf-8")
    for pattern in ("*.py", "templates/*.html")
    for path in Path(web.__file__).parent.glob(pattern)
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_in_both_languages(key: str) -> None:
    text = TEXTS[key]
    assert set(text) == {"fr", "en"}
    assert all(text.values())
    assert placeholders(text["fr"]) == placeholders(text["en"])


@pytest.mark.parametrize("key", TEXTS)
def test_french_typography(key: str) -> None:
    french = TEXTS[key]["fr"]
    assert "'" not in french
    assert not re.search(r"[ \w][:;?!»](?!//)", french.replace("{url}", "")), french
    assert not re.search(r"«(?!\u00a0)", french)


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_used(key: str) -> None:
    assert re.search(rf"""["']{key}["']""", SOURCES)


def test_the_loader_says_the_same_in_both_languages() -> None:
    loader = Path(web.__file__).with_name("static").joinpath("widget.js").read_text("utf-8")
    french, english = (
        set(re.findall(r"^      (\w+): \"", table, re.MULTILINE))
        for table in re.findall(
            r"^    (?:fr|en): \{\n(.*?)^    \},$", loader, re.DOTALL | re.MULTILINE
        )
    )
    assert french == english and len(french) >= 6
