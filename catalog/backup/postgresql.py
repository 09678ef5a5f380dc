"""Back-ups of PostgreSQL: by its own programs, restored into a database that takes the name."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.errors import InsufficientPrivilege, ObjectInUse
from psycopg.pq import Conninfo
from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from catalog.backup.archive import Contents
from catalog.backup.contents import read_contents
from catalog.backup.errors import BackupError
from catalog.database import make_engine

# From which others are made and renamed: every server has it.
MAINTENANCE = "postgres"
# Names are cut at 63 bytes, where one that is longer would be another database's.
LONGEST_PREFIX = 50
LOCK_WAIT = "60s"

IN_USE = "the database is in use: stop the service first"
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


class PostgresqlStore:
    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = url.database or url.username or MAINTENANCE
        prefix = self.name.encode()[:LONGEST_PREFIX].decode(errors="ignore")
        self._fresh = f"{prefix}__restoring"
        self._former = f"{prefix}__replaced"
        self.fresh_url = self._url(self._fresh).render_as_string(hide_password=False)

    def dump(self, path: Path) -> Contents:
        with _connected(self.url) as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            self._check_program("pg_dump", connection)
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            contents = read_contents(connection)
            self._run(
                *("pg_dump", "--format=custom", "--no-owner", "--no-privileges"),
                *(f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}", f"--file={path}"),
            )
        return contents

    def check_idle(self) -> None:
        with self._maintenance() as connection:
            if connection.scalar(OTHERS, {"name": self.name}):
                raise BackupError(IN_USE)

    def is_empty(self) -> bool:
        with self._maintenance() as connection:
            if not _exists(connection, self.name):
                return True
        with _connected(self.url) as connection:
            return not inspect(connection).get_table_names()

    def load(self, dump: Path) -> None:
        with self._maintenance() as connection:
            self._check_program("pg_restore", connection)
            _drop(connection, self._fresh)
            with _told():
                name = _quoted(connection, self._fresh)
                connection.exec_driver_sql(
                    f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
                )
        self._run(
            *("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges"),
            *(f"--dbname={self._fresh}", str(dump)),
        )

    def swap(self) -> None:
        with self._maintenance() as connection:
            _drop(connection, self._former)
        with _connected(self._url(MAINTENANCE)) as connection, _told(), connection.begin():
            if _exists(connection, self.name):
                _rename(connection, self.name, self._former)
            _rename(connection, self._fresh, self.name)
        with self._maintenance() as connection:
            _drop(connection, self._former)

    def discard(self) -> None:
        with self._maintenance() as connection:
            _drop(connection, self._fresh)

    def _url(self, name: str) -> URL:
        return self.url.set(database=name)

    @contextmanager
    def _maintenance(self) -> Iterator[Connection]:
        with _connected(self._url(MAINTENANCE)) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def _check_program(self, program: str, connection: Connection) -> None:
        """An older program does not know a newer server's tables."""
        [server, *_] = connection.dialect.server_version_info
        package = f"install postgresql-client-{server}, then try again"
        if not shutil.which(program):
            raise BackupError(f"{program} is not there: {package}")
        version = re.search(r"\) (\d+)", self._run(program, "--version"))
        if not version or int(version[1]) < server:
            raise BackupError(f"{program} is older than the server, {server}: {package}")

    def _run(self, program: str, *args: str) -> str:
        done = subprocess.run(
            [program, *args],
            env=self._environment(),
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise BackupError(f"{program} failed: {_reason(done.stderr)}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Where to connect: other people of the machine can read command lines."""
        variables = {option.keyword: option.envvar for option in Conninfo.get_defaults()}
        given = self.url.translate_connect_args(username="user", database="dbname")
        named = {
            variables[keyword.encode()].decode(): str(value)
            for keyword, value in (given | dict(self.url.query)).items()
            if variables.get(keyword.encode())
        }
        # What they say is read here.
        return {**os.environ, **named, "LC_ALL": "C"}


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = make_engine(url.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, ObjectInUse):
            raise BackupError(IN_USE) from None
        if isinstance(error.orig, InsufficientPrivilege):
            raise BackupError(
                "the user of DATABASE_URL may not make a database, nor own this one: as the"
                " server’s administrator, ALTER ROLE … CREATEDB, for as long as it takes"
            ) from None
        raise


def _exists(connection: Connection, name: str) -> bool:
    query = text("SELECT 1 FROM pg_database WHERE datname = :name")
    return connection.scalar(query, {"name": name}) is not None


def _rename(connection: Connection, name: str, other: str) -> None:
    names = _quoted(connection, name), _quoted(connection, other)
    connection.exec_driver_sql("ALTER DATABASE {} RENAME TO {}".format(*names))


def _drop(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(connection, name)} WITH (FORCE)")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _reason(said: str) -> str:
    """What a program said that failed, but for what it quotes of the rows."""
    lines = said.strip().splitlines() or ["it does not say why"]
    first = next((line for line in lines if "error:" in line), lines[0])
    reason = first.partition("error: ")[2] or first
    return re.sub(r'(COPY failed for table "\w+"): .*', r"\1", reason)
