"""What back-ups ask of a database, SQLite or PostgreSQL."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from catalog.backup.archive import Contents, Kind
from catalog.backup.postgresql import PostgresqlStore
from catalog.backup.sqlite import SqliteStore


class Store(Protocol):
    """The database of the settings, and the fresh one beside it where a back-up is restored."""

    kind: Kind
    fresh_url: str

    def dump(self, path: Path) -> Contents:
        """Write all that is committed at one instant to `path`; what it holds.

        Raises:
            BackupError: it cannot be read.
        """

    def check_idle(self) -> None:
        """
        Raises:
            BackupError: another program is in the database.
        """

    def is_empty(self) -> bool: ...

    def load(self, dump: Path) -> None:
        """Make the fresh database, and fill it from `dump`.

        Raises:
            BackupError: it cannot be made, or the dump cannot be read.
        """

    def swap(self) -> None:
        """Have the fresh database take the place of the other, at one instant.

        Raises:
            BackupError: another program is in the database.
        """

    def discard(self) -> None:
        """Remove the fresh database, if it is there."""


def make_store(database_url: str) -> Store:
    url = make_url(database_url)
    return PostgresqlStore(url) if url.get_backend_name() == "postgresql" else SqliteStore(url)
