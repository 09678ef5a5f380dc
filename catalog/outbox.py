"""Deliver what the outbox owes: by SMTP when it is configured, else into a folder."""

import datetime as dt
import logging
import smtplib
import ssl
import time
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import SessionFactory
from catalog.models import MessageKind, OutboxMessage, utc_now
from catalog.person_links import PersonLinks
from catalog.settings import Settings, get_settings

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_DELAY = dt.timedelta(minutes=1)
# More than any wait between two attempts: only a clock that was ahead sets one later.
FARTHEST = FIRST_DELAY * 2**MAX_ATTEMPTS
# Longer than a send can last, so that a message under way is not taken twice.
CLAIM = dt.timedelta(minutes=5)
SMTP_TIMEOUT_SECONDS = 30
# How long, while the claim holds, the database may be away when a message has left.
RECORD_SECONDS = 120
RECORD_AGAIN_SECONDS = 1


class Transport(Protocol):
    def send(self, message: EmailMessage, outbox_id: int) -> None: ...


class FolderTransport:
    """Writes each message as `<outbox id>.eml`; writing again replaces, never doubles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage, outbox_id: int) -> None:
        # Members’ words are for this account alone.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f"{outbox_id}.part"
        draft.write_bytes(message.as_bytes(policy=SMTP))
        draft.replace(self.folder / f"{outbox_id}.eml")


class SmtpTransport:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, message: EmailMessage, outbox_id: int) -> None:
        settings = self.settings
        with closing(
            smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT_SECONDS)
        ) as smtp:
            if settings.smtp_starttls:
                smtp.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                smtp.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            smtp.send_message(message)
            # The server has it: a farewell that fails must not have it sent again.
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()


def make_transport(settings: Settings) -> Transport:
    if settings.smtp_host:
        return SmtpTransport(settings)
    return FolderTransport(settings.var_dir / "outbox")


def send_due(sessions: SessionFactory, transport: Transport, sender: str) -> int:
    """Send every message that is due; returns how many left."""
    sent, due_by = 0, utc_now()
    while claimed := _claim(sessions, due_by):
        try:
            transport.send(_to_email(claimed, sender), claimed.id)
        # ValueError: a text that the mail library cannot write; the others must still leave.
        except (OSError, smtplib.SMTPException, ValueError) as error:
            _record_failure(sessions, claimed, error)
        else:
            _record_success(sessions, claimed.id)
            sent += 1
    return sent


def _claim(sessions: SessionFactory, due_by: dt.datetime) -> OutboxMessage | None:
    """Take the next message that was due at `due_by`, for this process alone until it lapses."""
    # Later than `due_by` even if the clock is put back: none is claimed twice in a round.
    now = max(utc_now(), due_by)
    with sessions.begin() as session:
        message = session.scalar(
            select(OutboxMessage)
            .where(
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.parked_at.is_(None),
                or_(
                    OutboxMessage.next_attempt_at <= due_by,
                    OutboxMessage.next_attempt_at > now + FARTHEST,
                ),
            )
            .order_by(OutboxMessage.next_attempt_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message:
            message.attempts += 1
            message.next_attempt_at = now + CLAIM
        return message


def _record_success(sessions: SessionFactory, outbox_id: int) -> None:
    """Note that a message left; not noted, it would leave again."""
    deadline = time.monotonic() + RECORD_SECONDS
    while True:
        try:
            return _set_sent(sessions, outbox_id)
        except SQLAlchemyError:
            if time.monotonic() > deadline:
                raise
        time.sleep(RECORD_AGAIN_SECONDS)


def _set_sent(sessions: SessionFactory, outbox_id: int) -> None:
    with sessions.begin() as session:
        message = session.get(OutboxMessage, outbox_id)
        # The person had it erased as it left.
        if message is None:
            return
        message.sent_at = utc_now()
        message.next_attempt_at = None
        message.last_error = None


def _record_failure(sessions: SessionFactory, claimed: OutboxMessage, error: Exception) -> None:
    # The clock may have been put back since: not again in this round.
    now = max(utc_now(), claimed.next_attempt_at - CLAIM)
    with sessions.begin() as session:
        message = session.get(OutboxMessage, claimed.id)
        if message is None:
            return
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        if message.attempts >= MAX_ATTEMPTS:
            message.parked_at = utc_now()
            message.next_attempt_at = None
        else:
            message.next_attempt_at = now + FIRST_DELAY * 2 ** (message.attempts - 1)
    logger.warning("outbox message %s not sent: %s", claimed.id, type(error).__name__)


def _to_email(message: OutboxMessage, sender: str) -> EmailMessage:
    email = EmailMessage()
    # First, since it clears every Content- header.
    email.set_content(_body(message))
    email["From"] = sender
    email["To"] = message.recipient
    # The library decodes what looks encoded, line breaks too, and each would begin a header.
    email["Subject"] = message.subject.replace("=?", "= ?")
    email["Date"] = format_datetime(message.created_at)
    # The same at each attempt, so that a mailbox can tell a repeat; the number alone is given again
    # once a back-up is restored, and mailboxes would hide the new message.
    owed = f"outbox-{message.id}-{message.created_at:%Y%m%d%H%M%S}"
    email["Message-ID"] = f"<{owed}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    email["Content-Language"] = message.language
    email["Auto-Submitted"] = "auto-generated"
    return email


def _body(message: OutboxMessage) -> str:
    """The words; a link is signed only now, and never kept, so that it lasts from here on."""
    if message.kind is not MessageKind.LINK:
        return message.body
    settings = get_settings()
    links = PersonLinks(settings.secret_key.get_secret_value(), settings.browser_url)
    return message.body.format(link=links.url(message))
