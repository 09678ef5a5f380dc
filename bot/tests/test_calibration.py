import numpy as np
import pytest

from bot.calibration import Logistic, Pooling, learn_thresholds

ONE_HOT = np.eye(3)


def test_a_logistic_learns_how_often_a_score_is_right() -> None:
    scores = np.array([[-1.0]] * 100 + [[1.0]] * 100)
    outcomes = np.array([True] * 20 + [False] * 80 + [True] * 90 + [False] * 10)
    curve = Logistic.fit(scores, outcomes)
    assert curve.probability(np.array([[-1.0], [1.0]])) == pytest.approx([0.2, 0.9], abs=0.01)


def test_a_logistic_keeps_the_shape_of_what_it_reads() -> None:
    assert Logistic([1.0, 2.0], 0.0).probability(np.zeros((4, 5, 2))).shape == (4, 5)


def test_pooling_leans_on_the_evidence_that_is_right() -> None:
    truth = np.array([0, 1, 2] * 20)
    right = ONE_HOT[truth] * 2
    wrong = ONE_HOT[(truth + 1) % 3] * 2
    pooling = Pooling.fit(np.stack([right, wrong], axis=-1), truth)
    assert pooling.weights[0] > 1 > pooling.weights[1] == 0
    found = pooling.probabilities(np.stack([right, wrong], axis=-1))
    assert found.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(found.argmax(axis=1), truth)


def test_pooling_softens_scores_that_are_too_sure() -> None:
    truth = np.array([0] * 8 + [1] * 2)
    evidence = np.tile(np.array([[10.0], [0.0]]), (10, 1, 1))
    assert Pooling.fit(evidence, truth).probabilities(evidence)[0] == pytest.approx(
        [0.8, 0.2], abs=0.01
    )


def thresholds_of(tops: list[float], right: list[bool]):
    """Thresholds from needs of one field, the given confidence right or not, and two of several."""
    ranking = np.array([[top, (1 - top) * 0.9, (1 - top) * 0.1] for top in tops])
    truth = np.array([ONE_HOT[0 if good else 1] for good in right]) > 0
    several = np.array([[0.5, 0.45, 0.05]] * 2)
    present = np.vstack([np.where(ranking == ranking.max(1, keepdims=True), 0.7, 0.1), several * 2])
    return learn_thresholds(
        need=np.array([0.9] * (len(tops) + 2) + [0.2] * 4),
        is_need=np.array([True] * (len(tops) + 2) + [False] * 4),
        ranking=np.vstack([ranking, several]),
        present=present,
        truth=np.vstack([truth, np.array([[True, True, False]] * 2)]),
    )


def test_the_need_threshold_parts_needs_from_the_others() -> None:
    assert 0.2 < thresholds_of([0.9], [True]).need <= 0.9


def test_the_several_threshold_parts_single_needs_from_double_ones() -> None:
    assert 0.1 < thresholds_of([0.9], [True]).several <= 0.9


def route_after(right_at_most: int) -> float:
    """The routing threshold where so many are right at 0.95, one wrong at 0.9, ten at 0.6."""
    right = [True] * right_at_most + [False] * 11
    return thresholds_of([0.95] * right_at_most + [0.9] + [0.6] * 10, right).route


def test_routing_starts_where_more_wrong_than_may_be_are_unlikely() -> None:
    assert route_after(300) == pytest.approx(0.9)
    # One in 201 may well be one in 68.
    assert route_after(200) == pytest.approx(0.95)


def test_nothing_is_routed_on_the_word_of_a_few() -> None:
    assert route_after(20) == 1.0


def test_nothing_is_routed_where_even_the_surest_are_wrong() -> None:
    assert thresholds_of([0.9, 0.8], [False, False]).route == 1.0


def test_no_question_is_put_between_two_unlikely_fields() -> None:
    flat = np.array([[0.22, 0.2, 0.2, 0.19, 0.19]] * 12)
    truth = np.zeros((12, 5), dtype=bool)
    truth[:, 0] = True
    truth[10:, 1] = True
    thresholds = learn_thresholds(
        need=np.array([0.9] * 12 + [0.2] * 4),
        is_need=np.array([True] * 12 + [False] * 4),
        ranking=flat,
        present=np.where(truth, 0.7, 0.1),
        truth=truth,
    )
    assert thresholds.clarify == pytest.approx(2 / 3)


def test_a_question_between_two_is_asked_where_nine_times_in_ten_one_is_right() -> None:
    tops = [0.6] * 10
    thresholds = thresholds_of(tops, [False] * 10)
    assert thresholds.route == 1.0
    assert thresholds.clarify == pytest.approx(0.6 + 0.4 * 0.9)
