"""Deliver what the outbox owes: by SMTP when it is configured, else into a folder."""

import datetime as dt
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.models import OutboxMessage, utc_now
from catalog.settings import Settings

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_DELAY = dt.timedelta(minutes=1)
# Longer than a send can last, so that a message under way is not taken twice.
CLAIM = dt.timedelta(minutes=5)
SMTP_TIMEOUT_SECONDS = 30


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
        with smtplib.SMTP(
            settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT_SECONDS
        ) as smtp:
            if settings.smtp_starttls:
                smtp.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                smtp.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            smtp.send_message(message)


def make_transport(settings: Settings) -> Transport:
    if settings.smtp_host:
        return SmtpTransport(settings)
    return FolderTransport(settings.var_dir / "outbox")


def send_due(sessions: SessionFactory, transport: Transport, sender: str) -> int:
    """Send every message that is due; returns how many left."""
    sent = 0
    tried: list[int] = []
    while claimed := _claim(sessions, tried):
        tried.append(claimed.id)
        try:
            transport.send(_to_email(claimed, sender), claimed.id)
        # ValueError: a text that the mail library cannot write; the others must still leave.
        except (OSError, smtplib.SMTPException, ValueError) as error:
            _record_failure(sessions, claimed.id, error)
        else:
            _record_success(sessions, claimed.id)
            sent += 1
    return sent


def _claim(sessions: SessionFactory, tried: list[int]) -> OutboxMessage | None:
    """Take the next due message for this process alone, until the claim lapses."""
    now = utc_now()
    with sessions.begin() as session:
        message = session.scalar(
            select(OutboxMessage)
            .where(
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.parked_at.is_(None),
                OutboxMessage.next_attempt_at <= now,
                OutboxMessage.id.not_in(tried),
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
    with sessions.begin() as session:
        message = session.get_one(OutboxMessage, outbox_id)
        message.sent_at = utc_now()
        message.next_attempt_at = None
        message.last_error = None


def _record_failure(sessions: SessionFactory, outbox_id: int, error: Exception) -> None:
    with sessions.begin() as session:
        message = session.get_one(OutboxMessage, outbox_id)
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        if message.attempts >= MAX_ATTEMPTS:
            message.parked_at = utc_now()
            message.next_attempt_at = None
        else:
            message.next_attempt_at = utc_now() + FIRST_DELAY * 2 ** (message.attempts - 1)
    logger.warning("outbox message %s not sent: %s", outbox_id, type(error).__name__)


def _to_email(message: OutboxMessage, sender: str) -> EmailMessage:
    email = EmailMessage()
    # First, since it clears every Content- header.
    email.set_content(message.body)
    email["From"] = sender
    email["To"] = message.recipient
    email["Subject"] = message.subject
    email["Date"] = format_datetime(message.created_at)
    # The same at each attempt, so that a mailbox can tell a repeat.
    email["Message-ID"] = f"<outbox-{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    email["Content-Language"] = message.language
    email["Auto-Submitted"] = "auto-generated"
    return email
