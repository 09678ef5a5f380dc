"""The table of `docs/running.md`, from the JSON: `python -m tests.benchmarks.catalog.table`."""

import json
from pathlib import Path
from typing import Any

REPORT = Path(__file__).parents[3] / "docs/benchmarks/catalog.json"
# What is told in one line, by how its names begin: the slowest of them.
LINES = {
    "inbox": "inbox: any filter, order or page",
    "search": "search",
    "saved view": "a saved view",
    "request": "a request's page",
    "queue": "a review queue's next messages",
    "review desk": "the review desk's page",
    "dashboard: 30": "dashboard, 30 days",
    "dashboard: 365": "dashboard, a year",
    "filing": "filing a request",
    "filing, eight": "filing, eight processes without a pause",
    "a member": "a member follows up a reference",
    "following": "following 1,000 new messages",
    "export": "export of 9,000 requests as CSV",
    "purge": "purge of 10,000 conversations",
    "filing during the purge": "filing during the purge",
    "filing during the purge, the longest": "the longest of these",
}
HEAD = "| what | stated | median | 95 % | worked |\n| --- | --- | --- | --- | --- |"


def table(report: dict[str, Any]) -> str:
    """Milliseconds of the slowest of each kind, as Markdown."""
    by_line: dict[str, list[dict[str, Any]]] = {line: [] for line in LINES.values()}
    for name, times in report["times"].items():
        start = max((start for start in LINES if name.startswith(start)), key=len)
        by_line[LINES[start]].append(times)
    return "\n".join([HEAD, *(_line(line, times) for line, times in by_line.items() if times)])


def _line(line: str, times: list[dict[str, Any]]) -> str:
    slowest = max(times, key=lambda one: one["worked_ms"] or one["median_ms"])
    columns = ("limit_ms", "median_ms", "p95_ms", "worked_ms")
    return " | ".join([f"| {line}", *(_number(slowest[name]) for name in columns)]) + " |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


if __name__ == "__main__":
    print(table(json.loads(REPORT.read_text("utf-8"))))
