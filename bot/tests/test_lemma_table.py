from pathlib import Path

import pytest
from spacy.lookups import Table, load_lookups

from bot.lemma_table import LEMMA_LOOKUP, LemmaTable


@pytest.fixture(scope="module", params=["fr", "en"])
def installed(request: pytest.FixtureRequest) -> Table:
    return load_lookups(lang=request.param, tables=[LEMMA_LOOKUP]).get_table(LEMMA_LOOKUP)


@pytest.mark.parametrize("is_stored", [False, True])
def test_each_word_has_the_lemma_that_spacy_gives_it(
    installed: Table, is_stored: bool, tmp_path: Path
) -> None:
    table = LemmaTable.of(installed)
    if is_stored:
        table.save(tmp_path / "lemmas.npz")
        table = LemmaTable.load(tmp_path / "lemmas.npz")
    expected = {
        key: value if isinstance(value, str) else value[0] for key, value in installed.items()
    }
    assert {key: table.get(key, "") for key in installed} == expected


@pytest.mark.parametrize("word", ["zorglub", "", "\U0001f44d", "a" * 10_000])
def test_a_word_of_no_table_gets_what_was_asked_for(installed: Table, word: str) -> None:
    assert LemmaTable.of(installed).get(word, "default") == "default"


def test_an_empty_table_knows_no_word() -> None:
    assert LemmaTable.of(Table("empty")).get("factures", "default") == "default"
