"""Two workers share the duties: no conversation is counted as erased twice, and none is left."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

import catalog.purges
from catalog.database import SessionFactory, make_session_factory
from catalog.models import ChatTurn, Purge, PurgeKind
from catalog.purges import purge_all
from catalog.settings import Settings
from catalog.sole import sole
from tests.catalog.processes import PATIENCE_SECONDS, context, finish, start
from tests.catalog.test_retention import say

CONVERSATIONS = 300


def purge_together(settings: Settings, barrier: Any, answers: Any) -> None:
    sessions = make_session_factory(settings.database_url)
    sessions.kw["bind"].connect().close()
    barrier.wait(PATIENCE_SECONDS)
    answers.put(purge_all(sessions, settings).get(PurgeKind.CONVERSATIONS, 0))


@pytest.fixture
def settings(plain_settings: None, database_url: str, tmp_path) -> Settings:
    return Settings(_env_file=None, database_url=database_url, var_dir=tmp_path / "var")


def test_purges_at_once_erase_and_count_each_conversation_once(
    sessions: SessionFactory, settings: Settings
) -> None:
    with sessions.begin() as session:
        session.execute(text("create table events (sender_id varchar(255), data text)"))
    for number in range(CONVERSATIONS):
        say(sessions, f"old {number}", 91)
    barrier, answers = context.Barrier(3), context.SimpleQueue()
    processes = [start(purge_together, settings, barrier, answers) for _ in range(3)]
    assert [finish(process) for process in processes] == [0, 0, 0]
    erased = [answers.get() for _ in processes]
    answers.close()
    assert sum(erased) == CONVERSATIONS
    with sessions.begin() as session:
        assert session.scalar(select(func.count(ChatTurn.id))) == 0
        noted = select(func.sum(Purge.count)).where(Purge.kind == PurgeKind.CONVERSATIONS)
        assert session.scalar(noted) == CONVERSATIONS


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_duty_is_one_process_s_until_it_ends(sessions: SessionFactory) -> None:
    with sole(sessions, "purge") as first:
        with sole(sessions, "purge") as second, sole(sessions, "other") as other:
            assert (first, second, other) == (True, False, True)
        with sole(sessions, "purge") as third:
            assert not third
    with sole(sessions, "purge") as again:
        assert again


def test_while_another_purges_nothing_is_done(
    sessions: SessionFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(sessions, "old", 91)
    with sole(sessions, catalog.purges.DUTY):
        removed = purge_all(sessions, settings)
    is_sqlite = settings.database_url.startswith("sqlite")
    assert removed.get(PurgeKind.CONVERSATIONS, 0) == (1 if is_sqlite else 0)
    assert purge_all(sessions, settings)[PurgeKind.CONVERSATIONS] == (0 if is_sqlite else 1)
