"""What the learning loop keeps of reviewed messages: its diffs, comparisons and candidates."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.interpretations import text_key
from catalog.lessons import BULLET
from catalog.models import LearningRun

ADDED = f"+{BULLET}"


def forget_learned(session: Session, keys: Collection[str]) -> None:
    """Take the messages of these `text_key`s out of what the runs tell."""
    for run in session.scalars(select(LearningRun)):
        run.diff = _without(run.diff, lambda line: _bullet_key(line, ADDED) in keys)
        run.comparison = _pruned(run.comparison, keys)


def forget_learned_files(folder: Path, keys: Collection[str]) -> None:
    """Take them out of the files of candidates; a model that is trained stays as it is."""
    for path in sorted(folder.rglob("*.yml")):
        _rewrite(path, lambda text: _without(text, lambda line: _bullet_key(line, BULLET) in keys))
    for path in sorted(folder.rglob("*.jsonl")):
        _rewrite(path, lambda text: _without(text, lambda line: _told(json.loads(line), keys)))
    for path in sorted(folder.rglob("report.json")):
        _rewrite(path, lambda text: json.dumps(_pruned(json.loads(text), keys), ensure_ascii=False))


def _bullet_key(line: str, bullet: str) -> str | None:
    return text_key(line.removeprefix(bullet).strip()) if line.startswith(bullet) else None


def _without(text: str, is_theirs: Callable[[str], bool]) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not is_theirs(line))


def _pruned(value: Any, keys: Collection[str]) -> Any:
    """`value` without the messages, wherever in it they are listed."""
    if isinstance(value, dict):
        return {name: _pruned(one, keys) for name, one in value.items()}
    if isinstance(value, list):
        return [_pruned(one, keys) for one in value if not _told(one, keys)]
    return value


def _told(one: Any, keys: Collection[str]) -> bool:
    return isinstance(one, dict) and text_key(str(one.get("text") or "")) in keys


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    after = change(before)
    if after != before:
        path.write_text(after, "utf-8")
