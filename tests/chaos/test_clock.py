"""A clock that jumps, and is put right: what was begun under it goes on."""

import datetime as dt
from collections.abc import Callable

import itsdangerous.timed
import pytest
from sqlalchemy import select

import catalog.accounts
import catalog.outbox
import catalog.requests
import web.signatures
from catalog.accounts import LOCKED, MAX_FAILED_ATTEMPTS, sign_in
from catalog.database import SessionFactory
from catalog.models import Language, OutboxMessage
from catalog.outbox import SmtpTransport, send_due
from catalog.requests import file_requests
from tests.accounts import PASSWORD, add_account
from tests.catalog.conftest import Clock
from tests.catalog.drafts import draft
from tests.chaos.filers import SENDER, draft_of, mail_settings
from tests.chaos.ledger import Ledger, Wish
from tests.chaos.mail_server import MailServer, Mood
from web.errors import ApiError
from web.grants import Grants
from web.sessions import ChatSession, Sessions

YEAR = dt.timedelta(days=366)
HOURS = 12
SESSION = ChatSession("c0ffee", Language.FR)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (catalog.accounts, catalog.requests, catalog.outbox):
        monkeypatch.setattr(module, "utc_now", clock)
    for module in (web.signatures, itsdangerous.timed):
        monkeypatch.setattr(module.time, "time", lambda: clock().timestamp())
    return clock


@pytest.fixture
def send(sessions: SessionFactory, mail_server: MailServer) -> Callable[[], int]:
    """Send what is due."""
    transport = SmtpTransport(mail_settings(mail_server.port))
    return lambda: send_due(sessions, transport, SENDER)


@pytest.mark.parametrize("seconds", [1, 3600])
def test_a_session_outlives_a_clock_that_is_put_back(clock: Clock, seconds: int) -> None:
    sessions, grants = Sessions("secret", HOURS), Grants("secret")
    clock.shift = dt.timedelta(seconds=seconds)
    token, grant = sessions.issue(SESSION), grants.issue("k")
    clock.shift = dt.timedelta()
    assert sessions.read(token) == SESSION
    assert grants.covers(grant, "k")


def test_a_session_of_a_clock_far_ahead_does_not_last_until_then(clock: Clock) -> None:
    sessions, grants = Sessions("secret", HOURS), Grants("secret")
    clock.shift = YEAR
    token, grant = sessions.issue(SESSION), grants.issue("k")
    clock.shift = dt.timedelta()
    with pytest.raises(ApiError, match="session_expired"):
        sessions.read(token)
    assert not grants.covers(grant, "k")


def test_references_stay_unique_from_one_year_to_the_next_and_back(
    clock: Clock, sessions: SessionFactory, ledger: Ledger
) -> None:
    for number, shift in enumerate((dt.timedelta(), YEAR, dt.timedelta(), -YEAR)):
        clock.shift = shift
        wish = Wish(f"Coop {number}", Language.EN, "Bookkeeping")
        ledger.wished(wish)
        [request] = file_requests(sessions, [draft_of(wish)])
        ledger.acknowledged(wish.organisation, request.reference)
    assert ledger.check_requests() == 4
    assert len(set(ledger.told.values())) == 4


@pytest.mark.parametrize("shift", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_emails_of_a_wrong_date_leave_once_it_is_put_right(
    clock: Clock,
    sessions: SessionFactory,
    ledger: Ledger,
    mail_server: MailServer,
    send: Callable[[], int],
    shift: dt.timedelta,
) -> None:
    clock.shift = shift
    file_requests(sessions, [draft()])
    mail_server.mood = Mood.REFUSING
    send()
    clock.shift = dt.timedelta()
    mail_server.mood = Mood.KIND
    assert send() == len(owed(sessions))
    assert send() == 0
    ledger.check_emails(mail_server.delivered, doubles_allowed=0)


def test_a_clock_put_back_during_a_round_does_not_use_up_the_attempts(
    clock: Clock,
    sessions: SessionFactory,
    mail_server: MailServer,
    send: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file_requests(sessions, [draft()])
    mail_server.mood = Mood.REFUSING
    transport_send = SmtpTransport.send

    def put_back_and_send(*arguments: object) -> None:
        clock.shift = -YEAR
        transport_send(*arguments)

    monkeypatch.setattr(SmtpTransport, "send", put_back_and_send)
    send()
    assert mail_server.refused == len(owed(sessions))
    assert {message.attempts for message in owed(sessions)} == {1}


def owed(sessions: SessionFactory) -> list[OutboxMessage]:
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage)))


def test_an_account_locked_by_a_clock_that_was_ahead_is_not_locked_until_then(
    clock: Clock, sessions: SessionFactory
) -> None:
    with sessions.begin() as session:
        email = add_account(session).email
    clock.shift = YEAR
    for _ in range(MAX_FAILED_ATTEMPTS):
        with sessions.begin() as session:
            assert sign_in(session, email, "not that one") is None
    with sessions.begin() as session:
        assert sign_in(session, email, PASSWORD) is None
    clock.shift = YEAR - LOCKED
    with sessions.begin() as session:
        assert sign_in(session, email, PASSWORD) is not None
