"""What the outbox owes is delivered once, tried again with patience, then set aside for staff."""

import datetime as dt
import smtplib
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.models import OutboxMessage
from catalog.outbox import (
    CLAIM,
    MAX_ATTEMPTS,
    FolderTransport,
    SmtpTransport,
    make_transport,
    send_due,
)
from catalog.requests import file_requests
from catalog.settings import Settings
from tests.catalog.drafts import draft
from tests.catalog.processes import PATIENCE_SECONDS
from tests.ports import free_port

SENDER = "aiguilleur@consortium.example"
MEMBER, TEAM = "marie@erables.example", "accounting@consortium.example"


class Recorder:
    """A transport that keeps what it sends, and fails for whom it is told to."""

    def __init__(self, failures: dict[str, Exception] | None = None) -> None:
        self.failures = failures or {}
        self.sent: list[str] = []

    def send(self, message: EmailMessage, outbox_id: int) -> None:
        if message["To"] in self.failures:
            raise self.failures[message["To"]]
        self.sent.append(message["To"])


class Mailbox:
    """What a mail server on loopback takes in, or answers in place of taking in."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.refusal: str | None = None
        self.port = free_port()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def filed(sessions: SessionFactory) -> None:
    """A request that owes one message to a team and one to the member."""
    file_requests(sessions, [draft(fields=[{"slug": "accounting", "set_by": "member"}])])


def smtp_settings(port: int) -> Settings:
    return Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)


def owed(sessions: SessionFactory, recipient: str = MEMBER) -> OutboxMessage:
    with sessions() as session:
        query = select(OutboxMessage).where(OutboxMessage.recipient == recipient)
        return session.scalars(query).one()


@pytest.mark.usefixtures("filed")
class TestDelivery:
    def test_what_is_due_leaves_once(self, sessions: SessionFactory) -> None:
        recorder = Recorder()
        assert send_due(sessions, recorder, SENDER) == 2
        assert sorted(recorder.sent) == [TEAM, MEMBER]
        assert send_due(sessions, recorder, SENDER) == 0
        assert len(recorder.sent) == 2
        message = owed(sessions)
        assert message.sent_at is not None
        assert (message.next_attempt_at, message.attempts, message.last_error) == (None, 1, None)

    def test_what_is_not_due_yet_stays(self, sessions: SessionFactory, clock) -> None:
        clock.advance(seconds=-60)
        assert send_due(sessions, Recorder(), SENDER) == 0
        assert owed(sessions).attempts == 0

    def test_a_failure_does_not_hold_the_others_back(self, sessions: SessionFactory) -> None:
        recorder = Recorder({TEAM: ConnectionError("cut")})
        assert send_due(sessions, recorder, SENDER) == 1
        assert recorder.sent == [MEMBER]
        failed = owed(sessions, TEAM)
        assert (failed.attempts, failed.sent_at) == (1, None)
        assert failed.last_error == "ConnectionError: cut"

    def test_a_message_that_cannot_be_written_does_not_hold_the_others_back(
        self, sessions: SessionFactory
    ) -> None:
        error = UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range")
        assert send_due(sessions, Recorder({TEAM: error}), SENDER) == 1
        assert owed(sessions, TEAM).last_error.startswith("UnicodeEncodeError")

    def test_a_long_error_fits_its_column(self, sessions: SessionFactory) -> None:
        send_due(sessions, Recorder({MEMBER: OSError("é" * 900)}), SENDER)
        assert len(owed(sessions).last_error) == 500

    def test_each_wait_is_twice_the_one_before_then_the_message_is_parked(
        self, sessions: SessionFactory, clock
    ) -> None:
        clock.set("2099-01-01T00:00:00+00:00")
        recorder = Recorder({MEMBER: smtplib.SMTPServerDisconnected("gone")})
        waits = []
        for attempt in range(1, MAX_ATTEMPTS + 1):
            send_due(sessions, recorder, SENDER)
            message = owed(sessions)
            assert message.attempts == attempt
            if message.next_attempt_at:
                assert message.parked_at is None
                waits.append(message.next_attempt_at - clock())
                clock.shift += waits[-1] - dt.timedelta(seconds=1)
                send_due(sessions, recorder, SENDER)
                assert owed(sessions).attempts == attempt
                clock.advance(seconds=1)
        assert waits == [dt.timedelta(minutes=m) for m in (1, 2, 4, 8, 16, 32, 64)]
        assert (message.parked_at, message.sent_at) == (clock(), None)
        assert message.last_error == "SMTPServerDisconnected: gone"
        recorder.failures.clear()
        clock.advance(days=365)
        assert send_due(sessions, recorder, SENDER) == 0

    def test_a_message_that_left_at_last_bears_no_error(
        self, sessions: SessionFactory, clock
    ) -> None:
        recorder = Recorder({MEMBER: ConnectionError("cut")})
        send_due(sessions, recorder, SENDER)
        recorder.failures.clear()
        clock.advance(minutes=2)
        assert send_due(sessions, recorder, SENDER) == 1
        assert (owed(sessions).attempts, owed(sessions).last_error) == (2, None)

    def test_a_message_whose_sender_died_is_sent_once_its_claim_lapses(
        self, sessions: SessionFactory, clock
    ) -> None:
        class Dead(BaseException):
            pass

        with pytest.raises(Dead):
            send_due(sessions, Recorder({TEAM: Dead()}), SENDER)
        recorder = Recorder()
        assert send_due(sessions, recorder, SENDER) == 1
        clock.shift += CLAIM
        assert send_due(sessions, recorder, SENDER) == 1
        assert sorted(recorder.sent) == [TEAM, MEMBER]


def test_two_senders_at_once_send_each_message_once(sessions: SessionFactory) -> None:
    file_requests(sessions, [draft(str(number)) for number in range(4)])
    with sessions() as session:
        ids = set(session.scalars(select(OutboxMessage.id)))
    both_hold_one = threading.Barrier(2)

    class Slow:
        def __init__(self) -> None:
            self.sent: list[int] = []

        def send(self, _message: EmailMessage, outbox_id: int) -> None:
            if not self.sent:
                both_hold_one.wait(PATIENCE_SECONDS)
            self.sent.append(outbox_id)

    transports = Slow(), Slow()
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda slow: send_due(sessions, slow, SENDER), transports))
    assert told == [len(slow.sent) for slow in transports] and min(told) > 0
    assert Counter(transports[0].sent + transports[1].sent) == dict.fromkeys(ids, 1)


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("backend", ["sqlite"])
class TestFolder:
    def test_a_message_is_a_file_that_reads_back(
        self, sessions: SessionFactory, tmp_path: Path
    ) -> None:
        folder = tmp_path / "var" / "outbox"
        send_due(sessions, FolderTransport(folder), SENDER)
        message = owed(sessions)
        raw = (folder / f"{message.id}.eml").read_bytes()
        email = message_from_bytes(raw, policy=default)
        assert (email["To"], email["Subject"]) == (message.recipient, message.subject)
        assert email.get_content().replace("\r\n", "\n") == message.body + "\n"
        assert not email.defects
        assert {path.suffix for path in folder.iterdir()} == {".eml"}

    def test_sending_again_replaces_the_file(
        self, sessions: SessionFactory, tmp_path: Path
    ) -> None:
        transport = FolderTransport(tmp_path / "outbox")
        send_due(sessions, transport, SENDER)
        before = {path.name: path.read_bytes() for path in transport.folder.iterdir()}
        with sessions.begin() as session:
            for message in session.scalars(select(OutboxMessage)):
                message.sent_at, message.next_attempt_at = None, message.created_at
        assert send_due(sessions, transport, SENDER) == 2
        assert {path.name: path.read_bytes() for path in transport.folder.iterdir()} == before

    def test_only_this_account_may_read_the_folder(
        self, sessions: SessionFactory, tmp_path: Path
    ) -> None:
        send_due(sessions, FolderTransport(tmp_path / "outbox"), SENDER)
        assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0

    def test_a_folder_that_cannot_be_made_is_a_failure_to_try_again(
        self, sessions: SessionFactory, tmp_path: Path
    ) -> None:
        (tmp_path / "outbox").write_text("a file in the way")
        assert send_due(sessions, FolderTransport(tmp_path / "outbox"), SENDER) == 0
        assert owed(sessions).last_error.startswith("FileExistsError")
        assert owed(sessions).next_attempt_at is not None


@pytest.mark.usefixtures("filed")
class TestSmtp:
    def test_a_server_gets_each_message_whole(
        self, sessions: SessionFactory, mailbox: Mailbox
    ) -> None:
        assert send_due(sessions, SmtpTransport(smtp_settings(mailbox.port)), SENDER) == 2
        got = {envelope.rcpt_tos[0]: envelope for envelope in mailbox.received}
        assert set(got) == {TEAM, MEMBER}
        email = message_from_bytes(got[MEMBER].content, policy=default)
        message = owed(sessions)
        assert got[MEMBER].mail_from == SENDER
        assert (email["To"], email["Subject"]) == (MEMBER, message.subject)
        assert email.get_content().replace("\r\n", "\n") == message.body + "\n"

    @pytest.mark.parametrize("refusal", ["451 Try later", "554 No"])
    def test_what_a_server_refuses_waits(
        self, sessions: SessionFactory, mailbox: Mailbox, clock, refusal: str
    ) -> None:
        transport = SmtpTransport(smtp_settings(mailbox.port))
        mailbox.refusal = refusal
        assert send_due(sessions, transport, SENDER) == 0
        message = owed(sessions)
        assert (message.attempts, message.sent_at) == (1, None)
        assert refusal[:3] in message.last_error
        mailbox.refusal = None
        assert send_due(sessions, transport, SENDER) == 0
        clock.advance(minutes=2)
        assert send_due(sessions, transport, SENDER) == 2
        assert {envelope.rcpt_tos[0] for envelope in mailbox.received} == {TEAM, MEMBER}

    def test_a_server_that_always_refuses_has_the_message_parked(
        self, sessions: SessionFactory, mailbox: Mailbox, clock
    ) -> None:
        transport = SmtpTransport(smtp_settings(mailbox.port))
        mailbox.refusal = "554 No"
        for _ in range(MAX_ATTEMPTS):
            send_due(sessions, transport, SENDER)
            clock.advance(hours=2)
        mailbox.refusal = None
        assert send_due(sessions, transport, SENDER) == 0
        message = owed(sessions)
        assert (message.attempts, message.next_attempt_at) == (MAX_ATTEMPTS, None)
        assert message.parked_at is not None and "554" in message.last_error

    def test_a_server_that_does_not_answer_is_tried_again_later(
        self, sessions: SessionFactory
    ) -> None:
        assert send_due(sessions, SmtpTransport(smtp_settings(free_port())), SENDER) == 0
        assert owed(sessions).last_error.startswith("ConnectionRefusedError")


def test_encryption_wants_a_certificate_that_can_be_trusted(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts: list[ssl.SSLContext] = []
    monkeypatch.setattr(smtplib.SMTP, "starttls", lambda _, context: contexts.append(context))
    settings = smtp_settings(mailbox.port).model_copy(update={"smtp_starttls": True})
    email = EmailMessage()
    email["From"], email["To"] = SENDER, MEMBER
    SmtpTransport(settings).send(email, 1)
    [context] = contexts
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname


def test_messages_go_to_a_server_where_one_is_set_and_to_a_folder_otherwise() -> None:
    assert isinstance(make_transport(Settings(smtp_host="mail.example")), SmtpTransport)
    folder = make_transport(Settings(var_dir=Path("elsewhere")))
    assert isinstance(folder, FolderTransport) and folder.folder == Path("elsewhere/outbox")
