"""The bot and the service share one repository and no code."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The bot and the service each run in an environment of their own, where the other's libraries are
# not installed; the catalog knows neither of those that stand on it.
FORBIDDEN = {
    "bot": {"actions", "catalog", "web"},
    "actions": {"bot", "rasa"},
    "catalog": {"bot", "rasa", "actions", "web"},
    "web": {"bot", "rasa"},
}
FILES = [
    path
    for room in FORBIDDEN
    for pattern in ("*.py", "[!.]*/**/*.py")
    for path in sorted((ROOT / room).glob(pattern))
]


def imported(source: str) -> Iterator[str]:
    """The top-level packages that `source` imports, in whatever way."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            first = node.args[0]
            if name in ("import_module", "__import__") and isinstance(first, ast.Constant):
                yield first.value.partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_of_the_other_runtime(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert not FORBIDDEN[room] & set(imported(path.read_text("utf-8")))


def test_each_room_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(FORBIDDEN)


def test_no_room_hides_a_library() -> None:
    assert not set(FORBIDDEN) & set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    "source",
    [
        "import bot",
        "import os, bot.features as f",
        "from bot.features import x",
        "def late():\n    from bot import x",
        "import importlib\nimportlib.import_module('bot.x')",
        "__import__('bot')",
    ],
)
def test_an_import_is_seen_however_it_is_written(source: str) -> None:
    assert "bot" in set(imported(source))


@pytest.mark.parametrize(
    "source", ["from . import bot", "bot = 1", "'import bot'", "import botany"]
)
def test_what_is_no_import_of_it_is_not_seen(source: str) -> None:
    assert "bot" not in set(imported(source))
