"""Back-ups of SQLite: a compact copy of the file, put back through SQLite itself."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine

from catalog.backup.archive import Contents
from catalog.backup.contents import read_contents
from catalog.backup.errors import BackupError
from catalog.database import LOCK_WAIT_SECONDS

BESIDE = ("-wal", "-shm", "-journal")


class SqliteStore:
    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise BackupError("DATABASE_URL names no file: there is nothing to back up")
        self.path = Path(url.database)
        self._fresh = self.path.with_name(f"{self.path.name}.restoring")
        self.fresh_url = f"sqlite:///{self._fresh}"

    def dump(self, path: Path) -> Contents:
        if self.is_empty():
            raise BackupError(f"there is no database at {self.path}: check DATABASE_URL")
        with _told(self.path), _open(self.path) as connection:
            # Unlike a copy of the file's pages, it leaves out what was erased from them.
            connection.execute("VACUUM INTO ?", (str(path),))
        _verify(path)
        return _contents(path)

    def check_idle(self) -> None:
        if self.path.exists():
            with _alone(self.path):
                pass

    def is_empty(self) -> bool:
        if not self.path.exists():
            return True
        with _told(self.path), _open(self.path) as connection:
            return not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()

    def load(self, dump: Path) -> None:
        self.discard()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dump, self._fresh)
        _verify(self._fresh)

    def swap(self) -> None:
        # One transaction of SQLite's: a file moved over another would meet the journal of the
        # former, and whoever has that one open.
        with _alone(self.path) as former, _told(self._fresh), _open(self._fresh) as fresh:
            fresh.backup(former)

    def discard(self) -> None:
        for suffix in ("", *BESIDE):
            Path(f"{self._fresh}{suffix}").unlink(missing_ok=True)


def _open(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=LOCK_WAIT_SECONDS, isolation_level=None))


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that no other program's can join."""
    with _told(path), _open(path) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        # A write-ahead log is left by the last one out alone.
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        yield connection


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors, in words that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise BackupError(f"{path} is in use: stop the service first") from None
        raise BackupError(f"{path}: {error}") from None
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} is damaged ({error}): move it elsewhere") from None


def _verify(path: Path) -> None:
    with _told(path), _open(path) as connection:
        [verdict] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise BackupError(f"{path} is damaged ({verdict})")


def _contents(path: Path) -> Contents:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        return read_contents(connection)
