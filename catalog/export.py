"""Requests as CSV, for a spreadsheet."""

import csv
import re
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
# Where a spreadsheet may take a cell to start: a French one parts cells at semicolons, whatever
# stands in quotes, as a pasted table does at tabs.
FORMULA_START = re.compile(
    r"\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=[ \"]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)


def write_csv(requests: Iterable[Request], stream: TextIO) -> None:
    writer = csv.writer(stream)
    writer.writerow([*COLUMNS, "fields"])
    for request in requests:
        values = [getattr(request, column) for column in COLUMNS]
        values.append(" ".join(row.field_slug for row in request.fields))
        writer.writerow([harmless(value) for value in values])


def harmless(value: object) -> str:
    """The value as text that no spreadsheet will run as a formula."""
    return FORMULA_START.sub("'", "" if value is None else str(value))
