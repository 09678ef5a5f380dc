"""The lemma of each word, in a twentieth of the memory that spaCy's own table takes."""

from array import array
from bisect import bisect_left
from pathlib import Path

import numpy as np
from spacy.lookups import Table, load_lookups
from spacy.strings import get_string_id

# As spaCy's lemmatizer calls it.
LEMMA_LOOKUP = "lemma_lookup"


class LemmaTable:
    """What spaCy's lookup lemmatizer reads: `hashes`, of spaCy's kind and sorted, and for each of
    them the place of its lemma in `lemmas`.
    """

    def __init__(self, hashes: np.ndarray, places: np.ndarray, lemmas: np.ndarray) -> None:
        # Python finds its way in an array faster than NumPy finds one number.
        self._hashes = array("Q", hashes.astype(np.uint64).tobytes())
        self._places = array("I", places.astype(np.uint32).tobytes())
        self._lemmas = lemmas.tolist()

    @classmethod
    def of_language(cls, language: str) -> "LemmaTable":
        """The table of spacy-lookups-data."""
        return cls.of(load_lookups(lang=language, tables=[LEMMA_LOOKUP]).get_table(LEMMA_LOOKUP))

    @classmethod
    def of(cls, table: Table) -> "LemmaTable":
        """The same lemmas as `table`, the first one of a word that it gives several."""
        hashes = np.fromiter(table, dtype=np.uint64, count=len(table))
        first = [lemma if isinstance(lemma, str) else lemma[0] for lemma in table.values()]
        lemmas, places = np.unique(first, return_inverse=True)
        order = np.argsort(hashes)
        return cls(hashes[order], places[order], lemmas)

    def get(self, word: str, default: str) -> str:
        """The lemma of `word`; `default` for a word that is not in the table."""
        wanted = get_string_id(word)
        at = bisect_left(self._hashes, wanted)
        if at == len(self._hashes) or self._hashes[at] != wanted:
            return default
        return self._lemmas[self._places[at]]

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path, hashes=self._hashes, places=self._places, lemmas=np.array(self._lemmas)
        )

    @classmethod
    def load(cls, path: Path) -> "LemmaTable":
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)
