"""The answer promised to a member: 24 hours of working days, as Québec's calendar has them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.promises import QUEBEC, answer_due

INSTANTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC))


def due(filed: str) -> str:
    """When the answer is due; both as a clock on a wall in Québec shows them."""
    at = answer_due(dt.datetime.fromisoformat(filed).replace(tzinfo=QUEBEC))
    return f"{at.astimezone(QUEBEC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        ("2026-06-08 10:00", "2026-06-09 10:00"),
        ("2026-06-09 02:30", "2026-06-10 02:30"),
        ("2026-06-11 23:59", "2026-06-12 23:59"),
        ("2026-06-12 00:00", "2026-06-13 00:00"),
        ("2026-06-12 00:01", "2026-06-15 00:01"),
        ("2026-06-12 15:00", "2026-06-15 15:00"),
        ("2026-06-12 23:59", "2026-06-15 23:59"),
        ("2026-06-13 00:00", "2026-06-16 00:00"),
        ("2026-06-14 23:59", "2026-06-16 00:00"),
        ("2026-06-15 00:00", "2026-06-16 00:00"),
    ],
)
def test_the_hours_of_a_weekend_do_not_count(filed: str, expected: str) -> None:
    assert due(filed) == expected


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        pytest.param("2025-12-31 15:00", "2026-01-02 15:00", id="new year"),
        pytest.param("2026-04-02 15:00", "2026-04-06 15:00", id="good friday"),
        pytest.param("2026-05-15 15:00", "2026-05-19 15:00", id="patriots"),
        pytest.param("2026-06-23 15:00", "2026-06-25 15:00", id="24 june"),
        pytest.param("2026-06-30 15:00", "2026-07-02 15:00", id="1 july"),
        pytest.param("2026-09-04 15:00", "2026-09-08 15:00", id="labour"),
        pytest.param("2026-10-09 15:00", "2026-10-13 15:00", id="thanksgiving"),
        pytest.param("2026-12-24 15:00", "2026-12-28 15:00", id="christmas"),
        pytest.param("2029-06-22 15:00", "2029-06-26 15:00", id="24 june on a sunday"),
        pytest.param("2029-06-29 15:00", "2029-07-03 15:00", id="1 july on a sunday"),
        pytest.param("2026-06-24 10:00", "2026-06-26 00:00", id="filed on a holiday"),
        pytest.param("2026-09-07 23:30", "2026-09-09 00:00", id="filed on its night"),
    ],
)
def test_the_hours_of_a_holiday_do_not_count(filed: str, expected: str) -> None:
    assert due(filed) == expected


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        pytest.param("2026-02-13 15:00", "2026-02-16 15:00", id="family day"),
        pytest.param("2026-07-31 15:00", "2026-08-03 15:00", id="civic holiday"),
        pytest.param("2026-09-29 15:00", "2026-09-30 15:00", id="reconciliation"),
        pytest.param("2026-11-10 15:00", "2026-11-11 15:00", id="remembrance"),
        pytest.param("2025-12-24 15:00", "2025-12-26 15:00", id="boxing day"),
    ],
)
def test_a_holiday_of_others_is_a_working_day(filed: str, expected: str) -> None:
    assert due(filed) == expected


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        pytest.param("2026-03-06T20:00Z", "2026-03-09T19:00Z", id="over the spring change"),
        pytest.param("2026-03-08T06:59Z", "2026-03-10T04:00Z", id="before it"),
        pytest.param("2026-03-08T07:00Z", "2026-03-10T04:00Z", id="after it"),
        pytest.param("2026-10-30T19:00Z", "2026-11-02T20:00Z", id="over the autumn change"),
        pytest.param("2026-11-01T05:30Z", "2026-11-03T05:00Z", id="the first 1:30"),
        pytest.param("2026-11-01T06:30Z", "2026-11-03T05:00Z", id="the second 1:30"),
    ],
)
def test_a_change_of_the_clocks_moves_no_answer(filed: str, expected: str) -> None:
    at = answer_due(dt.datetime.fromisoformat(filed))
    assert at == dt.datetime.fromisoformat(expected)
    assert at.tzinfo is dt.UTC


def test_the_day_is_that_of_quebec_wherever_the_clock_is() -> None:
    friday_evening, monday_evening = "2026-06-13T01:00+00:00", "2026-06-16T01:00+00:00"
    for offset in (0, 9, -8):
        filed = dt.datetime.fromisoformat(friday_evening)
        at = answer_due(filed.astimezone(dt.timezone(dt.timedelta(hours=offset))))
        assert at == dt.datetime.fromisoformat(monday_evening)


@settings(derandomize=True, deadline=None, database=None)
@given(INSTANTS, INSTANTS)
def test_who_files_first_is_promised_no_later(one: dt.datetime, other: dt.datetime) -> None:
    first, second = sorted((one, other))
    assert answer_due(first) <= answer_due(second)


@settings(derandomize=True, deadline=None, database=None)
@given(INSTANTS)
def test_the_last_hour_promised_is_one_of_work(filed: dt.datetime) -> None:
    at = answer_due(filed)
    assert at - filed >= dt.timedelta(hours=24)
    assert (at - dt.timedelta(microseconds=1)).astimezone(QUEBEC).weekday() < 5
