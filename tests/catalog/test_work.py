"""The worker goes round, and what fails in one duty delays no other."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import catalog.work
from catalog.database import SessionFactory
from catalog.last_runs import last_runs
from catalog.models import Job, utc_now
from catalog.settings import Settings
from catalog.work import Worker

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

DUTIES = ("send_due", "follow", "purge_all", "back_up_if_due")


@pytest.fixture
def worker(sessions: SessionFactory, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Worker:
    caplog.set_level("INFO", "catalog")
    return Worker(sessions, Settings(var_dir=tmp_path))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The duties that were done, by the function that does each."""
    done: list[str] = []
    for name in DUTIES:
        monkeypatch.setattr(catalog.work, name, noting(done, name))
    return done


def noting(done: list[str], name: str) -> Callable[..., None]:
    return lambda *_: done.append(name)


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_round_does_every_duty_and_says_so(
    worker: Worker, done: list[str], sessions: SessionFactory
) -> None:
    worker.do_round()
    assert done == list(DUTIES)
    with sessions.begin() as session:
        assert set(last_runs(session)) == {Job.WORK, Job.PURGE}


def test_what_was_done_is_told(worker: Worker, done, monkeypatch, caplog) -> None:
    monkeypatch.setattr(catalog.work, "follow", lambda _: 2)
    worker.do_round()
    monkeypatch.setattr(catalog.work, "follow", lambda _: 0)
    worker.do_round()
    assert caplog.messages == ["2 message(s) to review"]


@pytest.mark.parametrize("broken", DUTIES)
@pytest.mark.parametrize(
    "error",
    [OperationalError("select", None, ValueError("locked")), OSError(28, "full"), KeyError("mots")],
    ids=["database", "disk", "unforeseen"],
)
def test_a_duty_that_fails_holds_no_other_back(
    worker: Worker, done: list[str], monkeypatch, caplog, broken: str, error: Exception
) -> None:
    monkeypatch.setattr(catalog.work, broken, failing(error))
    worker.do_round()
    assert done == [name for name in DUTIES if name != broken]
    assert len(caplog.messages) == 1
    assert "mots" not in caplog.text


def test_a_round_in_which_a_duty_failed_is_not_told_as_a_good_one(
    worker: Worker, done: list[str], monkeypatch, sessions: SessionFactory
) -> None:
    monkeypatch.setattr(catalog.work, "follow", failing(KeyError("value")))
    worker.do_round()
    with sessions.begin() as session:
        assert set(last_runs(session)) == {Job.PURGE}


@pytest.mark.parametrize(
    ("jump", "purges"), [(dt.timedelta(hours=20), True), (dt.timedelta(days=400), False)]
)
def test_nothing_is_purged_after_a_jump_of_the_clock(
    worker: Worker, done: list[str], monkeypatch, caplog, jump: dt.timedelta, purges: bool
) -> None:
    monkeypatch.setattr(catalog.work, "utc_now", lambda: utc_now() + jump)
    worker.do_round()
    assert ("purge_all" in done) is purges
    assert ("the clock jumped" in caplog.text) is not purges
