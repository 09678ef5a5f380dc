"""The bounds under the figures."""

import json

import pytest

from bot.floors import FLOORS, behind
from bot.tests.corpus import ROOT, read_yaml

FLOOR = {
    "at_least": {"fr": {"single.first": 0.95}, "en": {"single.first": 0.9}},
    "at_most": {"fr": {"calibration_error": 0.05}},
}


def figures(french: float, english: float, error: float) -> dict:
    return {
        "fr": {"single": {"first": french}, "calibration_error": error},
        "en": {"single": {"first": english}},
    }


def test_figures_at_their_bounds_pass() -> None:
    assert behind(figures(0.95, 0.9, 0.05), FLOOR) == []


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        (figures(0.94, 0.9, 0.05), "fr single.first: 94.0%, to be at least 95.0%"),
        (figures(0.95, 0.89, 0.05), "en single.first: 89.0%, to be at least 90.0%"),
        (figures(0.95, 0.9, 0.06), "fr calibration_error: 6.0%, to be at most 5.0%"),
    ],
)
def test_a_figure_beyond_its_bound_is_told(measured: dict, told: str) -> None:
    assert behind(measured, FLOOR) == [told]


def test_the_figures_that_are_published_are_within_their_bounds() -> None:
    published = json.loads((ROOT / "docs/evaluation/figures.json").read_text("utf-8"))
    assert behind(published, read_yaml(ROOT / FLOORS)) == []
