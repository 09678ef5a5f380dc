"""What each purge removed, written in its own transaction."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Purge, PurgeKind


def note_purge(session: Session, kind: PurgeKind, count: int, before: dt.datetime) -> None:
    """Write that `count` things older than `before` were removed; nothing where none was."""
    if count:
        session.add(Purge(kind=kind, count=count, before=before))


def purges(session: Session, limit: int) -> list[Purge]:
    """The latest first."""
    return list(session.scalars(select(Purge).order_by(Purge.id.desc()).limit(limit)))
