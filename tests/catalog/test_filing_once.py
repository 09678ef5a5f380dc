"""A retry, a double tap, two processes at once or a crash: exactly one request, or none."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from catalog.database import SessionFactory
from catalog.requests import file_requests
from tests.catalog.drafts import chosen, count_rows, draft, references
from tests.catalog.processes import (
    KILLED,
    PATIENCE_SECONDS,
    context,
    file_and_die,
    file_and_tell,
    finish,
    start,
)

ONE_REQUEST = {
    "requests": 1,
    "request_fields": 2,
    "consents": 2,
    "status_changes": 1,
    "outbox_messages": 3,
    "reference_sequences": 1,
}
NOTHING = dict.fromkeys(ONE_REQUEST, 0)
# More than one filing executes: a moment after the last statement never comes.
MOST_STATEMENTS = 60


@contextmanager
def before_each_statement(sessions: SessionFactory, act: Callable[[int, str], None]) -> Iterator:
    """Call `act` with the number and text of each statement."""
    engine, number = sessions.kw["bind"], -1

    def listener(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal number
        number += 1
        act(number, statement)

    event.listen(engine, "before_cursor_execute", listener)
    yield
    event.remove(engine, "before_cursor_execute", listener)


def fail_at(moment: int, error: Exception) -> Callable[[int, str], None]:
    def fail(number: int, _statement: str) -> None:
        if number == moment:
            raise error

    return fail


def statements_of_a_filing(sessions: SessionFactory, key: str) -> list[str]:
    statements: list[str] = []
    with before_each_statement(sessions, lambda _, statement: statements.append(statement)):
        file_requests(sessions, [draft(key)])
    assert 5 < len(statements) < MOST_STATEMENTS
    return statements


def test_the_same_key_again_gives_the_same_request(sessions: SessionFactory) -> None:
    [first] = file_requests(sessions, [draft()])
    [again] = file_requests(sessions, [draft()])
    assert again.reference == first.reference
    assert count_rows(sessions) == ONE_REQUEST


def test_the_same_key_with_other_words_changes_nothing(sessions: SessionFactory) -> None:
    file_requests(sessions, [draft()])
    [again] = file_requests(
        sessions, [draft(description="Autre chose.", fields=chosen("training"))]
    )
    assert again.description == draft().description
    assert count_rows(sessions) == ONE_REQUEST


def test_of_two_drafts_the_one_filed_before_is_not_filed_again(sessions: SessionFactory) -> None:
    [first] = file_requests(sessions, [draft("k:1")])
    both = file_requests(sessions, [draft("k:1"), draft("k:2")])
    assert [request.reference for request in both] == references(sessions)
    assert both[0].reference == first.reference
    assert count_rows(sessions)["requests"] == 2


def test_an_exception_at_any_statement_files_nothing_and_a_retry_files_one(
    sessions: SessionFactory,
) -> None:
    statements = statements_of_a_filing(sessions, "measure")
    before = count_rows(sessions)
    for moment in range(len(statements)):
        failing = before_each_statement(sessions, fail_at(moment, ConnectionError("cut")))
        with failing, pytest.raises(ConnectionError):
            file_requests(sessions, [draft()])
        assert count_rows(sessions) == before, statements[moment]
    file_requests(sessions, [draft()])
    assert count_rows(sessions) == {
        **{n: 2 * ONE_REQUEST[n] for n in before},
        "reference_sequences": 1,
    }


def test_an_exception_at_the_commit_files_nothing_and_a_retry_files_one(
    sessions: SessionFactory,
) -> None:
    def fail(_connection: Any) -> None:
        raise ConnectionError("cut")

    event.listen(sessions.kw["bind"], "commit", fail)
    with pytest.raises(ConnectionError):
        file_requests(sessions, [draft()])
    event.remove(sessions.kw["bind"], "commit", fail)
    assert count_rows(sessions) == NOTHING
    file_requests(sessions, [draft()])
    assert count_rows(sessions) == ONE_REQUEST


def test_a_conflict_at_any_statement_is_tried_again_and_files_one(
    sessions: SessionFactory,
) -> None:
    statements = statements_of_a_filing(sessions, "measure")
    for moment in range(len(statements)):
        conflict = IntegrityError(statements[moment], None, ValueError("duplicate key"))
        with before_each_statement(sessions, fail_at(moment, conflict)):
            file_requests(sessions, [draft(str(moment))])
    assert count_rows(sessions)["requests"] == 1 + len(statements)
    assert count_rows(sessions)["outbox_messages"] == 3 * (1 + len(statements))


def test_a_conflict_that_stays_is_told(sessions: SessionFactory) -> None:
    with pytest.raises(IntegrityError):
        file_requests(sessions, [draft(region_code="99")])
    assert count_rows(sessions) == NOTHING


def test_no_reference_is_burned_by_a_filing_that_failed(sessions: SessionFactory, clock) -> None:
    clock.set("2026-05-01T12:00:00+00:00")
    file_requests(sessions, [draft("a")])
    with pytest.raises(IntegrityError):
        file_requests(sessions, [draft("b", region_code="99")])
    file_requests(sessions, [draft("c")])
    assert references(sessions) == ["C-2026-00001", "C-2026-00002"]


def test_threads_at_once_with_two_taps_each_file_one_request_each(
    sessions: SessionFactory, backend: str
) -> None:
    """On the first day of a year: nobody has given a reference yet."""
    keys = ["a", "b", "c", "d"] * 2
    together = threading.Barrier(len(keys))
    looked_up = threading.local()

    def wait_for_the_others(_number: int, statement: str) -> None:
        # Where SQLite lets one in at a time, PostgreSQL lets all look for their key at once.
        is_next = "INSERT INTO reference_sequences" in statement
        if backend == "postgresql" and is_next and not getattr(looked_up, "once", False):
            looked_up.once = True
            together.wait(PATIENCE_SECONDS)

    def file(key: str) -> str:
        if backend == "sqlite":
            together.wait(PATIENCE_SECONDS)
        return file_requests(sessions, [draft(key)])[0].reference

    with before_each_statement(sessions, wait_for_the_others), ThreadPoolExecutor(8) as pool:
        told = list(pool.map(file, keys))
    assert told[:4] == told[4:]
    assert sorted(told[:4]) == sorted(references(sessions))
    assert len(set(told)) == 4
    assert count_rows(sessions)["outbox_messages"] == 12


def test_processes_at_once_file_one_request(sessions: SessionFactory, database_url: str) -> None:
    barrier, answers = context.Barrier(3), context.SimpleQueue()
    drafts = [draft("k:1"), draft("k:2")]
    arguments = (database_url, drafts, barrier, answers)
    processes = [start(file_and_tell, *arguments) for _ in range(3)]
    assert [finish(process) for process in processes] == [0, 0, 0]
    told = [answers.get() for _ in processes]
    answers.close()
    assert told[0] == told[1] == told[2] == references(sessions)
    assert count_rows(sessions)["requests"] == 2


def test_a_kill_at_any_moment_leaves_one_request_or_none_and_a_retry_one(
    sessions: SessionFactory, database_url: str
) -> None:
    moments = [
        *range(len(statements_of_a_filing(sessions, "measure"))),
        "before commit",
        "after commit",
    ]
    killed = [start(file_and_die, database_url, [draft(str(m))], m) for m in moments]
    assert Counter(finish(process) for process in killed) == {KILLED: len(moments)}
    assert count_rows(sessions)["requests"] == 2, (
        "those of the measure and of the killed after commit"
    )
    for moment in moments:
        file_requests(sessions, [draft(str(moment))])
    filed = 1 + len(moments)
    expected = {name: filed * count for name, count in ONE_REQUEST.items()}
    assert count_rows(sessions) == {**expected, "reference_sequences": 1}
    assert len(set(references(sessions))) == filed
