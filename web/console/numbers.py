"""Numbers, days and instants as each language writes them in Canada."""

import datetime as dt

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal, format_percent
from starlette_admin.i18n import get_locale

from catalog.promises import QUEBEC


def number(value: float) -> str:
    """With one decimal at most."""
    return format_decimal(value, format="#,##0.#", locale=_locale())


def percent(share: float | None) -> str:
    return "–" if share is None else format_percent(share, locale=_locale())


def date(day: dt.date) -> str:
    return format_date(day, format="long", locale=_locale())


def short_date(day: dt.date) -> str:
    return format_skeleton("MMMd", day, locale=_locale())


def instant(when: dt.datetime) -> str:
    """In Québec's time."""
    return format_datetime(when, "short", QUEBEC, _locale())


def month(day: dt.date) -> str:
    return format_skeleton("yMMM", day, locale=_locale())


def _locale() -> str:
    return f"{get_locale()}_CA"
