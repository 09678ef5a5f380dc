"""How long something takes, again and again, and how long processors worked for it."""

import os
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from catalog.database import SessionFactory

RUNS = 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Took:
    """Milliseconds of each run by the clock, and of the processors on average where it was told.

    `limit` is what a run is to stay within, None for no limit. Where others keep the machine busy,
    what processors worked is what a run takes on one that does nothing else: all is in memory.
    """

    milliseconds: list[float]
    limit: float | None
    worked: float | None = None

    @property
    def is_within(self) -> bool:
        took = statistics.median(self.milliseconds)
        least = took if self.worked is None else min(took, self.worked)
        return self.limit is None or least <= self.limit

    def as_json(self) -> dict[str, float | int | bool | None]:
        return {
            "median_ms": round(statistics.median(self.milliseconds), 1),
            "p95_ms": round(ninety_fifth(self.milliseconds), 1),
            "worked_ms": self.worked and round(self.worked, 1),
            "runs": len(self.milliseconds),
            "limit_ms": self.limit,
            "within": self.is_within,
        }


class Processors:
    """The time that processors work for this process and for the database server beside it."""

    def __init__(self, sessions: SessionFactory) -> None:
        with sessions() as session:
            backend = session.scalar(text("SELECT pg_backend_pid()"))
        self._server = _stat(Path("/proc") / str(backend))[1]

    def milliseconds(self) -> float:
        stats = map(_stat, Path("/proc").glob("[0-9]*"))
        ticks = sum(worked for _, parent, worked in stats if parent == self._server)
        return 1000 * (time.process_time() + ticks / TICKS)


async def time_runs(
    run: Callable[[], Awaitable[None]],
    limit: float | None,
    processors: Processors,
    runs: int = RUNS,
) -> Took:
    """Time `runs` runs, after one that is not counted."""
    await run()
    took, worked = [], processors.milliseconds()
    for _ in range(runs):
        began = time.perf_counter()
        await run()
        took.append(1000 * (time.perf_counter() - began))
    return Took(took, limit, (processors.milliseconds() - worked) / runs)


def ninety_fifth(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def _stat(process: Path) -> tuple[int, int, int]:
    """Its number, its parent's, and the ticks that processors worked for it; zeros once gone."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0, 0
    return int(process.name), int(fields[1]), int(fields[11]) + int(fields[12])
