"""Figures that no change may fall behind: `evaluation/floors.yml`."""

from pathlib import Path
from typing import Any

import yaml

FLOORS = Path("evaluation/floors.yml")


def read_floors() -> dict[str, Any]:
    return yaml.safe_load(FLOORS.read_text(encoding="utf-8"))


def behind(figures: dict[str, dict[str, Any]], floors: dict[str, Any]) -> list[str]:
    """A line for each figure beyond its bound.

    Args:
        figures: those of `bot.measures.measure`, by language.
        floors: `at_least` and `at_most`, each by language and by dotted name of the figure.
    """
    lines = []
    for side, beyond in (("at_least", float.__lt__), ("at_most", float.__gt__)):
        for language, bounds in floors[side].items():
            for name, bound in bounds.items():
                figure = _figure(figures[language], name)
                if beyond(figure, float(bound)):
                    told = side.replace("_", " ")
                    lines.append(f"{language} {name}: {figure:.1%}, to be {told} {bound:.1%}")
    return lines


def _figure(figures: dict[str, Any], name: str) -> float:
    found: Any = figures
    for key in name.split("."):
        found = found[key]
    return float(found)
