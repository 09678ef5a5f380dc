"""Processes that file and send without end, to be killed at any moment."""

import os
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from catalog.database import make_session_factory
from catalog.outbox import SmtpTransport, send_due
from catalog.requests import RequestDraft, file_requests
from catalog.settings import Settings
from tests.catalog.drafts import consent, draft
from tests.chaos.ledger import Wish

# Else each process that starts would do it for itself.
configure_mappers()

SENDER = "aiguilleur@consortium.example"
AGAIN_SECONDS = 0.02


def file_all(url: str, wishes: list[Wish], told: Path) -> None:
    """File each wish, trying again until it is filed, and write its reference down in `told`.

    What is written is what a member was told: a kill before it is a request not acknowledged.
    """
    sessions = make_session_factory(url)
    answers = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for wish in wishes:
        reference = None
        while reference is None:
            try:
                reference = file_requests(sessions, [draft_of(wish)])[0].reference
            except SQLAlchemyError:
                time.sleep(AGAIN_SECONDS)
        os.write(answers, f"{wish.organisation}\t{reference}\n".encode())


def send_all(url: str, port: int) -> None:
    """Send what is due, without end, as the worker does."""
    sessions = make_session_factory(url)
    transport = SmtpTransport(mail_settings(port))
    while True:
        with suppress(SQLAlchemyError):
            send_due(sessions, transport, SENDER)
        time.sleep(AGAIN_SECONDS)


def mail_settings(port: int) -> Settings:
    return Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)


def draft_of(wish: Wish) -> RequestDraft:
    return draft(
        wish.organisation,
        organisation_name=wish.organisation,
        language=wish.language,
        description=wish.description,
        consents=[consent(), consent("news", granted=wish.wants_news)],
    )
