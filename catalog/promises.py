"""When an answer is due: the Consortium promises one within 24 working hours."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import holidays

QUEBEC = ZoneInfo("America/Montreal")
PROMISED = dt.timedelta(hours=24)
DAY = dt.timedelta(days=1)
SATURDAY = 5


def answer_due(filed_at: dt.datetime) -> dt.datetime:
    """The instant, in UTC, by which a request filed at `filed_at` (aware) is to be answered.

    Hours of Saturdays, Sundays and Québec's statutory holidays do not count: what comes in on
    Friday at 15:00 is due on Monday at 15:00.
    """
    moment = filed_at.astimezone(QUEBEC)
    left = PROMISED
    while True:
        midnight = _midnight_after(moment)
        if _is_working_day(moment.date()):
            # In UTC: the clocks change twice a year.
            today = midnight.astimezone(dt.UTC) - moment.astimezone(dt.UTC)
            if left <= today:
                return moment.astimezone(dt.UTC) + left
            left -= today
        moment = midnight


def _midnight_after(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment.date() + DAY, dt.time(), QUEBEC)


def _is_working_day(day: dt.date) -> bool:
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    # Whole at once: one that fills itself when asked misleads another thread meanwhile.
    return holidays.country_holidays("CA", subdiv="QC", years=year)
