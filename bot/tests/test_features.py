import numpy as np
import pytest

from bot.analyzer import SpacyAnalyzer
from bot.documents import Document
from bot.features import DocumentFeatures
from bot.learning import Example
from bot.tests.conftest import VECTOR_SIZE, Read, as_examples


@pytest.fixture(scope="module")
def documents(examples: list[Example]) -> list[Document]:
    return [example.document for example in examples]


@pytest.fixture(scope="module")
def vector_documents(read: Read, vector_analyzer: SpacyAnalyzer) -> list[Document]:
    return [e.document for e in as_examples(lambda text: read(text, vector_analyzer))]


@pytest.mark.parametrize("kind", ["documents", "vector_documents"])
def test_what_is_loaded_gives_the_same_features(kind: str, request) -> None:
    documents = request.getfixturevalue(kind)
    features, rows = DocumentFeatures.fit(documents)
    assert (rows != features.transform(documents)).nnz == 0
    loaded = DocumentFeatures.load(features.state())
    assert (features.transform(documents) != loaded.transform(documents)).nnz == 0
    assert loaded.width == features.width == features.transform(documents).shape[1]


def test_accents_and_capitals_do_not_count(documents: list[Document], read: Read) -> None:
    features = DocumentFeatures.fit(documents)[0]
    rows = features.transform([read("états financiers prêts"), read("ÉTATS financiers prets")])
    texts = len(features.vectorizers["text"].vocabulary_)
    assert (rows[0, -texts:] != rows[1, -texts:]).nnz == 0


@pytest.mark.parametrize("text", ["", "👍", "zzzzqqqq"])
def test_what_was_never_seen_has_no_feature(
    documents: list[Document], read: Read, text: str
) -> None:
    assert DocumentFeatures.fit(documents)[0].transform([read(text)]).nnz == 0


def test_no_document_has_no_row(documents: list[Document]) -> None:
    features = DocumentFeatures.fit(documents)[0]
    assert features.transform([]).shape == (0, features.width)


def test_rows_have_the_type_that_is_multiplied_without_a_copy(documents: list[Document]) -> None:
    features = DocumentFeatures.fit(documents)[0]
    assert features.transform(documents[:2]).dtype == np.float32
    assert features.transform([]).dtype == np.float32


def test_vectors_come_last_as_unit_lengths_none_below_zero(
    vector_documents: list[Document], read: Read, vector_analyzer: SpacyAnalyzer
) -> None:
    features = DocumentFeatures.fit(vector_documents)[0]
    texts = ["factures poste", "réseau", "zorglub"]
    rows = features.transform([read(text, vector_analyzer) for text in texts])
    vectors = rows[:, -2 * VECTOR_SIZE :].toarray()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0], abs=1e-6)
    assert vectors.min() == 0
    assert vectors[1, -1] > 0, "the negative half of a vector is lost"


def test_a_document_without_vector_is_zero_among_those_that_have_one(
    vector_documents: list[Document], read: Read
) -> None:
    features = DocumentFeatures.fit(vector_documents)[0]
    assert features.transform([read("factures")])[:, -2 * VECTOR_SIZE :].nnz == 0
