"""Messages that are nearly the same: character 5-grams in common, as a Jaccard similarity."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.documents import fold

GRAM = 5
# Two messages alike by 0.6 agree on all the hashes of one band or another 998 times in 1,000.
BANDS, HASHES_A_BAND = 26, 3


def near_copies(
    messages: Sequence[str], others: Sequence[str], similarity: float
) -> list[tuple[int, int]]:
    """The pairs (index of a message, index of another) at least so similar."""
    texts = [_normal(text) for text in (*messages, *others)]
    bands = _bands(texts)
    alike = sparse.coo_matrix(bands[: len(messages)] @ bands[len(messages) :].T)
    return [
        (int(one), int(other))
        for one, other in zip(alike.row, alike.col, strict=True)
        if _jaccard(texts[one], texts[len(messages) + other]) >= similarity
    ]


def _normal(text: str) -> str:
    return f" {' '.join(fold(text).split())} ".ljust(GRAM)


def _bands(texts: Sequence[str]) -> sparse.csr_matrix:
    """Which combinations of minimal hashes each text has, shape (texts, combinations)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    grams = np.zeros(len(codes) - GRAM + 1, dtype=np.uint64)
    for offset in range(GRAM):
        grams = grams * np.uint64(0x100000001B3) + codes[offset : offset + len(grams)]
    ends = np.cumsum([len(text) for text in texts])
    # `reduceat` reads from one bound to the next: every second stretch crosses two texts.
    starts = ends - [len(text) for text in texts]
    bounds = np.column_stack([starts, ends - GRAM + 1]).ravel()[:-1]
    random = np.random.default_rng(0)
    keys = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        for factor in random.integers(1, 2**63, HASHES_A_BAND, dtype=np.uint64) | np.uint64(1):
            mixed = grams * factor
            mixed ^= mixed >> np.uint64(29)
            lowest = np.minimum.reduceat(mixed * factor, bounds)[::2]
            keys[:, band] = keys[:, band] * np.uint64(0x9E3779B97F4A7C15) + lowest
        keys[:, band] += np.uint64(band)
    _, columns = np.unique(keys, return_inverse=True)
    ones = np.ones(columns.size, dtype=np.int32)
    rows = np.repeat(np.arange(len(texts)), BANDS)
    return sparse.csr_matrix((ones, (rows, columns.ravel())))


def _jaccard(one: str, other: str) -> float:
    one_grams, other_grams = _grams(one), _grams(other)
    return len(one_grams & other_grams) / len(one_grams | other_grams)


def _grams(text: str) -> set[str]:
    return {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}
