"""What is past its term goes, and each purge that removed something says so."""

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import delete, select

import catalog.purges
from catalog.casework import merge, set_status
from catalog.database import SessionFactory
from catalog.models import (
    Account,
    AccountSession,
    Interpretation,
    LearningRun,
    OutboxMessage,
    Purge,
    PurgeKind,
    Request,
    RequestStatus,
    StatusChange,
    utc_now,
)
from catalog.purges import purge_all
from catalog.settings import Settings
from tests.catalog.people import LUC, MARIE, file, found, live


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    var_dir = tmp_path / "var"
    (var_dir / "log").mkdir(parents=True)
    return Settings(var_dir=var_dir)


@pytest.fixture
def agent(sessions: SessionFactory) -> Account:
    account = Account(email="agent@consortium.example", name="Camille Roy", role="agent")
    with sessions.begin() as session:
        session.add(account)
    return account


def close(sessions: SessionFactory, request: Request, agent: Account, days_ago: int) -> None:
    with sessions.begin() as session:
        request = session.get_one(Request, request.id)
        set_status(session, request, RequestStatus.CLOSED, session.merge(agent))
        request.status_changes[-1].changed_at = utc_now() - dt.timedelta(days=days_ago)
        request.created_at = min(request.created_at, request.status_changes[-1].changed_at)


def purged(sessions: SessionFactory, settings: Settings) -> dict[PurgeKind, int]:
    """What was removed, of what was not nothing."""
    return {kind: count for kind, count in purge_all(sessions, settings).items() if count}


def contact(sessions: SessionFactory, request: Request) -> str:
    with sessions() as session:
        return session.get_one(Request, request.id).contact_name


def test_nothing_of_the_person_is_left_of_an_old_request(sessions, settings) -> None:
    live(sessions, MARIE, settings.var_dir)
    live(sessions, LUC, settings.var_dir)
    of_luc = found(sessions, settings.var_dir, LUC)
    with sessions.begin() as session:
        requests = session.scalars(select(Request).where(Request.contact_email == MARIE.email))
        administrator = session.scalars(select(Account)).one()
        for request in requests:
            set_status(session, request, RequestStatus.CLOSED, administrator)
            session.flush()
            request.created_at -= dt.timedelta(days=1096)
            for change in request.status_changes:
                change.changed_at -= dt.timedelta(days=1096)
        # What was reviewed and cut from it is anonymous, and stays to be learned from.
        for one in session.scalars(select(Interpretation)):
            if MARIE.need in one.text:
                one.reviews, one.text = [], "une relecture"
    with sessions.begin() as session:
        session.execute(delete(LearningRun))
    for path in (settings.var_dir / "learning").rglob("*.*"):
        path.unlink()
    assert "notes.text" in found(sessions, settings.var_dir, MARIE)
    assert purged(sessions, settings) == {PurgeKind.REQUESTS: 2}
    assert found(sessions, settings.var_dir, MARIE) == []
    assert set(of_luc) - set(found(sessions, settings.var_dir, LUC)) <= {
        *("learning_runs.comparison", "learning_runs.diff"),
        *("need.yml", "report.json", "sample.jsonl"),
    }


def test_only_what_was_closed_for_long_goes(sessions, settings, agent) -> None:
    waits, recent, old, reopened = (file(sessions, MARIE, str(number)) for number in range(4))
    close(sessions, recent, agent, 1094)
    close(sessions, old, agent, 1096)
    close(sessions, reopened, agent, 1096)
    with sessions.begin() as session:
        request = session.get_one(Request, reopened.id)
        set_status(session, request, RequestStatus.IN_PROGRESS, session.merge(agent))
    assert purged(sessions, settings) == {PurgeKind.REQUESTS: 1}
    assert contact(sessions, old) == ""
    assert {contact(sessions, one) for one in (waits, recent, reopened)} == {MARIE.name}
    assert purged(sessions, settings) == {}


def test_a_double_waits_for_the_request_that_goes_on(sessions, settings, agent) -> None:
    kept, double = file(sessions, MARIE, "kept"), file(sessions, MARIE, "double")
    with sessions.begin() as session:
        merge(session, session.merge(double), session.merge(kept), session.merge(agent))
        for change in session.scalars(select(StatusChange)):
            change.changed_at -= dt.timedelta(days=2000)
        for request in session.scalars(select(Request)):
            request.created_at -= dt.timedelta(days=2000)
    assert purged(sessions, settings) == {}
    close(sessions, kept, agent, 1096)
    assert purged(sessions, settings) == {PurgeKind.REQUESTS: 2}


def test_the_words_of_old_e_mails_go_with_their_files(sessions, settings) -> None:
    file(sessions, MARIE, "1")
    folder = settings.var_dir / "outbox"
    folder.mkdir()
    with sessions.begin() as session:
        messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        for message, days_ago in zip(messages, (91, 89, None), strict=True):
            message.sent_at = days_ago and utc_now() - dt.timedelta(days=days_ago)
            (folder / f"{message.id}.eml").write_text("mots")
    assert purged(sessions, settings) == {PurgeKind.EMAILS: 1}
    with sessions() as session:
        messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        assert [bool(message.body) for message in messages] == [False, True, True]
        assert all(message.recipient for message in messages)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{message.id}.eml" for message in messages[1:]
    ]


def test_old_sign_ins_go(sessions, settings, agent) -> None:
    with sessions.begin() as session:
        for days_ago in (366, 364):
            ended = utc_now() - dt.timedelta(days=days_ago)
            session.add(
                AccountSession(token_digest=str(days_ago), account_id=agent.id, expires_at=ended)
            )
    assert purged(sessions, settings) == {PurgeKind.SESSIONS: 1}


class TestLogs:
    def test_each_day_s_lines_are_set_aside_and_go_at_their_term(self, sessions, settings) -> None:
        folder = settings.var_dir / "log"
        log = folder / "web.log"
        log.write_text("hier\n")
        with log.open("a") as writer:
            assert purged(sessions, settings) == {}
            writer.write("aujourd’hui\n")
        [aside] = folder.glob("web.log.*-*")
        assert (aside.read_text(), log.read_text()) == ("hier\n", "aujourd’hui\n")
        self.age(aside, 31)
        self.age(folder / "bot.log.1", 31)
        self.age(folder / "bot.log.2", 29)
        assert purged(sessions, settings) == {PurgeKind.LOGS: 2}
        left = {path.name for path in folder.iterdir()} - {aside.name}
        assert left == {"web.log", "bot.log.2"}

    def age(self, path: Path, days: int) -> None:
        path.touch()
        long_ago = (utc_now() - dt.timedelta(days=days)).timestamp()
        os.utime(path, (long_ago, long_ago))

    def test_where_no_log_is_written_there_is_none_to_purge(self, sessions, tmp_path) -> None:
        assert purged(sessions, Settings(var_dir=tmp_path / "nowhere")) == {}


def test_a_purge_says_what_it_removed_in_each_of_its_transactions(
    sessions, settings, agent, monkeypatch
) -> None:
    monkeypatch.setattr(catalog.purges, "BATCH", 2)
    for number in range(3):
        close(sessions, file(sessions, MARIE, str(number)), agent, 1096)
    purge_all(sessions, settings)
    with sessions() as session:
        rows = session.scalars(select(Purge).order_by(Purge.id)).all()
    assert [(row.kind, row.count) for row in rows] == [("requests", 2), ("requests", 1)]
    age = rows[0].at - rows[0].before
    assert dt.timedelta(days=1095) <= age < dt.timedelta(days=1095, hours=1)
