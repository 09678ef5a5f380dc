"""Figures of requests: how many, about what, how soon answered, how long they wait.

A double that was merged counts with the request that goes on in its place.
"""

import datetime as dt
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Row,
    and_,
    case,
    cast,
    column,
    extract,
    func,
    or_,
    select,
    values,
)
from sqlalchemy.orm import Session

from catalog.models import Language, Request, RequestField, RequestStatus, UtcDateTime
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
        by_day=_by_day(session, among, period),
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


def _by_day(session: Session, among: Conditions, period: Period) -> dict[dt.date, int]:
    starts = period.starts(period.step)
    parts = _parts(starts, period.until)
    within = and_(Request.created_at >= parts.c.since, Request.created_at < parts.c.until)
    query = select(parts.c.day, func.count()).join(Request, within).where(*among)
    counted = dict(session.execute(query.group_by(parts.c.day)).all())
    return {start: counted.get(start, 0) for start in starts}


def _parts(starts: list[dt.date], until: dt.date) -> CTE:
    """Each part's first day and bounds: SQLite does not know when a day of Québec begins."""
    rows = [(start, midnight(start), midnight(end)) for start, end in pairwise([*starts, until])]
    instant = UtcDateTime()
    columns = column("day", Date), column("since", instant), column("until", instant)
    return values(*columns).data(rows).cte("parts")


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
    return cast(extract("epoch", instant), BigInteger)


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
