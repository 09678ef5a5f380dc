"""Lines of the log are kept for so many days, however slowly a log grows."""

import datetime as dt
import os
import shutil
from pathlib import Path

from catalog.models import utc_now

# Of a day that is over: `web.log.2026-11-23`.
DATED = ".log.????-??-??"


def rotate_logs(folder: Path) -> None:
    """Set aside, once a day, what each log of `folder` holds.

    The parts keep their logs open and write at the end, wherever that is: a log is copied, then
    emptied. A line that comes between the two is lost.
    """
    today = f"{utc_now():%Y-%m-%d}"
    for log in folder.glob("*.log"):
        aside = log.with_name(f"{log.name}.{today}")
        if log.stat().st_size and not aside.exists():
            draft = aside.with_suffix(".part")
            shutil.copy(log, draft)
            os.truncate(log, 0)
            draft.replace(aside)


def remove_old_logs(folder: Path, before: dt.datetime) -> int:
    """Remove what was last written before `before`, dated or numbered; how many files went."""
    removed = 0
    for path in [*folder.glob(f"*{DATED}"), *folder.glob("*.log.[0-9]")]:
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
