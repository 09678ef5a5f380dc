"""When members write, and when staff work: Québec's days, seasons and holidays."""

import datetime as dt
import random
from collections.abc import Iterator

import holidays

from catalog.promises import DAY, QUEBEC, SATURDAY

YEAR = 365
# From January: the weeks before annual meetings in spring, and the construction holiday.
OF_MONTH = (0.9, 1.2, 1.7, 1.8, 1.5, 1.0, 0.35, 0.7, 1.2, 1.2, 1.1, 0.9)
AT_CHRISTMAS = 0.1
ON_DAY_OFF = 0.12
# So that enough of what the console is for is still to be done.
LATELY, MORE_LATELY = 4 * DAY, 4
# How many write at each hour from 7:00; no one at night.
FROM_HOUR = 7
OF_HOUR = (1, 4, 9, 11, 10, 5, 8, 10, 9, 7, 4, 2, 3, 3, 2)
OPENS, CLOSES = 8, 17


def filing_moments(rng: random.Random, count: int, until: dt.datetime) -> list[dt.datetime]:
    """`count` instants of the year that ends at `until`, oldest first."""
    last = until.astimezone(QUEBEC).date()
    days = [last - back * DAY for back in range(YEAR)]
    weights = [_weight(day) * (MORE_LATELY if last - day < LATELY else 1) for day in days]
    # Of today's hours, some are still to come.
    before = (moment for moment in _draws(rng, days, weights) if moment < until)
    return sorted(next(before) for _ in range(count))


def at_work(rng: random.Random, after: dt.datetime, hours: float) -> dt.datetime:
    """About `hours` after `after`, or once the office is open again."""
    moment = (after + dt.timedelta(hours=hours)).astimezone(QUEBEC)
    if is_day_off(moment.date()) or not OPENS <= moment.hour < CLOSES:
        day = moment.date() + (DAY if moment.hour >= CLOSES else 0 * DAY)
        while is_day_off(day):
            day += DAY
        opening = dt.datetime.combine(day, dt.time(OPENS), QUEBEC)
        moment = opening + dt.timedelta(minutes=rng.uniform(5, 150))
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def is_day_off(day: dt.date) -> bool:
    return day.weekday() >= SATURDAY or day in _HOLIDAYS


_HOLIDAYS = holidays.country_holidays("CA", subdiv="QC")


def _draws(rng: random.Random, days: list[dt.date], weights: list[float]) -> Iterator[dt.datetime]:
    while True:
        day = rng.choices(days, weights)[0]
        hour = FROM_HOUR + rng.choices(range(len(OF_HOUR)), OF_HOUR)[0]
        time = dt.time(hour, rng.randrange(60), rng.randrange(60))
        yield dt.datetime.combine(day, time, QUEBEC).astimezone(dt.UTC)


def _weight(day: dt.date) -> float:
    weight = OF_MONTH[day.month - 1]
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 4):
        weight = AT_CHRISTMAS
    return weight * (ON_DAY_OFF if is_day_off(day) else 1)
