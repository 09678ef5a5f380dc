"""Make a back-up of the database while it serves."""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from catalog.backup.archive import Manifest, digest, write_archive
from catalog.backup.errors import BackupError
from catalog.backup.folder import is_due, name_of, remove_old, workplace
from catalog.backup.store import make_store
from catalog.database import SessionFactory
from catalog.last_runs import record_run
from catalog.models import Job, PurgeKind, utc_now
from catalog.purge_records import note_purge
from catalog.settings import Settings
from catalog.sole import sole

DUTY = "backup"


@dataclass(frozen=True)
class Backup:
    path: Path
    manifest: Manifest


def back_up(settings: Settings, path: Path | None = None) -> Backup:
    """Write all that was committed when it began to `path`: the whole file appears, or none.

    Args:
        path: by default, a file of the folder of back-ups that is named by the instant.

    Raises:
        BackupError: `path` exists, or the database cannot be read.
    """
    made_at = utc_now()
    path = path or settings.backups / name_of(made_at)
    if path.exists():
        raise BackupError(f"{path} exists: give another name, or none")
    store = make_store(settings.database_url)
    with workplace(path) as part:
        dump, archive = part / "dump", part / "archive"
        contents = store.dump(dump)
        manifest = Manifest(
            made_at=made_at, kind=store.kind, contents=contents, sha256=digest(dump)
        )
        write_archive(archive, dump, manifest)
        archive.chmod(0o600)
        _synchronize(archive)
        archive.replace(path)
        _synchronize(path.parent)
    return Backup(path, manifest)


def remove_old_backups(sessions: SessionFactory, settings: Settings) -> int:
    """Remove the back-ups past BACKUP_DAYS, and write how many that were."""
    before = utc_now() - dt.timedelta(days=settings.backup_days)
    removed = remove_old(settings.backups, before)
    with sessions.begin() as session:
        note_purge(session, PurgeKind.BACKUPS, removed, before)
    return removed


def back_up_if_due(sessions: SessionFactory, settings: Settings) -> Backup | None:
    """Make a back-up where the last one is older than BACKUP_HOURS, and no other process is at it.

    Raises:
        BackupError: the database cannot be read.
    """
    with sole(sessions, DUTY) as is_sole:
        if not (is_sole and is_due(settings.backups, settings.backup_hours)):
            return None
        backup = back_up(settings)
    with sessions.begin() as session:
        record_run(session, Job.BACKUP)
    return backup


def _synchronize(path: Path) -> None:
    """Have what was written to `path`, a file or a folder, outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
