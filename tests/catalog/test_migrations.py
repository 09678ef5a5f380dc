"""The migrations make the tables that the models describe, from any state, without loss."""

import datetime as dt
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, select, text

from catalog.database import (
    MIGRATIONS,
    SessionFactory,
    make_engine,
    make_session_factory,
    migrate,
)
from catalog.models import Base, Request
from catalog.requests import file_requests
from tests.catalog.drafts import draft, references

# Indexes of an expression, of an order, or of one database alone, which each writes in its own way.
BEYOND_COMPARISON = (
    "ix_interpretations_draw",
    "ix_requests_search_text",
    "ix_requests_status_newest",
)


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own clock is that of Tokyo."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def differences(engine: Engine) -> list:
    with engine.connect() as connection, warnings.catch_warnings():
        # These can't be read back from SQLite.
        warnings.filterwarnings("ignore", ".* expression-based index")
        opts = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": lambda _object, name, *_: name not in BEYOND_COMPARISON,
        }
        context = MigrationContext.configure(connection, opts=opts)
        return compare_metadata(context, Base.metadata)


@contextmanager
def failure_at(words: str) -> Iterator[None]:
    """The first statement that holds `words` fails, in any engine."""

    def fail(_connection, _cursor, statement: str, *_) -> None:
        if words in statement:
            raise ConnectionError("the machine stops")

    event.listen(Engine, "before_cursor_execute", fail)
    yield
    event.remove(Engine, "before_cursor_execute", fail)


def test_an_empty_database_becomes_what_the_models_describe(
    engine: Engine, empty_database_url: str
) -> None:
    assert inspect(engine).get_table_names() == []
    migrate(empty_database_url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    assert differences(engine) == []


def test_the_comparison_sees_a_column_that_the_models_lack(
    engine: Engine, empty_database_url: str
) -> None:
    migrate(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE requests ADD COLUMN forgotten VARCHAR(10)"))
    assert [difference[0] for difference in differences(engine)] == ["remove_column"]


def test_the_database_bears_the_one_latest_revision(
    engine: Engine, empty_database_url: str
) -> None:
    migrate(empty_database_url)
    with engine.connect() as connection:
        revisions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert revisions == ScriptDirectory(str(MIGRATIONS)).get_heads()


def test_migrating_again_changes_nothing_and_loses_nothing(
    sessions: SessionFactory, database_url: str
) -> None:
    [request] = file_requests(sessions, [draft()])
    migrate(database_url)
    assert references(sessions) == [request.reference]
    assert differences(sessions.kw["bind"]) == []


@pytest.mark.parametrize("words", ["CREATE TABLE consents", "INSERT INTO alembic_version"])
def test_a_migration_cut_short_leaves_nothing_and_can_be_run_again(
    engine: Engine, empty_database_url: str, words: str
) -> None:
    with failure_at(words), pytest.raises(ConnectionError):
        migrate(empty_database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(empty_database_url)
    assert differences(engine) == []


def test_the_tables_of_rasa_in_the_same_database_stay(
    engine: Engine, empty_database_url: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER)"))
        connection.execute(text("INSERT INTO events VALUES (7)"))
    migrate(empty_database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM events")) == 7


@pytest.mark.usefixtures("far_from_utc")
def test_requests_filed_before_the_inbox_can_be_searched_and_have_a_term(
    engine: Engine, empty_database_url: str
) -> None:
    migrate(empty_database_url, "0002")
    # More than the migration takes at a time.
    filed = "2026-06-19 19:00:00.000000" + ("+00:00" if engine.name == "postgresql" else "")
    rows = [{"number": number, "filed": filed} for number in range(1, 1102)]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO requests (id, reference, idempotency_key, created_at, status,"
                " language, organisation_name, organisation_kind, member_standing, contact_name,"
                " contact_email, outside_quebec, description, urgency) VALUES (:number,"
                " 'C-2026-' || :number, 'key ' || :number, :filed,"
                " 'received', 'fr', 'Coopérative des Érables', 'cooperative', 'member',"
                " 'Zoé Hébert', 'Zoe@Erables.example', false, 'L’été, où ça ?', 'normal')"
            ),
            rows,
        )
    migrate(empty_database_url)
    sessions = make_session_factory(empty_database_url)
    with sessions() as session:
        requests = session.scalars(select(Request).order_by(Request.id)).all()
        assert {request.answer_due_at for request in requests} == {
            dt.datetime(2026, 6, 22, 19, tzinfo=dt.UTC)
        }
        assert [request.search_text for request in requests] == [
            f"c 2026 {row['number']} cooperative des erables zoe hebert zoe erables example"
            " l ete ou ca"
            for row in rows
        ]
        assert {(request.version, request.assignee_id) for request in requests} == {(1, None)}
    sessions.kw["bind"].dispose()


def test_a_new_request_is_searched_by_the_same_words_as_an_old_one(
    sessions: SessionFactory,
) -> None:
    file_requests(sessions, [draft()])
    with sessions() as session:
        request = session.scalars(select(Request)).one()
        assert request.search_text == (
            f"{request.reference.lower().replace('-', ' ')} cooperative des erables marie tremblay"
            " marie erables example notre tresoriere est partie"
        )
