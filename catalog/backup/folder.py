"""The folder of the back-ups: their names, which tell when, and those that are too old."""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.backup.errors import BackupError
from catalog.models import utc_now

NAME = "aiguilleur-%Y%m%dT%H%M%S-%fZ"
SUFFIX = ".zip"
PART = ".part"
# Longer than a back-up or its restoration lasts: its process is dead.
FORSAKEN = dt.timedelta(days=1)


def name_of(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime(NAME) + SUFFIX


def kept(folder: Path) -> Iterator[tuple[dt.datetime, Path]]:
    """When each back-up of `folder` was made, and its file."""
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            instant = dt.datetime.strptime(path.name, NAME + SUFFIX)
        except ValueError:
            # The operator's own.
            continue
        yield instant.replace(tzinfo=dt.UTC), path


def is_due(folder: Path, hours: float) -> bool:
    """Whether no back-up was made in the last `hours`; never where they are 0."""
    now = utc_now()
    # The clock may have been ahead when one was made.
    ages = (now - instant for instant, _ in kept(folder) if instant <= now)
    return bool(hours) and all(age >= dt.timedelta(hours=hours) for age in ages)


def remove_old(folder: Path, before: dt.datetime) -> int:
    """Remove the back-ups made before `before`, and what dead processes left; how many."""
    removed = 0
    for instant, path in kept(folder):
        if instant < before:
            path.unlink(missing_ok=True)
            removed += 1
    forsaken = (utc_now() - FORSAKEN).timestamp()
    for path in folder.glob(f"*{PART}"):
        if path.stat().st_mtime < forsaken:
            shutil.rmtree(path, ignore_errors=True)
    return removed


@contextmanager
def workplace(path: Path) -> Iterator[Path]:
    """A folder for this account alone, `path` and `.part`, removed on leaving.

    Raises:
        BackupError: another process works there, or died there.
    """
    part = path.with_name(path.name + PART)
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        part.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError(
            f"{part} exists: a back-up is being made there, or was cut short: remove it then"
        ) from None
    try:
        yield part
    finally:
        shutil.rmtree(part)
