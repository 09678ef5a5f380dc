"""Requests as CSV: every spreadsheet reads them, and none runs what a member wrote."""

import csv
import datetime as dt
import io

import pytest
from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.export import COLUMNS, write_csv
from catalog.models import Request
from catalog.requests import file_requests
from tests.catalog.drafts import draft

HARD = 'Œufs, "crème"; 🚂\nLigne 2\r\nLigne 3\ttab'


def exported(requests: list[Request]) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    write_csv(requests, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_each_column_of_a_request_reads_back(sessions: SessionFactory, clock) -> None:
    clock.set("2026-05-01T12:00:00+00:00")
    details = {
        "contact_phone": "418 555-0123",
        "region_code": "12",
        "pole_slug": "laval",
        "deadline": dt.date(2026, 3, 15),
        "urgency": "urgent",
        "budget": "5 000 $, ou moins",
    }
    file_requests(sessions, [draft(description=HARD, organisation_name="Coop « A », B", **details)])
    with sessions() as session:
        [row] = exported(list(session.scalars(select(Request))))
    assert row == {
        "reference": "C-2026-00001",
        "created_at": "2026-05-01 12:00:00+00:00",
        "status": "received",
        "language": "fr",
        "organisation_name": "Coop « A », B",
        "organisation_kind": "cooperative",
        "member_standing": "member",
        "contact_name": "Marie Tremblay",
        "contact_email": "marie@erables.example",
        "contact_phone": "418 555-0123",
        "region_code": "12",
        "pole_slug": "laval",
        "deadline": "2026-03-15",
        "urgency": "urgent",
        "budget": "5 000 $, ou moins",
        "description": HARD,
        "fields": "accounting governance",
    }


def test_without_a_request_there_are_still_the_names_of_the_columns() -> None:
    stream = io.StringIO(newline="")
    write_csv([], stream)
    assert stream.getvalue() == ",".join([*COLUMNS, "fields"]) + "\r\n"


def test_what_is_not_given_is_an_empty_cell() -> None:
    [row] = exported([Request(reference="C-2026-00001")])
    assert row["budget"] == row["deadline"] == row["fields"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=ascii)
@pytest.mark.parametrize("column", ["organisation_name", "contact_name", "description", "budget"])
def test_a_spreadsheet_takes_no_words_for_a_formula(start: str, column: str) -> None:
    [row] = exported([Request(**{column: f"{start}cmd|' /C calc'!A0"})])
    assert row[column] == f"'{start}cmd|' /C calc'!A0"


def test_a_sign_inside_words_is_left_alone() -> None:
    [row] = exported([Request(description="1 + 1 = 2 - @marie")])
    assert row["description"] == "1 + 1 = 2 - @marie"
