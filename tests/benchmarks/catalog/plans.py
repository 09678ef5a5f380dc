"""The statements that a path sends, and how PostgreSQL would run each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from catalog.database import make_engine

LARGE = {"requests", "request_fields", "interpretations", "chat_turns", "events"}
EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")

Statement = tuple[str, Any]


@contextmanager
def statements_sent() -> Iterator[list[Statement]]:
    """The statements over large tables that any engine sends meanwhile, with their values."""
    sent: list[Statement] = []

    def note(_connection, _cursor, statement: str, values: Any, _context, many: bool) -> None:
        is_told = statement.lstrip().startswith(EXPLAINED) and not many
        if is_told and any(table in statement for table in LARGE):
            sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def tables_read_through(
    url: str, statements: list[Statement], settings: Sequence[str] = ()
) -> list[dict]:
    """Each reading of a whole large table in the plans of `statements`.

    One that ends as soon as a page is full, `until_enough`, is as it should be where most rows
    are wanted.
    """
    return [
        {"table": table, "until_enough": limited, "statement": " ".join(statement.split())}
        for statement, plan in _plans(url, statements, settings)
        for table, limited in _read_through(plan, limited=False)
    ]


def indexes_used(url: str, statements: list[Statement], settings: Sequence[str] = ()) -> set[str]:
    """The names of the indexes in the plans of `statements`."""
    return {name for _, plan in _plans(url, statements, settings) for name in _indexes(plan)}


def _plans(
    url: str, statements: list[Statement], settings: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    # Connected as the application is, for its settings.
    engine = make_engine(url)
    with engine.connect() as connection:
        # Values within the text, as EXPLAIN wants them.
        cursor = psycopg.ClientCursor(connection.connection.driver_connection)
        for setting in settings:
            cursor.execute(setting)
        plans = [
            (
                statement,
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()[0][0],
            )
            for statement, values in statements
        ]
    engine.dispose()
    return [(statement, told["Plan"]) for statement, told in plans]


def _indexes(node: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in node:
        yield node["Index Name"]
    for part in node.get("Plans", []):
        yield from _indexes(part)


def _read_through(node: dict[str, Any], limited: bool) -> Iterator[tuple[str, bool]]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE:
        yield node["Relation Name"], limited
    # What sorts or gathers reads all of its input, whatever is asked of it.
    is_lazy = node["Node Type"] not in ("Sort", "Aggregate", "Hash", "Materialize", "SetOp")
    limited = node["Node Type"] == "Limit" or (limited and is_lazy)
    for part in node.get("Plans", []):
        yield from _read_through(part, limited)
