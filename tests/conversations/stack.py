"""The whole stack, really running, and a member who talks to it through the chat API."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from catalog.database import SessionFactory, make_session_factory
from catalog.models import Request
from catalog.settings import Settings, get_settings
from stack.__main__ import prepare, wait_until_healthy
from stack.supervision import Supervision
from tests.ports import free_port
from web.grants import Grants

ANSWER_SECONDS = 30


@dataclass
class Stack:
    settings: Settings
    supervision: Supervision
    sessions: SessionFactory
    client: httpx.Client
    # All that members typed, which no log may hold.
    typed: set[str] = field(default_factory=set)

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """Stop a part for a while."""
        self.supervision.stop_part(part)
        try:
            yield
        finally:
            self.supervision.start_part(part)
            wait_until_healthy(self.settings, self.supervision)

    def requests_of(self, organisation: str) -> list[Request]:
        """The filed requests of an organisation, oldest first, with all that hangs on them."""
        with self.sessions.begin() as session:
            query = select(Request).where(Request.organisation_name == organisation)
            found = list(session.scalars(query.order_by(Request.id)))
            for request in found:
                _ = request.fields, request.consents, request.outbox_messages, request.region
            return found

    def health(self) -> dict[str, str]:
        """How each part is, as the web server tells it."""
        return self.client.get("/health").json()["parts"]

    def log_text(self) -> str:
        return "".join(
            path.read_text(errors="replace") for path in self.supervision.logs.glob("*.log")
        )


@contextmanager
def running_stack(database_url: str, folder: Path, **changes: str) -> Iterator[Stack]:
    """Start every part on free ports, with its files in `folder` and `changes` in the settings."""
    ports = [free_port() for _ in range(3)]
    environment = {
        "DATABASE_URL": database_url,
        "VAR_DIR": str(folder),
        "WEB_PORT": str(ports[0]),
        "RASA_PORT": str(ports[1]),
        "ACTIONS_PORT": str(ports[2]),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SMTP_HOST": "",
        # All of the conversations come from one address, faster than a person types.
        "MESSAGES_PER_SESSION": "1000/minute",
        "MESSAGES_PER_ADDRESS": "10000/minute",
        "MESSAGES_PER_KEY": "10000/minute",
        "CONVERSATIONS_PER_ADDRESS": "10000/hour",
        **changes,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        settings = get_settings()
        prepare(settings)
        supervision = Supervision(settings)
        sessions = make_session_factory(database_url)
        client = httpx.Client(base_url=settings.web_url, timeout=ANSWER_SECONDS, trust_env=False)
        supervision.start()
        try:
            wait_until_healthy(settings, supervision)
            yield Stack(settings, supervision, sessions, client)
        finally:
            client.close()
            supervision.stop()
            sessions.kw["bind"].dispose()
            get_settings.cache_clear()


@dataclass
class Member:
    """Someone in a conversation; `said`, `choices` and `answered_in` are of the last answer."""

    stack: Stack
    language: str
    key: str | None = None
    identity: str | None = None
    said: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    answered_in: str = ""
    organisation: str = field(default_factory=lambda: f"Coop {uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Open a new conversation, with the grant of our page if it is for a widget's key."""
        body = {"language": self.language} | ({"identity": self.identity} if self.identity else {})
        if self.key:
            secret = self.stack.settings.secret_key.get_secret_value()
            body |= {"key": self.key, "grant": Grants(secret).issue(self.key)}
        self.session = self._take(self.stack.client.post("/chat/session", json=body))["session"]

    def say(self, text: str) -> str:
        return self._send(text=text)

    def pick(self, value: str) -> str:
        """Press a choice, which must have been offered.

        A choice that was not is an error of the test's own, told with what was.
        """
        assert value in self.choices, f"{value!r} not among {list(self.choices)} in: {self.said}"
        return self._send(choice=value)

    def switch_to(self, language: str) -> str:
        """Press the page's button for `language`."""
        return self._send(to_language=language)

    def follow(self, *steps: str) -> str:
        """Say each step, or press it when it starts with `>`."""
        for step in steps:
            self.pick(step[1:]) if step.startswith(">") else self.say(step)
        return self.said

    def filed(self) -> list[Request]:
        return self.stack.requests_of(self.organisation)

    def post(self, **message: str) -> httpx.Response:
        """Send a message, whatever its answer, under an `id` of its own unless one is given."""
        self.stack.typed.add(message.get("text", ""))
        body = {"session": self.session, "id": uuid.uuid4().hex, **message}
        return self.stack.client.post("/chat/message", json=body)

    def _send(self, **message: str) -> str:
        self._take(self.post(**message))
        return self.said

    def _take(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        answer = response.json()
        self.said = "\n".join(message["text"] for message in answer["messages"])
        self.choices = {
            choice["value"]: choice["title"]
            for message in answer["messages"]
            for choice in message["choices"]
        }
        self.answered_in = answer["language"]
        return answer
