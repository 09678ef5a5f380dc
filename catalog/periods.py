"""Periods in Québec's days, and the days, weeks or months that a chart cuts them into."""

import datetime as dt
import enum
from dataclasses import dataclass

from catalog.promises import DAY, QUEBEC

LONGEST_BY_DAY = 45
LONGEST_BY_WEEK = 750


class Step(enum.StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """Québec's days from `since` to before `until`."""

    since: dt.date
    until: dt.date

    @property
    def step(self) -> Step:
        """What to cut the period into for a chart that can be read."""
        days = (self.until - self.since).days
        if days <= LONGEST_BY_DAY:
            return Step.DAY
        return Step.WEEK if days <= LONGEST_BY_WEEK else Step.MONTH

    @property
    def coarse_step(self) -> Step:
        """For what a single day tells too little of."""
        return Step.WEEK if self.step is Step.DAY else self.step

    def starts(self, step: Step) -> list[dt.date]:
        """The first day of each part; only the first and the last part may be incomplete."""
        found = [self.since]
        while (start := _next(found[-1], step)) < self.until:
            found.append(start)
        return found

    def instants(self) -> tuple[dt.datetime, dt.datetime]:
        return midnight(self.since), midnight(self.until)


def last_days(count: int, today: dt.date) -> Period:
    """`count` days, the last of which is `today`."""
    return Period(today - (count - 1) * DAY, today + DAY)


def midnight(day: dt.date) -> dt.datetime:
    """The instant at which `day` begins in Québec."""
    return dt.datetime.combine(day, dt.time(), QUEBEC)


def _next(day: dt.date, step: Step) -> dt.date:
    """The first day after `day` at which a part begins."""
    if step is Step.DAY:
        return day + DAY
    if step is Step.WEEK:
        return day + (7 - day.weekday()) * DAY
    return (day.replace(day=1) + 31 * DAY).replace(day=1)
