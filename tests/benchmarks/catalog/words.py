"""Made-up words, sentences, organisations and people, as uneven as real ones."""

import random
from collections.abc import Iterator
from itertools import accumulate

from catalog.places import fold

WORDS = 8_000
SENTENCES = 20_000
WORDS_IN_A_SENTENCE = 9
ORGANISATIONS = 60_000
SHORT_TEXTS = 500
# Of the sentences: a word in all messages but few, one in few, and one with accents.
COMMON_WORD = "coopérative"
RARE_WORD = "xylophone"
ACCENTED_WORD = "échéancier"
COMMON_SHARE, ACCENTED_SHARE = 0.2, 0.01

CONSONANTS = ["b", "ch", "d", "f", "g", "l", "m", "n", "p", "qu", "r", "s", "t", "v", "tr", "br"]
VOWELS = ["a", "e", "é", "è", "i", "o", "ou", "u", "an", "on", "in", "eau"]
FIRST_NAMES = ["Marie", "Zoé", "Luc", "Éloïse", "Jean", "Noémie", "Paul", "Chloé", "René", "Anne"]
KINDS = [
    "Coopérative",
    "Mutuelle",
    "Garderie",
    "Centre",
    "Ferme",
    "Théâtre",
    "Radio",
    "Habitations",
]


class Words:
    """All that is drawn, the same for one `seed`; each item goes with itself folded."""

    def __init__(self, seed: int = 6) -> None:
        self._random = random.Random(seed)
        self._words = sorted({self._word() for _ in range(WORDS)})
        self._random.shuffle(self._words)
        # As in a language: the second word comes half as often as the first.
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def sentences(self) -> Iterator[tuple[str, str]]:
        for number in range(SENTENCES):
            words = self._drawn(WORDS_IN_A_SENTENCE)
            luck = self._random.random()
            if luck < ACCENTED_SHARE:
                words.append(ACCENTED_WORD)
            elif luck < ACCENTED_SHARE + COMMON_SHARE:
                words.append(COMMON_WORD)
            if number == 0:
                words.append(RARE_WORD)
            yield _with_fold(f"{' '.join(words).capitalize()}.")

    def organisations(self) -> Iterator[tuple[str, str]]:
        for number in range(ORGANISATIONS):
            name = " ".join(word.capitalize() for word in self._drawn(2))
            yield _with_fold(f"{self._random.choice(KINDS)} {name} {number}")

    def people(self) -> Iterator[tuple[str, str]]:
        for first_name in FIRST_NAMES:
            for name in self._drawn(100):
                yield _with_fold(f"{first_name} {name.capitalize()}")

    def short_texts(self) -> Iterator[str]:
        """What many say in the same words."""
        for _ in range(SHORT_TEXTS):
            yield " ".join(self._drawn(2))

    def _drawn(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def _word(self) -> str:
        syllables = self._random.choices([1, 2, 3, 4], weights=[1, 4, 4, 1])[0]
        return "".join(
            self._random.choice(CONSONANTS) + self._random.choice(VOWELS) for _ in range(syllables)
        )


def _with_fold(text: str) -> tuple[str, str]:
    return text, fold(text)
