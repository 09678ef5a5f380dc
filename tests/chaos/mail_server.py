"""A mail server on loopback that has moods."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from enum import StrEnum, auto

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port


class Mood(StrEnum):
    KIND = auto()
    # 554 to whoever comes with a message.
    REFUSING = auto()
    # Takes the connection and never says a word more once the message is there.
    HANGING = auto()
    # Takes the message in, and cuts the line before it says so.
    DROPPING = auto()
    # Takes the message in, says so, and leaves the farewell without an answer.
    RUDE = auto()
    # Tells each recipient to come back once.
    GREYLISTING = auto()


class MailServer:
    """Counts what it takes in, by Message-ID, as its mood lets it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = Mood.KIND
        self.delivered: Counter[str] = Counter()
        # Of those taken in, how often the sender was not told.
        self.untold = 0
        self.refused = 0
        self._seen: set[str] = set()
        self._stopping = asyncio.Event()

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, sender: str, _options: list[str]
    ) -> str:
        if self.mood is Mood.REFUSING:
            self.refused += 1
            return "554 No"
        envelope.mail_from = sender
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        message_id = message_from_bytes(envelope.content)["Message-ID"]
        if self.mood is Mood.GREYLISTING and message_id not in self._seen:
            self._seen.add(message_id)
            return "451 Come back later"
        if self.mood is Mood.HANGING:
            await self._stopping.wait()
            return "421 Stopping"
        self.delivered[message_id] += 1
        if self.mood is Mood.DROPPING:
            self.untold += 1
            server.transport.abort()
        return "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        if self.mood is Mood.RUDE:
            await self._stopping.wait()
        return "221 Bye"

    def stop_waiting(self) -> None:
        self._stopping.set()


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        waiting = threading.Event()
        controller.loop.call_soon_threadsafe(lambda: (server.stop_waiting(), waiting.set()))
        waiting.wait()
        controller.stop()
