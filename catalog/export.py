"""Requests as CSV, for a spreadsheet."""

import csv
from collections.abc import Iterable
from typing import TextIO

from catalog.models import Request

COLUMNS = (
    "reference",
    "created_at",
    "status",
    "language",
    "organisation_name",
    "organisation_kind",
    "member_standing",
    "contact_name",
    "contact_email",
    "contact_phone",
    "region_code",
    "pole_slug",
    "deadline",
    "urgency",
    "budget",
    "description",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(requests: Iterable[Request], stream: TextIO) -> None:
    writer = csv.writer(stream)
    writer.writerow([*COLUMNS, "fields"])
    for request in requests:
        values = [getattr(request, column) for column in COLUMNS]
        values.append(" ".join(row.field_slug for row in request.fields))
        writer.writerow([_harmless(value) for value in values])


def _harmless(value: object) -> str:
    """The value as text that no spreadsheet will run as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
