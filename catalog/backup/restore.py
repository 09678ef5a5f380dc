"""Put a back-up in the place of the database: whole, or not at all."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.backup.archive import Manifest, read_manifest, unpack
from catalog.backup.contents import read_contents
from catalog.backup.errors import BackupError
from catalog.backup.folder import name_of, workplace
from catalog.backup.make import Backup, back_up
from catalog.backup.schema import is_known
from catalog.backup.store import Store, make_store
from catalog.database import make_engine, make_session_factory, migrate
from catalog.erasures import read_ledger, replay
from catalog.models import AccountSession, ReferenceSequence, utc_now
from catalog.promises import QUEBEC
from catalog.settings import Settings

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# More than are filed from a back-up to the next: a reference that a member holds, of a request that
# is lost, must never name another's.
SKIPPED_REFERENCES = 1_000


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    # Of those asked for since, how many were done again.
    erasures: int
    # What was in the place before; None where nothing was.
    former: Backup | None


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Restored:
    """Bring the database back to what it was at a back-up, under the schema of this program.

    Whatever fails, and whenever, the database is the one it was or the one restored.

    Args:
        replace: whether a database that holds anything may be replaced; it is backed up first.

    Raises:
        BackupError: nothing was changed; the message says what to do.
    """
    store = make_store(settings.database_url)
    _check(read_manifest(path), store, path)
    store.check_idle()
    is_empty = store.is_empty()
    if not (is_empty or replace):
        raise BackupError("the database is not empty: --replace backs it up, then replaces it")
    with workplace(settings.backups / f"restoring-{name_of(utc_now())}") as part:
        manifest = unpack(path, part / "dump")
        former = None if is_empty else _keep(settings)
        given = {} if is_empty else _given(settings.database_url)
        try:
            store.load(part / "dump")
            _check_contents(store, manifest, path)
            migrate(store.fresh_url)
            erasures = _settle(settings, store, manifest, given=given)
            store.swap()
        finally:
            store.discard()
    return Restored(manifest, erasures, former)


def _check(manifest: Manifest, store: Store, path: Path) -> None:
    if manifest.kind != store.kind:
        raise BackupError(
            f"{path} was made of {KINDS[manifest.kind]}, and DATABASE_URL is {KINDS[store.kind]}:"
            " restore it where it was made of"
        )
    if not is_known(manifest.contents.revision):
        raise BackupError(
            f"{path} was made by a newer program (schema {manifest.contents.revision}):"
            " update this one, then restore"
        )


def _keep(settings: Settings) -> Backup:
    try:
        return back_up(settings)
    except BackupError as error:
        raise BackupError(
            f"what would be replaced cannot be backed up first ({error}): set it aside under"
            " another name"
        ) from None


def _check_contents(store: Store, manifest: Manifest, path: Path) -> None:
    engine = make_engine(store.fresh_url)
    try:
        with engine.connect() as connection:
            contents = read_contents(connection)
    finally:
        engine.dispose()
    if contents != manifest.contents:
        raise BackupError(f"{path} does not hold what it says: take another copy of it")


def _settle(settings: Settings, store: Store, manifest: Manifest, *, given: dict[int, int]) -> int:
    """Make what was restored fit the present; how many requests were erased again.

    Args:
        given: the last reference number that the replaced database gave, by year.
    """
    sessions = make_session_factory(store.fresh_url)
    try:
        with sessions.begin() as session:
            _skip_references(session, manifest.made_at, given)
            # Sign-ins that were ended since would be open again.
            session.execute(
                update(AccountSession)
                .where(AccountSession.revoked_at.is_(None))
                .values(revoked_at=utc_now())
            )
            made_at = {"made_at": manifest.made_at.isoformat()}
            record(session, None, "restore", "backups", manifest.sha256, after=made_at)
            return replay(session, read_ledger(settings.var_dir), settings.var_dir)
    finally:
        sessions.kw["bind"].dispose()


def _skip_references(session: Session, made_at: dt.datetime, given: dict[int, int]) -> None:
    first, last = (instant.astimezone(QUEBEC).year for instant in (made_at, utc_now()))
    for year in range(first, last + 1):
        sequence = session.get(ReferenceSequence, year)
        restored = sequence.last_number if sequence else 0
        number = max(given.get(year, 0), restored + SKIPPED_REFERENCES)
        session.merge(ReferenceSequence(year=year, last_number=number))


def _given(database_url: str) -> dict[int, int]:
    sessions = make_session_factory(database_url)
    try:
        with sessions.begin() as session:
            query = select(ReferenceSequence.year, ReferenceSequence.last_number)
            return dict(session.execute(query).all())
    finally:
        sessions.kw["bind"].dispose()
