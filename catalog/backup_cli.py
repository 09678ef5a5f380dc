"""`python -m catalog backup` and `restore`: the database in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from catalog.backup.archive import Manifest
from catalog.backup.make import back_up, remove_old_backups
from catalog.backup.restore import restore
from catalog.backup.schema import is_latest
from catalog.database import make_session_factory
from catalog.last_runs import record_run
from catalog.models import Job
from catalog.settings import get_settings


def backup_command(
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="By default, one of BACKUP_DIR.")
    ] = None,
) -> None:
    """Back up the database while it serves, and remove the back-ups past BACKUP_DAYS."""
    settings = get_settings()
    backup = back_up(settings, path)
    removed = 0
    # Before an upgrade, the database has no place yet for what is written of it.
    if is_latest(backup.manifest.contents.revision):
        sessions = make_session_factory(settings.database_url)
        with sessions.begin() as session:
            record_run(session, Job.BACKUP)
        removed = remove_old_backups(sessions, settings)
    older = f"; {removed} older one(s) removed" if removed else ""
    typer.echo(f"{backup.path}: {_summary(backup.manifest)}{older}.")


def restore_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A back-up.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Back up the database that is there, and replace it.")
    ] = False,
) -> None:
    """Bring the database back to a back-up; the service must be stopped."""
    restored = restore(get_settings(), path, replace=replace)
    former = f"; what was there is in {restored.former.path}" if restored.former else ""
    typer.echo(
        f"Restored {_summary(restored.manifest)}, as of"
        f" {restored.manifest.made_at:%Y-%m-%d %H:%M} UTC; {restored.erasures} erasure(s) done"
        f" again{former}."
    )


def _summary(manifest: Manifest) -> str:
    contents = manifest.contents
    return f"{contents.rows.get('requests', 0)} request(s), schema {contents.revision}"
