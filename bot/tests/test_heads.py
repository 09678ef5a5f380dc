import numpy as np
import pytest
from scipy import sparse

from bot.heads import LinearHead, softmax

ROWS = sparse.csr_matrix(
    [[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0.1, 0.9, 0], [0, 0, 1], [0, 0.1, 0.9], [0.7, 0.7, 0]],
    dtype=np.float32,
)
LABELS = [("a",), ("a",), ("b",), ("b",), ("c",), ("c",), ("a", "b")]


@pytest.fixture(params=[True, False], ids=["with Bayes", "without"])
def head(request) -> LinearHead:
    return LinearHead.fit(ROWS, LABELS, request.param)


def test_classes_are_in_alphabetical_order(head: LinearHead) -> None:
    assert head.classes == ["a", "b", "c"]


def test_each_row_of_one_label_is_nearest_to_it(head: LinearHead) -> None:
    best = head.margins(ROWS[:6]).argmax(axis=1)
    assert [head.classes[index] for index in best] == [labels[0] for labels in LABELS[:6]]


def test_a_row_of_two_labels_is_near_both(head: LinearHead) -> None:
    margins = dict(zip(head.classes, head.margins(ROWS[6])[0], strict=True))
    assert min(margins["a"], margins["b"]) > margins["c"]


def test_evidence_has_a_kind_more_with_bayes(head: LinearHead) -> None:
    kinds = 2 if head.log_weights is None else 3
    evidence = head.evidence(ROWS)
    assert evidence.shape == (len(LABELS), 3, kinds)
    assert evidence[:, :, 0] == pytest.approx(head.margins(ROWS))
    assert evidence[:, :, 1:].mean(axis=1) == pytest.approx(0, abs=1e-5)
    assert evidence[:, :, 1:].std(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_row_of_nothing_still_has_finite_evidence(head: LinearHead) -> None:
    assert np.isfinite(head.evidence(sparse.csr_matrix((1, 3), dtype=np.float32))).all()


def test_no_row_has_no_evidence(head: LinearHead) -> None:
    assert head.evidence(sparse.csr_matrix((0, 3), dtype=np.float32)).shape[:2] == (0, 3)


def test_what_is_loaded_gives_the_very_same_evidence(head: LinearHead) -> None:
    loaded = LinearHead.load(head.state())
    assert loaded.classes == head.classes
    assert np.array_equal(loaded.evidence(ROWS), head.evidence(ROWS))


def test_weights_are_multiplied_without_a_copy(head: LinearHead) -> None:
    loaded = LinearHead.load(
        {**head.state(), "weights": np.asfortranarray(head.state()["weights"])}
    )
    for weights in (head.weights, loaded.weights):
        assert weights.dtype == np.float32
        assert weights.flags.c_contiguous


def test_the_same_rows_give_the_same_head(head: LinearHead) -> None:
    again = LinearHead.fit(ROWS, LABELS, head.log_weights is not None)
    assert np.array_equal(again.weights, head.weights)


def test_softmax_sums_to_one_even_for_large_scores() -> None:
    found = softmax(np.array([[1000.0, 999.0, -1000.0], [0.0, 0.0, 0.0]]))
    assert found.sum(axis=1) == pytest.approx(1)
    assert found[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert found[1] == pytest.approx(1 / 3)
