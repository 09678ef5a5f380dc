import pytest

from bot.decision import Interpretation, Thresholds, decide

THRESHOLDS = Thresholds(need=0.5, several=0.6, route=0.8, clarify=0.7)
RANKING = {"accounting": 0.5, "recruitment": 0.25, "it_support": 0.15, "training": 0.1}
NONE_PRESENT = dict.fromkeys(RANKING, 0.0)


def ranking(*probabilities: float) -> dict[str, float]:
    return dict(zip(RANKING, probabilities, strict=True))


@pytest.mark.parametrize(
    ("need", "probabilities", "outcome", "count"),
    [
        (0.0, (0.97, 0.01, 0.01, 0.01), "other", 0),
        (0.499, (0.97, 0.01, 0.01, 0.01), "other", 0),
        (0.5, (0.97, 0.01, 0.01, 0.01), "route", 1),
        (0.9, (0.8, 0.1, 0.05, 0.05), "route", 1),
        (0.9, (0.799, 0.1, 0.1, 0.001), "clarify", 2),
        (0.9, (0.4, 0.3, 0.2, 0.1), "clarify", 2),
        (0.9, (0.4, 0.299, 0.2, 0.101), "unsure", 3),
        (1.0, (0.25, 0.25, 0.25, 0.25), "unsure", 3),
    ],
)
def test_thresholds_are_reached_or_not(
    need: float, probabilities: tuple[float, ...], outcome: str, count: int
) -> None:
    decided, fields = decide(need, ranking(*probabilities), NONE_PRESENT, THRESHOLDS)
    assert decided == outcome
    assert fields == tuple(RANKING)[:count]


@pytest.mark.parametrize(
    ("present", "fields"),
    [
        ({"accounting": 0.6, "recruitment": 0.6}, ("accounting", "recruitment")),
        ({"training": 0.99, "accounting": 0.7}, ("accounting", "training")),
        (dict.fromkeys(RANKING, 1.0), tuple(RANKING)),
    ],
)
def test_all_fields_asked_for_are_named_best_first(
    present: dict[str, float], fields: tuple[str, ...]
) -> None:
    assert decide(0.9, RANKING, {**NONE_PRESENT, **present}, THRESHOLDS) == ("several", fields)


@pytest.mark.parametrize("present", [{}, {"accounting": 1.0}, {"accounting": 1, "training": 0.59}])
def test_fewer_than_two_fields_asked_for_are_not_several(present: dict[str, float]) -> None:
    outcome, _ = decide(0.9, RANKING, {**NONE_PRESENT, **present}, THRESHOLDS)
    assert outcome == "clarify"


def test_no_need_names_no_field_however_many_seem_asked_for() -> None:
    assert decide(0.1, RANKING, dict.fromkeys(RANKING, 1.0), THRESHOLDS) == ("other", ())


def test_an_interpretation_as_json_has_a_list_of_fields() -> None:
    made = Interpretation("fr", "need", "route", ("accounting",), RANKING)
    assert made.as_dict() == {
        "language": "fr",
        "intent": "need",
        "outcome": "route",
        "fields": ["accounting"],
        "ranking": RANKING,
    }
