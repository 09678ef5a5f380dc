"""Charts as the template draws them: each value with its words, and its place in per cent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from web.console.numbers import number, percent

# Of the place of a column, what it leaves free on each side.
GAP = 0.1


@dataclass(frozen=True)
class Bar:
    """A row of a table: `length` is of the longest bar, `share` of the sum."""

    label: str
    value: str
    share: str
    length: float


@dataclass(frozen=True)
class Point:
    """A value over time; `at` is None where there is none."""

    label: str
    value: str
    x: float
    at: float | None


@dataclass(frozen=True)
class Series:
    """Points from left to right, each in a place of `width`; `top` is what 100 % stands for."""

    points: list[Point]
    width: float
    top: str

    @property
    def labels(self) -> list[str]:
        """Those of the first, middle and last points, to write under the chart."""
        last = len(self.points) - 1
        return [self.points[place].label for place in sorted({0, last // 2, last})]


def bars(counts: Iterable[tuple[str, int]]) -> list[Bar]:
    counts = list(counts)
    total = sum(count for _, count in counts)
    longest = max((count for _, count in counts), default=0)
    if not total:
        return []
    return [
        Bar(label, number(count), percent(count / total), 100 * count / longest)
        for label, count in counts
    ]


def columns(counts: Sequence[tuple[str, int]]) -> Series | None:
    """Counts over time; None where all are zero."""
    top = max(count for _, count in counts)
    if not top:
        return None
    width = 100 / len(counts)
    return Series(
        [
            Point(label, number(count), (place + GAP) * width, 100 * count / top)
            for place, (label, count) in enumerate(counts)
        ],
        width * (1 - 2 * GAP),
        number(top),
    )


def shares(values: Sequence[tuple[str, float | None]]) -> Series | None:
    """Shares of 1 over time; None where there is not one."""
    if all(share is None for _, share in values):
        return None
    width = 100 / len(values)
    return Series(
        [
            Point(label, percent(share), (place + 0.5) * width, share and 100 * share)
            for place, (label, share) in enumerate(values)
        ],
        width,
        percent(1),
    )
