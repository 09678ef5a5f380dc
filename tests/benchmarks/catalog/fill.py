"""Fill a migrated and seeded database: made-up words by COPY, rows by SQL, indexes last."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, text

from tests.benchmarks.catalog.words import ORGANISATIONS, SENTENCES, SHORT_TEXTS, Words

STATEMENTS = Path(__file__).with_name("fill.sql")
YEARS = 5
TURNS_OF_A_CONVERSATION = 4
# For each request.
INTERPRETATIONS, TURNS = 10, 3

BARE = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = ANY (:tables)
      AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
LARGE = [
    "requests", "request_fields", "consents", "status_changes", "outbox_messages", "notes",
    "audit_entries", "interpretations", "reviews", "chat_turns",
]  # fmt: skip


def fill(engine: Engine, requests: int) -> dict[str, int]:
    """Make so many requests and what goes with them; how many rows each table then has."""
    counts = {
        "requests": requests,
        "interpretations": INTERPRETATIONS * requests,
        "turns": TURNS * requests,
        "years": YEARS,
        "conversation_turns": TURNS_OF_A_CONVERSATION,
        "sentences": SENTENCES,
        "organisations": ORGANISATIONS,
        "short_texts": SHORT_TEXTS,
    }
    with engine.begin() as connection:
        # Keys that refer to others are right by construction: to check each takes longer.
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        connection.execute(text("SET work_mem = '128MB'"))
        _copy_words(connection)
        dropped = connection.execute(text(BARE), {"tables": LARGE}).all()
        for name, _ in dropped:
            connection.execute(text(f"DROP INDEX {name}"))
        for statement in _statements():
            connection.execute(text(statement), counts)
        for _, definition in dropped:
            connection.execute(text(definition))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        return {
            table: connection.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in [*LARGE, "conversations", "events"]
        }


def _statements() -> list[str]:
    lines = STATEMENTS.read_text("utf-8").splitlines()
    code = "\n".join(line for line in lines if not line.startswith("--"))
    # A double colon is a cast; the driver's own values are named after one.
    return [part.replace("::", "\\:\\:") for part in code.split(";\n") if part.strip()]


def _copy_words(connection: Connection) -> None:
    words = Words()
    lists: dict[str, Iterable[tuple[str, ...]]] = {
        "sentences": words.sentences(),
        "organisations": words.organisations(),
        "people": words.people(),
        "short_texts": ((text_, "") for text_ in words.short_texts()),
    }
    driver: psycopg.Connection = connection.connection.driver_connection
    for name, rows in lists.items():
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} (n int, words text, folded text)"))
        with driver.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for number, row in enumerate(rows):
                copy.write_row((number, *row))
        connection.execute(text(f"ANALYZE {name}"))
