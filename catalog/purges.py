"""Remove all that is past its term, and write what was removed."""

import datetime as dt
from pathlib import Path

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import aliased

from catalog.backup.make import remove_old_backups
from catalog.database import SessionFactory
from catalog.forgetting import GONE, forget_people, remove_files
from catalog.log_files import remove_old_logs, rotate_logs
from catalog.models import (
    AccountSession,
    OutboxMessage,
    PurgeKind,
    Request,
    RequestStatus,
    StatusChange,
    utc_now,
)
from catalog.purge_records import note_purge
from catalog.retention import purge
from catalog.settings import Settings
from catalog.shredding import shred
from catalog.sole import sole
from catalog.traces import forget_views, names_of

DUTY = "purge"
BATCH = 500


def purge_all(sessions: SessionFactory, settings: Settings) -> dict[PurgeKind, int]:
    """Remove what is past the terms of `settings`, in short transactions; how many of each kind.

    Nothing is removed, nor told, while another process is at it.
    """
    with sole(sessions, DUTY) as is_sole:
        return _purge_each(sessions, settings) if is_sole else {}


def _purge_each(sessions: SessionFactory, settings: Settings) -> dict[PurgeKind, int]:
    var_dir = settings.var_dir
    return {
        PurgeKind.CONVERSATIONS: purge(sessions, settings.conversation_days),
        PurgeKind.REQUESTS: _purge_requests(sessions, settings.request_days, var_dir),
        PurgeKind.EMAILS: _purge_emails(sessions, settings.outbox_days, var_dir),
        PurgeKind.SESSIONS: _purge_sessions(sessions, settings.sign_in_days),
        PurgeKind.LOGS: _purge_logs(sessions, settings.log_days, var_dir / "log"),
        PurgeKind.BACKUPS: remove_old_backups(sessions, settings),
    }


def _purge_requests(sessions: SessionFactory, days: int, var_dir: Path) -> int:
    """Take the person out of requests closed for `days`."""
    before, forgotten = _ago(days), 0
    while True:
        with sessions.begin() as session:
            requests = session.scalars(_closed_since(before)).all()
            forget_views(session, names_of(requests))
            forget_people(session, requests, var_dir)
            note_purge(session, PurgeKind.REQUESTS, len(requests), before)
        forgotten += len(requests)
        if len(requests) < BATCH:
            return forgotten


def _closed_since(before: dt.datetime) -> Select[tuple[Request]]:
    closed_at = (
        select(func.max(StatusChange.changed_at))
        .where(
            StatusChange.request_id == Request.id, StatusChange.to_status == RequestStatus.CLOSED
        )
        .scalar_subquery()
    )
    kept = aliased(Request)
    # A double waits for the request that goes on in its place.
    goes_on = (
        select(kept.id)
        .where(kept.id == Request.merged_into_id, kept.status != RequestStatus.CLOSED)
        .exists()
    )
    return (
        select(Request)
        .where(Request.status == RequestStatus.CLOSED, Request.erased_at.is_(None))
        # What was filed since can't have been closed before: the index leaves little to look at.
        .where(Request.created_at < before, closed_at < before, ~goes_on)
        .order_by(Request.id)
        .limit(BATCH)
        .with_for_update(of=Request, skip_locked=True)
    )


def _purge_emails(sessions: SessionFactory, days: int, var_dir: Path) -> int:
    """Empty the e-mails sent `days` ago; to whom and when they left stays with the request."""
    before, emptied = _ago(days), 0
    while True:
        with sessions.begin() as session:
            query = (
                select(OutboxMessage.id)
                .where(OutboxMessage.sent_at < before, OutboxMessage.body != GONE)
                .limit(BATCH)
            )
            ids = session.scalars(query).all()
            shred(session)
            session.execute(
                update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(body=GONE)
            )
            remove_files(session, ids, var_dir)
            note_purge(session, PurgeKind.EMAILS, len(ids), before)
        emptied += len(ids)
        if len(ids) < BATCH:
            return emptied


def _purge_sessions(sessions: SessionFactory, days: int) -> int:
    """Remove the sign-ins that ended `days` ago."""
    before = _ago(days)
    with sessions.begin() as session:
        ended = delete(AccountSession).where(AccountSession.expires_at < before)
        count = session.execute(ended).rowcount
        note_purge(session, PurgeKind.SESSIONS, count, before)
    return count


def _purge_logs(sessions: SessionFactory, days: int, folder: Path) -> int:
    before = _ago(days)
    rotate_logs(folder)
    count = remove_old_logs(folder, before)
    with sessions.begin() as session:
        note_purge(session, PurgeKind.LOGS, count, before)
    return count


def _ago(days: int) -> dt.datetime:
    return utc_now() - dt.timedelta(days=days)
