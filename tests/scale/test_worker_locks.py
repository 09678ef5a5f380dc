"""A conversation is with one Rasa worker at a time, and free again once the worker falls."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stack.model import BOT_PYTHON

SCRIPT = Path(__file__).with_name("worker.py")
CONVERSATION = "c1"
PATIENCE_SECONDS = 20


class Worker:
    """A process that takes the lock of a conversation, and holds it until told to leave."""

    def __init__(self, database_url: str, conversation_id: str = CONVERSATION) -> None:
        self.process = subprocess.Popen(
            [BOT_PYTHON, SCRIPT, database_url, conversation_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": "."},
        )
        assert self.tells() == "waits"

    def tells(self) -> str:
        """What it does next, once it does."""
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def database_url(postgresql_cluster) -> Iterator[str]:
    url = postgresql_cluster.create_database()
    yield url
    postgresql_cluster.drop_database(url)


@pytest.fixture
def worker(database_url: str) -> Iterator:
    workers: list[Worker] = []

    def started(**options: str) -> Worker:
        workers.append(Worker(database_url, **options))
        return workers[-1]

    yield started
    for one in workers:
        one.end()


def locks_held(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        return connection.execute(query).fetchone()[0]


def tries(database_url: str) -> str:
    """The times at which the workers last asked for a lock."""
    with psycopg.connect(database_url) as connection:
        query = "SELECT query_start FROM pg_stat_activity WHERE query LIKE '%advisory_lock%'"
        return str(connection.execute(query + " ORDER BY pid").fetchall())


def test_the_second_worker_waits_until_the_first_is_done(worker, database_url: str) -> None:
    first = worker()
    assert first.tells() == "holds"
    second = worker()
    asked = tries(database_url)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while tries(database_url) == asked:
        assert time.monotonic() < deadline, "the second one does not ask again"
    assert locks_held(database_url) == 1
    first.leave()
    assert first.tells() == "left"
    assert second.tells() == "holds"


def test_what_a_killed_worker_held_is_free_at_once(worker, database_url: str) -> None:
    first = worker()
    assert first.tells() == "holds"
    second = worker()
    first.process.kill()
    assert second.tells() == "holds"
    second.leave()
    assert second.tells() == "left"
    assert locks_held(database_url) == 0


def test_another_conversation_does_not_wait(worker) -> None:
    assert worker().tells() == "holds"
    assert worker(conversation_id="c2").tells() == "holds"
