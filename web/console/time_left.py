"""How long until an answer is due, in words."""

import datetime as dt

from sqlalchemy import ColumnElement, and_

from catalog.models import Request, RequestStatus
from catalog.request_figures import WAITING
from web.console.texts import text

DONE = (RequestStatus.ANSWERED, RequestStatus.CLOSED)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def time_left(request: Request, now: dt.datetime) -> str | None:
    """What is left of the promised time, or by how much it is past; None once answered."""
    if request.answer_due_at is None or request.first_answered_at or request.status in DONE:
        return None
    left = request.answer_due_at - now
    key = "time_late" if left < dt.timedelta() else "time_left"
    return text(key, duration=_duration(abs(left)))


def late_at(now: dt.datetime) -> ColumnElement[bool]:
    """Of which requests the promised time is past, without an answer."""
    return and_(
        Request.answer_due_at < now,
        Request.first_answered_at.is_(None),
        Request.status.in_(WAITING),
    )


def is_late(request: Request, now: dt.datetime) -> bool:
    return bool(time_left(request, now)) and request.answer_due_at < now


def _duration(length: dt.timedelta) -> str:
    if length >= 2 * DAY:
        return text("duration_days", count=length // DAY)
    if length >= HOUR:
        return text("duration_hours", count=length // HOUR)
    return text("duration_minutes", count=max(1, length // dt.timedelta(minutes=1)))
