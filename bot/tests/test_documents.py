import numpy as np
import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.analyzer import SpacyAnalyzer
from bot.documents import Document, fold
from bot.tests.conftest import Read


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Évaluation À L'ŒUVRE", "evaluation a l'œuvre"),
        ("l’assemblée générale", "l'assemblee generale"),
        ("e\u0301te\u0301", "ete"),
        ("garçon, Noël, où", "garcon, noel, ou"),
        ("５ ｆｉｅｌｄｓ", "5 fields"),
        ("", ""),
    ],
)
def test_folding_drops_capitals_accents_and_curly_apostrophes(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Évaluation", "l’été", "Œuvre"])
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Tenir nos livres cet automne. Trouver une direction générale!",
            ["tenir nos livres cet automne.", "trouver une direction generale!"],
        ),
        (
            "Réparer le réseau, pis afficher le poste de commis",
            ["reparer le reseau", "afficher le poste de commis"],
        ),
        (
            "Fix the office printer and also file the GST return",
            ["fix the office printer", "also file the gst return"],
        ),
        (
            "the roof leaks as well as the boiler; call someone now please",
            ["the roof leaks", "the boiler;", "call someone now please"],
        ),
    ],
)
def test_several_needs_split(read: Read, text: str, parts: list[str]) -> None:
    long_enough = [part for part in parts if len(part.split()) > 2]
    assert [part.text for part in read(text).parts] == long_enough


@pytest.mark.parametrize(
    "text",
    [
        "Nos états financiers ne sont pas prêts",
        "TPS et TVQ",
        "Bonjour! Nos états financiers ne sont pas prêts",
        "books and taxes",
        "Un plus un font deux ",
        "le petit et",
        "",
    ],
)
def test_a_single_need_has_no_part(read: Read, text: str) -> None:
    assert read(text).parts == ()


def test_parts_hold_their_own_words_and_lemmas(read: Read) -> None:
    document = read("Payer nos factures échues, puis engager deux éducatrices")
    first, second = document.parts
    assert first.words == ("payer", "nos", "factures", "echues")
    assert second.words == ("engager", "deux", "educatrices")
    assert second.lemmas == ("engager", "deux", "educateur")
    assert document.words == (*first.words, ",", "puis", *second.words)


def test_a_document_has_the_mean_vector_of_its_words(
    read: Read, vector_analyzer: SpacyAnalyzer
) -> None:
    document = read("factures zorglub", vector_analyzer)
    assert document.vector == pytest.approx(np.array([0.5, 0, 0, 0]))
    assert read("factures").vector is None
    assert read("", vector_analyzer).vector is None


def test_a_message_that_was_not_analysed_has_no_word() -> None:
    assert Document.of(Message({TEXT: "Bonjour"})) == Document("bonjour", (), ())
