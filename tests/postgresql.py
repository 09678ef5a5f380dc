"""A throw-away PostgreSQL cluster: on loopback, in a temporary folder, gone when the tests end."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.ports import free_port

DEBIAN_BINARIES = Path("/usr/lib/postgresql")
SUPERUSER = "postgres"
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2**30
PORT_TRIES = 3
# Nothing in a throw-away cluster needs to survive a crash of the machine.
SPEED = "-F -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"


class PostgresqlMissing(Exception):
    """PostgreSQL's server is not installed; the message says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A running server, to which any local process may connect."""

    port: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of `template`."""
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of `url`, whoever is still connected to it."""
        self._execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """A new cluster, stopped and removed on leaving.

    Raises:
        PostgresqlMissing: the server's programs are not installed.
    """
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_memory()))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SUPERUSER)
        data = folder / "data"
        _run(
            folder,
            *(binaries / "initdb", "-D", data, "-U", SUPERUSER),
            *("-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"),
        )
        try:
            yield Cluster(_start(binaries, folder, data))
        finally:
            if (data / "postmaster.pid").exists():
                _run(folder, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def find_binaries() -> Path:
    """The folder of the newest server installed."""
    installed = [path.parent for path in DEBIAN_BINARIES.glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgresqlMissing("the tests need PostgreSQL's server: apt-get install postgresql")


def _memory() -> Path | None:
    """The file system in memory, where a copy of a database takes a tenth of the time."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
    return MEMORY if roomy and os.access(MEMORY, os.W_OK) else None


def _start(binaries: Path, folder: Path, data: Path) -> int:
    """Start the server and return its port; another program may take a free port before us."""
    for tries_left in reversed(range(PORT_TRIES)):
        port = free_port()
        options = f"-h 127.0.0.1 -p {port} -k {folder} {SPEED}"
        try:
            _run(
                folder,
                *(binaries / "pg_ctl", "-D", data, "-l", folder / "server.log"),
                *("-o", options, "-w", "start"),
            )
        except RuntimeError:
            if not tries_left:
                raise
        else:
            break
    return port


def _run(folder: Path, *command: str | Path) -> None:
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", SUPERUSER, "--"] if os.geteuid() == 0 else []
    # The server keeps the streams of the program that starts it: a pipe would never end.
    with (folder / "commands.log").open("ab+") as log:
        done = subprocess.run([*user, *command], cwd=folder, stdout=log, stderr=log)
        if done.returncode:
            log.seek(0)
            said = log.read().decode(errors="replace")
            raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{said}")
