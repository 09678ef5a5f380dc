"""What the address of the dashboard asks for: which days, which pôle, which field."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.periods import Period, last_days
from catalog.promises import DAY

LAST = (7, 30, 90, 365)
USUAL = "30"
DATES = "dates"
LONGEST = 3660 * DAY


class QueryError(Exception):
    """What is asked cannot be shown; `code` names the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Query:
    """`chosen` is a number of days from `LAST`, or `DATES`."""

    chosen: str
    period: Period
    pole_slug: str | None
    field_slug: str | None


def read_query(
    values: Mapping[str, str],
    today: dt.date,
    pole_slugs: Collection[str],
    field_slugs: Collection[str],
) -> Query:
    """The query that `values` of an address hold.

    Raises:
        QueryError: a date cannot be read or makes no period, or something is not known.
    """
    is_dated = values.get("from") or values.get("to")
    chosen = values.get("period") or (DATES if is_dated else USUAL)
    if chosen == DATES:
        period = _between(values, today)
    elif chosen in map(str, LAST):
        period = last_days(int(chosen), today)
    else:
        raise QueryError("period_unknown")
    return Query(
        chosen,
        period,
        _known(values.get("pole"), pole_slugs, "pole_unknown"),
        _known(values.get("field"), field_slugs, "field_unknown"),
    )


def _between(values: Mapping[str, str], today: dt.date) -> Period:
    first, last = _day(values.get("from", "")), _day(values.get("to", ""))
    if last < first:
        raise QueryError("dates_reversed")
    if last > today:
        raise QueryError("dates_to_come")
    if last - first >= LONGEST:
        raise QueryError("dates_too_far_apart")
    return Period(first, last + DAY)


def _day(written: str) -> dt.date:
    try:
        return dt.datetime.strptime(written.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise QueryError("date_wanted") from None


def _known(slug: str | None, slugs: Collection[str], code: str) -> str | None:
    if slug and slug not in slugs:
        raise QueryError(code)
    return slug or None
