"""What a database holds, as one transaction sees it."""

from sqlalchemy import Connection, func, inspect, select, table, text

from catalog.backup.archive import Contents
from catalog.backup.errors import BackupError

REVISION = "alembic_version"


def read_contents(connection: Connection) -> Contents:
    """Of the catalog's tables and of Rasa's, which share the database.

    Raises:
        BackupError: the catalog is not there.
    """
    names = inspect(connection).get_table_names()
    if REVISION not in names:
        raise BackupError("the database holds no catalog: check DATABASE_URL, then `migrate`")
    return Contents(
        revision=connection.scalar(text(f"SELECT version_num FROM {REVISION}")),
        rows={
            name: connection.scalar(select(func.count()).select_from(table(name)))
            for name in sorted(names)
            if name != REVISION
        },
    )
