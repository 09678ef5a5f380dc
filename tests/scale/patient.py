"""A member whose page never gives up: the network, the gateway or the bot may fall meanwhile."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conversations.stack import Member
from web.turns import RETRY

PATIENCE_SECONDS = 60
WAIT_SECONDS = 0.3


@dataclass
class PatientMember(Member):
    """Sends again under the same id what had no answer, and presses « Réessayer » where it failed,
    as the page and its reader do.

    `sent` holds what was sent, in order: a message, and whether it only repeats the one before.
    `on_answer` is called after each answer.
    """

    on_answer: Callable[[], None] = lambda: None
    sent: list[tuple[str, bool]] = field(default_factory=list)
    failures: int = 0

    def __post_init__(self) -> None:
        self.name = f"Marie {uuid.uuid4().hex[:8]}"
        self.email = f"{uuid.uuid4().hex[:8]}@exemple.coop"
        self.open()

    def open(self) -> None:
        body = {"language": self.language}
        answer = self._take(self._until_answered("/chat/session", body))
        self.session = answer["session"]
        self._insist(answer)

    def _send(self, **message: str) -> str:
        self._insist(self._deliver(message, is_repeat=False))
        self.on_answer()
        return self.said

    def _insist(self, answer: dict[str, Any]) -> None:
        """Press « Réessayer » until the bot has answered."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while answer["failed"]:
            assert time.monotonic() < deadline, "the bot answers no more"
            self.failures += 1
            time.sleep(WAIT_SECONDS)
            answer = self._deliver({"choice": RETRY}, is_repeat=True)

    def _deliver(self, message: dict[str, str], is_repeat: bool) -> dict[str, Any]:
        message_id = uuid.uuid4().hex
        self.sent.append((message_id, is_repeat))
        self.stack.typed.add(message.get("text", ""))
        body = {"session": self.session, "id": message_id, **message}
        return self._take(self._until_answered("/chat/message", body))

    def _until_answered(self, path: str, body: dict[str, str]) -> httpx.Response:
        """Post the very same until a gateway answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self.stack.client.post(path, json=body)
                if response.status_code < 500:
                    return response
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() < deadline, "the gateways answer no more"
            self.failures += 1
            time.sleep(WAIT_SECONDS)
