"""From each earlier schema, with data in place, to the last: nothing is lost and all works."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from catalog.audit import record
from catalog.dashboard import dashboard
from catalog.database import (
    MIGRATIONS,
    SessionFactory,
    make_engine,
    make_session_factory,
    migrate,
)
from catalog.export import write_csv
from catalog.models import Base, Request
from catalog.periods import Period
from catalog.places import fold
from catalog.promises import answer_due
from catalog.purges import purge_all
from catalog.requests import file_requests, find_for_member
from catalog.seed import seed
from catalog.settings import Settings
from tests.catalog.drafts import draft
from tests.catalog.old_rows import NOON, fill, read, reflected

# Of SQLite's reflection, which knows no index of expressions.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")

REVISIONS = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
# Since which a request has what the inbox searches and when its answer is due.
INBOX = "0003"
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
OLD = "C-2026-00001"


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def upgraded(engine: Engine, empty_database_url: str, revision: str) -> Iterator[SessionFactory]:
    """A database of `revision`, with rows in each of its tables, brought to the last one."""
    migrate(empty_database_url, revision)
    with engine.begin() as connection:
        tables = reflected(connection)
        fill(connection, tables)
    with engine.begin() as connection:
        before = {table: read(connection, table) for table in tables}
    engine.dispose()
    migrate(empty_database_url)
    with engine.begin() as connection:
        for table, rows in before.items():
            assert read(connection, table) == rows, f"{table.name} was changed"
        assert {table.name for table in reflected(connection)} == set(Base.metadata.tables)
    sessions = make_session_factory(empty_database_url)
    with sessions.begin() as session:
        seed(session)
    yield sessions
    sessions.kw["bind"].dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_works_with_what_was_there(
    upgraded: SessionFactory, revision: str, tmp_path: Path
) -> None:
    [filed] = file_requests(upgraded, [draft()])
    assert filed.reference.endswith("-00003") or not filed.reference.startswith("C-2026")
    with upgraded() as session:
        old = find_for_member(session, OLD, "Zoe@erables.example")
        if revision < INBOX:
            assert old.answer_due_at == answer_due(NOON)
            assert (old.version, old.assignee_id, old.first_answered_at) == (1, None, None)
        found = select(Request.reference).where(Request.search_text.contains(fold("Érables")))
        assert set(session.scalars(found)) == {OLD, filed.reference}
        assert dashboard(session, MARCH, NOON).requests.total == 1 + (revision < INBOX)
        table = io.StringIO()
        write_csv(session.scalars(select(Request)).all(), table)
        assert OLD in table.getvalue() and "Coopérative des Érables" in table.getvalue()
    _check_audit_trail(upgraded)
    purge_all(upgraded, Settings(var_dir=tmp_path / "var"))
    with upgraded() as session:
        assert len(session.scalars(select(Request)).all()) == 3


def _check_audit_trail(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        record(session, None, "renew_key", "widgets", "estrie")
    for statement in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(DBAPIError, match="stays as it is"), sessions.begin() as session:
            session.execute(text(statement))
