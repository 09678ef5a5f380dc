"""Every regular expression of ours that reads what someone else wrote."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = ("web", "catalog", "actions", "bot")
CALLS = frozenset(
    {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
)
# Not read at run time.
LEFT_OUT = ("bot/tests", "bot/.venv", "bot/benchmark", "catalog/demo", "catalog/migrations")
# Where a call is given one of several patterns, what holds them.
HELD_IN = {
    "actions.answers": ("KIND_WORDS", "STANDING_WORDS"),
    "actions.corrections": ("CORRECTABLE",),
    "actions.routing": ("WORDS_FOR_BUTTONS", "ORDINALS"),
    # Names and values, escaped: they repeat nothing.
    "catalog.places": (),
    "catalog.traces": (),
}

Found = tuple[str, str, int]


def patterns() -> dict[str, Found]:
    """Where each is, in words, to its module, text and flags."""
    return {
        f"{module}:{number}": (module, pattern, flags)
        for path in _files()
        for module in [".".join(path.with_suffix("").parts)]
        for number, (pattern, flags) in enumerate(_of(path, module))
    }


def _files() -> list[Path]:
    found = (path for folder in FOLDERS for path in Path(folder).rglob("*.py"))
    return sorted(path for path in found if not str(path).startswith(LEFT_OUT))


def _of(path: Path, module: str) -> Iterator[tuple[str, int]]:
    source = path.read_text("utf-8")
    if "re." not in source:
        return
    tree = ast.parse(source)
    names = _names(module, tree)
    held = False
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if not _is_pattern_call(call):
            continue
        try:
            pattern = _value(call.args[0], names)
        except NameError:
            if module not in HELD_IN:
                raise LookupError(f"say in HELD_IN what {path}:{call.lineno} matches") from None
            held = True
        else:
            yield pattern, _flags(call, names)
    if held:
        for name in HELD_IN[module]:
            yield from ((pattern, 0) for pattern in _leaves(names[name]))


def _is_pattern_call(call: ast.Call) -> bool:
    called = call.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr in CALLS
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
    )


def _names(module: str, tree: ast.Module) -> dict[str, Any]:
    """What the module calls by name; of the bot, whose packages are not here, its constants."""
    if not module.startswith("bot"):
        return vars(importlib.import_module(module))
    names: dict[str, Any] = {"re": re}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                names[node.targets[0].id] = _value(node.value, names)
            except (NameError, AttributeError):
                continue
    return names


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "<pattern>", "eval"), dict(names))


def _flags(call: ast.Call, names: dict[str, Any]) -> int:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    position = {"sub": 4, "split": 3}.get(call.func.attr, 2 if call.func.attr != "compile" else 1)
    given = named or call.args[position : position + 1]
    return int(_value(given[0], names)) if given else 0


def _leaves(held: Any) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    else:
        for value in held.values() if isinstance(held, dict) else held:
            yield from _leaves(value)
