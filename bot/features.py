"""Sparse features of messages: TF-IDF of words, lemmas and characters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.documents import Document

SEPARATOR = " "
# (attribute of a document, analyzer, n-gram range, least number of documents)
VIEWS = {
    "words": ("word", (1, 2), 1),
    "lemmas": ("word", (1, 2), 1),
    "text": ("char_wb", (3, 5), 3),
}


class DocumentFeatures:
    """Turns documents into rows of a sparse matrix: the n-grams of each view, then the vector."""

    def __init__(self, vectorizers: dict[str, TfidfVectorizer], vector_size: int) -> None:
        self.vectorizers = vectorizers
        self.vector_size = vector_size

    @classmethod
    def fit(cls, documents: Sequence[Document]) -> tuple["DocumentFeatures", sparse.csr_matrix]:
        """The features that `documents` show, and their rows: to find both at once is cheaper."""
        vector_size = max((len(d.vector) for d in documents if d.vector is not None), default=0)
        features = cls({view: _vectorizer(view) for view in VIEWS}, vector_size)
        blocks = [
            vectorizer.fit_transform(_texts(documents, view))
            for view, vectorizer in features.vectorizers.items()
        ]
        return features, features._joined(blocks, documents)

    @property
    def width(self) -> int:
        """The number of features."""
        ngrams = sum(len(vectorizer.vocabulary_) for vectorizer in self.vectorizers.values())
        return ngrams + 2 * self.vector_size

    def transform(self, documents: Sequence[Document]) -> sparse.csr_matrix:
        """Shape (documents, features)."""
        if not documents:
            return sparse.csr_matrix((0, self.width), dtype=np.float32)
        blocks = [
            vectorizer.transform(_texts(documents, view))
            for view, vectorizer in self.vectorizers.items()
        ]
        return self._joined(blocks, documents)

    def _joined(
        self, blocks: list[sparse.csr_matrix], documents: Sequence[Document]
    ) -> sparse.csr_matrix:
        if self.vector_size:
            blocks = [*blocks, sparse.csr_matrix(self._vectors(documents))]
        return sparse.hstack(blocks, format="csr", dtype=np.float32)

    def _vectors(self, documents: Sequence[Document]) -> np.ndarray:
        """Unit vectors, shape (documents, 2 × vector_size); zero where no word has one.

        Positive and negative halves stand apart, as naive Bayes takes nothing below zero.
        """
        empty = np.zeros(self.vector_size)
        vectors = np.array([empty if d.vector is None else d.vector for d in documents])
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
        return np.hstack([np.maximum(unit, 0), np.maximum(-unit, 0)])

    def state(self) -> dict[str, Any]:
        """Arrays and lists that `load` takes, none of them code."""
        views = {
            view: {
                "ngrams": vectorizer.get_feature_names_out().tolist(),
                "idf": vectorizer.idf_,
            }
            for view, vectorizer in self.vectorizers.items()
        }
        return {"vector_size": self.vector_size, "views": views}

    @classmethod
    def load(cls, state: dict[str, Any]) -> "DocumentFeatures":
        vectorizers = {}
        for view, stored in state["views"].items():
            vocabulary = {ngram: column for column, ngram in enumerate(stored["ngrams"])}
            vectorizers[view] = _vectorizer(view, vocabulary)
            vectorizers[view].idf_ = np.asarray(stored["idf"])
        return cls(vectorizers, state["vector_size"])


def _vectorizer(view: str, vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    analyzer, ngram_range, min_df = VIEWS[view]
    return TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=ngram_range,
        min_df=min_df,
        vocabulary=vocabulary,
        lowercase=False,
        token_pattern=r"\S+" if analyzer == "word" else None,
        sublinear_tf=True,
    )


def _texts(documents: Sequence[Document], view: str) -> list[str]:
    values = (getattr(document, view) for document in documents)
    return [value if isinstance(value, str) else SEPARATOR.join(value) for value in values]
