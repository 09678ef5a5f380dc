"""The migrations make the tables that the models describe, from any state, without loss."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from catalog.database import MIGRATIONS, SessionFactory, make_engine, migrate
from catalog.models import Base
from catalog.requests import file_requests
from tests.catalog.drafts import draft, references


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
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
