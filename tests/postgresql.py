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
DURABLE = "-F -c full_page_writes=off -c shared_buffers=32MB"
# Nor, in most, of the server.
SPEED = f"{DURABLE} -c synchronous_commit=off"


class PostgresqlMissing(Exception):
    """PostgreSQL's server is not installed; the message says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A running server, to which any local process may connect."""

    port: int
    folder: Path
    binaries: Path
    options: str

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

    @property
    def is_running(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} {self.options}"
        log = self.folder / "server.log"
        self._control("-l", log, "-o", options, "-w", "start")

    def stop_at_once(self) -> None:
        """Stop as if the server were killed: what was committed is found again at its start."""
        self._control("-m", "immediate", "-w", "stop")

    def _control(self, *arguments: str | Path) -> None:
        _run(self.folder, self.binaries / "pg_ctl", "-D", self.folder / "data", *arguments)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def throwaway_cluster(options: str = SPEED) -> Iterator[Cluster]:
    """A new cluster with `options` of its server, stopped and removed on leaving.

    Raises:
        PostgresqlMissing: the server's programs are not installed.
    """
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_memory()))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SUPERUSER)
        _run(
            folder,
            *(binaries / "initdb", "-D", folder / "data", "-U", SUPERUSER),
            *("-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"),
        )
        cluster = _start(folder, binaries, options)
        try:
            yield cluster
        finally:
            if cluster.is_running:
                cluster.stop_at_once()
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


def _start(folder: Path, binaries: Path, options: str) -> Cluster:
    """Start the server; another program may take a free port before us."""
    for tries_left in reversed(range(PORT_TRIES)):
        cluster = Cluster(free_port(), folder, binaries, options)
        try:
            cluster.start()
        except RuntimeError:
            if not tries_left:
                raise
        else:
            break
    return cluster


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
