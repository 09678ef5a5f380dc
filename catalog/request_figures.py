"""Figures of requests: how many, about what, how soon answered, how long they wait.

A double that was merged counts with the request that goes on in its place.
"""

import datetime as dt
from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Row,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

from catalog.models import Language, Request, RequestField, RequestStatus
from catalog.periods import Period, midnight
from catalog.promises import DAY

WAITING = (RequestStatus.TO_QUALIFY, RequestStatus.RECEIVED, RequestStatus.IN_PROGRESS)
# Ages at which a request that waits passes into the next group.
AGES = (1 * DAY, 3 * DAY, 7 * DAY, 30 * DAY)
SECONDS_PER_HOUR = 3600
GRAIN_SECONDS = 360

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Delays:
    """Hours from filing to the first answer, nights and weekends included; None without one.

    Of the `promised` answers that were given or are overdue, `kept` came within the promised
    working hours.
    """

    answered: int
    median: float | None
    ninth_decile: float | None
    promised: int
    kept: int


@dataclass(frozen=True)
class Waiting:
    """Open requests: how many in each group of `AGES`, the youngest first, and how many of all
    have had no answer within the promised time."""

    by_age: tuple[int, ...]
    overdue: int


@dataclass(frozen=True)
class RequestFigures:
    """`by_day` has an entry for each part of the period, by the day at which it begins."""

    by_day: dict[dt.date, int]
    by_language: Counter[Language]
    by_status: Counter[RequestStatus]
    by_pole: Counter[str | None]
    by_field: Counter[str | None]
    delays: Delays
    waiting: Waiting

    @property
    def total(self) -> int:
        return self.by_language.total()


def request_figures(
    session: Session,
    period: Period,
    now: dt.datetime,
    pole_slug: str | None,
    field_slug: str | None,
) -> RequestFigures:
    """Figures of what was filed in `period`, and of what waits at `now`."""
    among = _among(pole_slug, field_slug)
    since, until = period.instants()
    filed = [*among, Request.created_at >= since, Request.created_at < until]
    groups = _groups(session, filed, now)
    return RequestFigures(
        by_day=_by_day(session, filed, period),
        by_language=_counted(groups, "language"),
        by_status=_counted(groups, "status"),
        by_pole=_counted(groups, "pole_slug"),
        by_field=_counted(groups, "field_slug"),
        delays=_delays(session, filed, groups),
        waiting=_waiting(session, among, now),
    )


def _among(pole_slug: str | None, field_slug: str | None) -> Conditions:
    conditions: Conditions = [Request.merged_into_id.is_(None)]
    if pole_slug:
        conditions.append(Request.pole_slug == pole_slug)
    if field_slug:
        mainly = and_(RequestField.rank == 1, RequestField.field_slug == field_slug)
        conditions.append(Request.fields.any(mainly))
    return conditions


def _by_day(session: Session, filed: Conditions, period: Period) -> dict[dt.date, int]:
    starts = period.starts(period.step)
    # By the hour, at which every day of Québec begins: SQLite does not know when one does.
    hour = (_epoch(Request.created_at) // SECONDS_PER_HOUR).label("hour")
    first_hours = [int(midnight(start).timestamp()) // SECONDS_PER_HOUR for start in starts]
    counted = dict.fromkeys(starts, 0)
    for at, count in session.execute(select(hour, func.count()).where(*filed).group_by(hour)):
        counted[starts[bisect(first_hours, at) - 1]] += count
    return counted


def _groups(session: Session, filed: Conditions, now: dt.datetime) -> Sequence[Row]:
    """Requests by all that has few values, in one reading, with promises made and kept."""
    answered = Request.first_answered_at.is_not(None)
    is_overdue = and_(Request.status.in_(WAITING), Request.answer_due_at < now)
    promised = and_(Request.answer_due_at.is_not(None), or_(answered, is_overdue))
    kept = Request.first_answered_at <= Request.answer_due_at
    is_main = and_(RequestField.request_id == Request.id, RequestField.rank == 1)
    keys = (Request.language, Request.status, Request.pole_slug, RequestField.field_slug)
    query = (
        select(
            *keys,
            func.count().label("requests"),
            _how_many(promised).label("promised"),
            _how_many(kept).label("kept"),
        )
        .select_from(Request)
        .outerjoin(RequestField, is_main)
        .where(*filed)
        .group_by(*keys)
    )
    return session.execute(query).all()


def _counted(groups: Sequence[Row], name: str) -> Counter:
    counted: Counter = Counter()
    for group in groups:
        counted[getattr(group, name)] += group.requests
    return counted


def _delays(session: Session, filed: Conditions, groups: Sequence[Row]) -> Delays:
    took = _epoch(Request.first_answered_at) - _epoch(Request.created_at)
    # By so short times that a percentile is exact enough: to sort every delay takes twice as long.
    time = (took // GRAIN_SECONDS).label("time")
    answered = Request.first_answered_at.is_not(None)
    query = select(time, func.count()).where(*filed, answered).group_by(time).order_by(time)
    counts = session.execute(query).all()
    return Delays(
        answered=sum(count for _, count in counts),
        median=_hours(counts, tenths=5),
        ninth_decile=_hours(counts, tenths=9),
        promised=sum(group.promised for group in groups),
        kept=sum(group.kept for group in groups),
    )


def _epoch(instant: ColumnElement) -> ColumnElement[int]:
    return cast(_Epoch(instant), BigInteger)


class _Epoch(GenericFunction):
    """Seconds since 1970."""

    type = Double()
    inherit_cache = True


@compiles(_Epoch)
def _extract_epoch(function: _Epoch, compiler: Any, **options: Any) -> str:
    return compiler.process(extract("epoch", *function.clauses), **options)


@compiles(_Epoch, "postgresql")
def _epoch_of_postgresql(function: _Epoch, compiler: Any, **options: Any) -> str:
    # In half the time: what EXTRACT gives has all the digits that one could want.
    return compiler.process(func.date_part(literal_column("'epoch'"), *function.clauses), **options)


def _hours(counts: Sequence[Row], tenths: int) -> float | None:
    """Hours within which `tenths` of the delays lie; `counts` is in order of time."""
    up_to = list(accumulate(count for _, count in counts))
    if not up_to:
        return None
    rank = (tenths * up_to[-1] + 9) // 10
    time, _ = counts[bisect_left(up_to, rank)]
    return time * GRAIN_SECONDS / SECONDS_PER_HOUR


def _waiting(session: Session, among: Conditions, now: dt.datetime) -> Waiting:
    bounds = [None, *(now - age for age in AGES), None]
    groups = [_how_many(_between(oldest, youngest)) for youngest, oldest in pairwise(bounds)]
    is_overdue = and_(Request.answer_due_at < now, Request.first_answered_at.is_(None))
    query = select(*groups, _how_many(is_overdue)).where(*among, Request.status.in_(WAITING))
    *by_age, overdue = session.execute(query).one()
    return Waiting(tuple(by_age), overdue)


def _between(oldest: dt.datetime | None, youngest: dt.datetime | None) -> ColumnElement[bool]:
    filed = Request.created_at
    after = [filed > oldest] if oldest else []
    before = [filed <= youngest] if youngest else []
    return and_(*after, *before)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
