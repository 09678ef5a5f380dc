import numpy as np
import pytest
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.analyzer import VECTOR, SpacyAnalyzer
from bot.language import LANGUAGE


def tokens(analyzer: SpacyAnalyzer, text: str, language: str | None = "fr") -> list[Token]:
    return analyzer.tokenize(Message({TEXT: text, LANGUAGE: language}), TEXT)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "L'AGA approche : qui prépare l'ordre du jour?"),
        ("fr", "  Deux   espaces\net une ligne  "),
        ("fr", "État des lieux à Québec, 42 000 $ (environ)"),
        ("en", "Don't wait: we'll need it by 5 p.m."),
        ("en", "👍 great, thanks"),
    ],
)
def test_each_token_stands_where_its_offsets_say(
    analyzer: SpacyAnalyzer, language: str, text: str
) -> None:
    found = tokens(analyzer, text, language)
    assert [text[token.start : token.end].lower() for token in found] == [t.text for t in found]
    assert "".join(token.text for token in found) == "".join(text.lower().split())


@pytest.mark.parametrize(
    ("language", "word", "lemma"),
    [
        ("fr", "factures", "facture"),
        ("fr", "FACTURES", "facture"),
        ("fr", "cherchons", "chercher"),
        ("fr", "États", "état"),
        ("fr", "régionales", "régional"),
        ("en", "invoices", "invoice"),
        ("en", "Invoices", "invoice"),
        ("en", "hired", "hire"),
        ("en", "bylaws", "bylaw"),
    ],
)
def test_lemmas_come_from_the_tables_whatever_the_capitals(
    analyzer: SpacyAnalyzer, language: str, word: str, lemma: str
) -> None:
    assert [token.lemma for token in tokens(analyzer, word, language)] == [lemma]


def test_a_word_of_no_table_is_its_own_lemma(analyzer: SpacyAnalyzer) -> None:
    assert [token.lemma for token in tokens(analyzer, "Zorglub")] == ["zorglub"]


def test_a_message_whose_language_is_unknown_is_read_as_french(analyzer: SpacyAnalyzer) -> None:
    assert [token.lemma for token in tokens(analyzer, "livres", None)] == ["livre"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_has_no_token(analyzer: SpacyAnalyzer, text: str) -> None:
    assert tokens(analyzer, text) == []


def test_without_a_model_tokens_have_no_vector(analyzer: SpacyAnalyzer) -> None:
    assert tokens(analyzer, "factures")[0].get(VECTOR) is None


@pytest.mark.parametrize(("language", "word"), [("fr", "Factures"), ("en", "invoices")])
def test_a_model_gives_tokens_its_vectors(
    vector_analyzer: SpacyAnalyzer, language: str, word: str
) -> None:
    known, unknown = tokens(vector_analyzer, f"{word} zorglub", language)
    assert known.get(VECTOR)[0] == pytest.approx(1)
    assert np.all(unknown.get(VECTOR) == 0)


def test_a_model_without_lemmas_leaves_words_as_they_are(vector_analyzer: SpacyAnalyzer) -> None:
    assert tokens(vector_analyzer, "factures")[0].lemma == "factures"


def test_one_language_can_have_a_model_and_the_other_none(vector_models: dict[str, str]) -> None:
    config = SpacyAnalyzer.get_default_config()
    mixed = SpacyAnalyzer({**config, "models": {"fr": vector_models["fr"], "en": None}})
    assert tokens(mixed, "factures", "fr")[0].get(VECTOR) is not None
    assert tokens(mixed, "invoices", "en")[0].get(VECTOR) is None
    assert tokens(mixed, "invoices", "en")[0].lemma == "invoice"


def test_a_model_that_is_not_installed_is_named() -> None:
    models = {"fr": "fr_core_news_zz", "en": None}
    with pytest.raises(OSError, match="fr_core_news_zz"):
        SpacyAnalyzer({**SpacyAnalyzer.get_default_config(), "models": models})
