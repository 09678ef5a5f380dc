"""A message as the classifier reads it, whole and in parts."""

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.analyzer import VECTOR

TOKENS = "text_tokens"
MIN_PART_WORDS = 3
# Where one need can end and another begin.
PART_BOUNDARY = re.compile(
    r"(?<=[.!?;:])\s+|,?\s+(?:et|pis|puis|aussi|plus|ainsi que|and|also|as well as|en plus)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Document:
    """Folded text, words and lemmas; the mean vector of the words, if the spaCy model has any."""

    text: str
    words: tuple[str, ...]
    lemmas: tuple[str, ...]
    parts: tuple["Document", ...] = ()
    vector: np.ndarray | None = None

    @classmethod
    def of(cls, message: Message) -> "Document":
        text, tokens = message.get(TEXT) or "", message.get(TOKENS) or []
        spans = _part_spans(text)
        parts = tuple(_slice(text, tokens, start, end) for start, end in spans)
        return replace(_slice(text, tokens, 0, len(text)), parts=parts)


def fold(text: str) -> str:
    """`text` in lower case without accents: half of the members type none."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _part_spans(text: str) -> list[tuple[int, int]]:
    """The spans of the parts of `text`; none when it is all one part."""
    bounds = [(0, 0), *(m.span() for m in PART_BOUNDARY.finditer(text)), (len(text), len(text))]
    spans = [(before[1], after[0]) for before, after in pairwise(bounds)]
    spans = [(s, e) for s, e in spans if len(text[s:e].split()) >= MIN_PART_WORDS]
    return spans if len(spans) > 1 else []


def _slice(text: str, tokens: list, start: int, end: int) -> Document:
    inside = [token for token in tokens if start <= token.start < end]
    vectors = [token.get(VECTOR) for token in inside if token.get(VECTOR) is not None]
    return Document(
        text=fold(text[start:end]),
        words=tuple(fold(token.text) for token in inside),
        lemmas=tuple(fold(token.lemma) for token in inside),
        vector=np.mean(vectors, axis=0) if vectors else None,
    )
