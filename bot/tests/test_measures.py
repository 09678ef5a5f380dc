"""Every figure against one computed by hand."""

import pytest

from bot.evaluation_set import Labelled
from bot.measures import Judged, calibration_error, confusions, coverage, measure

FIELDS = ("a", "b", "c", "d")


def judged(
    right: str,
    first: str,
    confidence: float = 0.7,
    *,
    kind: str = "plain",
    outcome: str = "route",
    fields: str | None = None,
    intent: str = "need",
    true_intent: str = "need",
) -> Judged:
    """`right` and `fields` name fields by one letter each; other fields follow alphabetically."""
    others = [field for field in FIELDS if field != first]
    rest = dict.fromkeys(others, (1 - confidence) / len(others))
    named = list(first if fields is None else fields)
    return Judged(
        Labelled("…", "fr", kind, true_intent, tuple(right)),
        {
            "language": "fr",
            "intent": intent,
            "outcome": outcome,
            "fields": named,
            "ranking": {first: confidence, **rest},
        },
    )


def lost(right: str, first: str, **rest) -> Judged:
    """A need taken for something else."""
    return judged(right, first, intent="greet", outcome="other", fields="", **rest)


def other(intent: str, true_intent: str = "greet", outcome: str = "other", fields: str = ""):
    return judged(
        "", "a", kind="none", intent=intent, true_intent=true_intent, outcome=outcome, fields=fields
    )


def test_first_and_among_three_count_the_main_field_of_what_is_taken_for_a_need() -> None:
    figures = measure(
        [
            judged("a", "a"),
            judged("b", "a"),  # b is second
            judged("d", "a"),  # d is fourth
            lost("a", "a"),
            judged("a", "a", kind="indirect"),
            other("greet"),
        ]
    )
    assert figures["by_kind"]["plain"] == {"messages": 4, "first": 0.25, "among_three": 0.5}
    assert figures["single"] == figures["by_kind"]["plain"]
    assert figures["indirect_and_border"] == {"messages": 1, "first": 1.0, "among_three": 1.0}
    assert figures["all_needs"] == {"messages": 5, "first": 0.4, "among_three": 0.6}
    assert figures["messages"] == 6
    assert "none" not in figures["by_kind"]


def test_macro_f1_is_the_mean_of_the_fields_own() -> None:
    # a: precision 1/2, recall 1; b: precision 1, recall 1/2; both have F1 2/3.
    messages = [judged("a", "a"), judged("b", "a"), judged("b", "b")]
    assert measure([*messages, *SEVERAL])["macro_f1"] == pytest.approx(2 / 3)


def test_macro_f1_counts_a_need_turned_away_as_missed() -> None:
    # a: precision 1, recall 1/2.
    messages = [judged("a", "a"), lost("a", "a")]
    assert measure([*messages, *SEVERAL])["macro_f1"] == pytest.approx(2 / 3)


SEVERAL = [judged("ab", "a", kind="several", outcome="several", fields="ab")]


def test_several_f1_is_the_mean_over_messages() -> None:
    figures = measure(
        [
            judged("a", "a"),
            judged("ab", "a", kind="several", fields="ab"),  # 1
            judged("ab", "a", kind="several", fields="a"),  # 2·1 / (1+2)
            judged("ab", "c", kind="several", fields="cd"),  # 0
            lost("ab", "a", kind="several"),  # 0
        ]
    )
    assert figures["several_f1"] == pytest.approx((1 + 2 / 3) / 4)


def test_needs_kept_and_others_not_routed() -> None:
    figures = measure(
        [
            judged("a", "b"),
            judged("a", "a"),
            lost("a", "a"),
            *SEVERAL,
            other("greet"),
            other("thanks"),
            other("need", outcome="unsure", fields="abc"),
            other("greet"),
        ]
    )
    assert figures["needs_kept"] == 3 / 4
    assert figures["others_not_routed"] == 3 / 4
    assert figures["other_intent_right"] == 2 / 4


def test_routed_without_question_counts_single_needs_alone() -> None:
    figures = measure(
        [
            judged("a", "a", outcome="route"),
            judged("a", "b", outcome="route"),
            judged("a", "a", outcome="several", fields="ab"),
            judged("a", "a", outcome="clarify", fields="ab"),
            judged("a", "b", outcome="unsure", fields="abc", kind="border"),
            *SEVERAL,
        ]
    )
    assert figures["routed_without_question"] == 3 / 5
    assert figures["routed_without_question_errors"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("error", "share"), [(0.0, 2 / 4), (0.25, 4 / 4), (0.24, 2 / 4), (1.0, 1.0)]
)
def test_coverage_is_the_largest_share_with_so_few_errors(error: float, share: float) -> None:
    messages = [
        judged("a", "a", 0.6),
        judged("a", "b", 0.7),
        judged("a", "a", 0.8),
        judged("a", "a", 0.9),
    ]
    assert coverage(messages, error) == share


def test_coverage_is_nothing_when_the_surest_are_wrong_or_there_is_none() -> None:
    assert coverage([judged("a", "b", 0.9), judged("a", "b", 0.8)], 0.03) == 0
    assert coverage([], 0.03) == 0


def test_what_is_not_taken_for_a_need_is_the_least_sure_and_wrong() -> None:
    assert coverage([lost("a", "a", confidence=0.99), judged("a", "a", 0.5)], 0.03) == 0.5


def test_calibration_error_weighs_each_bin_by_its_messages() -> None:
    messages = [
        judged("a", "a", 0.95),
        judged("a", "a", 0.95),
        judged("a", "b", 0.95),  # 0.9 to 1: 2/3 right, 0.95 said
        judged("a", "a", 0.62),  # 0.6 to 0.7: 1 right, 0.62 said
        lost("a", "a", confidence=0.5),  # not counted
    ]
    expected = 3 / 4 * (0.95 - 2 / 3) + 1 / 4 * (1 - 0.62)
    assert calibration_error(messages) == pytest.approx(expected)


def test_a_probability_of_one_is_in_the_last_bin() -> None:
    assert calibration_error([judged("a", "a", 1.0), judged("a", "b", 0.96)]) == pytest.approx(0.48)


def test_confusions_are_those_of_single_needs_commonest_first() -> None:
    messages = [
        judged("a", "b"),
        judged("a", "b"),
        judged("c", "a"),
        judged("b", "b"),
        judged("ab", "c", kind="several"),
    ]
    assert confusions(messages, 5) == [("a", "b", 2), ("c", "a", 1)]
    assert confusions(messages, 1) == [("a", "b", 2)]
