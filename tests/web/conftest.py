"""The gateway over a fresh database, with a bot that says what a test tells it to."""

import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.database import make_engine
from catalog.models import ChatTurn, Widget
from catalog.settings import Settings
from catalog.widgets import WidgetChanges, set_widget
from tests.databases import migrate_and_seed
from web.app import create_app


class FakeBot:
    """Rasa and the action server, as a transport.

    `script` holds the answers to come, each a JSON value, a response, an exception to raise or
    a coroutine function to await; without one, the bot repeats what it hears.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.turns: list[int | None] = []
        self.answered: list[int | None] = []
        self.script: list[Any] = []
        self.door_status = 200
        self.actions_status = 200
        self.greetings = 0

    @property
    def payloads(self) -> list[str]:
        """What was heard in conversations, after their opening."""
        return [payload for _, payload in self.heard if not payload.startswith("/start")]

    def answers(self, *messages: dict[str, Any]) -> None:
        self.script.append(list(messages))

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.port == 5055:
            assert request.url.path == "/health"
            return httpx.Response(self.actions_status)
        if request.url.path == "/":
            self.greetings += 1
            return httpx.Response(self.door_status, text="Hello from Rasa: 3.6.21")
        assert (request.method, request.url.path) == ("POST", "/webhooks/rest/webhook")
        body = json.loads(request.content)
        assert set(body) == {"sender", "message", "metadata"}
        self.turns.append(body["metadata"]["turn"])
        self.answered.append(body["metadata"]["answered"])
        self.heard.append((body["sender"], body["message"]))
        return await self._perform(body["message"])

    async def _perform(self, message: str) -> httpx.Response:
        answer = self.script.pop(0) if self.script else [{"text": f"entendu : {message}"}]
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


class Gateway:
    """The web application and a browser."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://web"
        )
        self.session = ""

    async def open(self, **body: Any) -> httpx.Response:
        """Open a conversation; a key goes with the grant that its page would bear."""
        if isinstance(body.get("key"), str):
            body.setdefault("grant", self.app.state.grants.issue(body["key"]))
        response = await self.client.post("/chat/session", json=body)
        self.session = response.json().get("session", self.session)
        return response

    async def send(self, message_id: str, **body: Any) -> httpx.Response:
        message = {"session": self.session, "id": message_id, **body}
        return await self.client.post("/chat/message", json=message)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "seeded.db"
    migrate_and_seed(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(seeded_database: Path, tmp_path: Path) -> Settings:
    path = shutil.copy(seeded_database, tmp_path / "aiguilleur.db")
    return Settings(
        _env_file=None,
        environment="local",
        database_url=f"sqlite:///{path}",
        answer_timeout_seconds=5,
        messages_per_session="1000/minute",
        conversations_per_address="1000/minute",
        rasa_port=5005,
        actions_port=5055,
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def change(engine: Engine) -> Callable[..., Widget]:
    """A function that changes the widget of a pôle."""

    def changed(pole: str, **changes: Any) -> Widget:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            return set_widget(session, pole, WidgetChanges(**changes))

    return changed


@pytest.fixture
def widget(change: Callable[..., Widget]) -> Widget:
    """The widget of the pôle of Estrie, for the pages of https://estrie.example."""
    return change("estrie", origins=["https://estrie.example"], greeting_fr="Allô l’Estrie")


@pytest.fixture
def turns(engine: Engine):
    """A function that reads the stored turns after the opening."""

    def read() -> list[ChatTurn]:
        with Session(engine, expire_on_commit=False) as session:
            query = select(ChatTurn).where(ChatTurn.message_id != "/start").order_by(ChatTurn.id)
            return list(session.scalars(query))

    return read


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def start(settings: Settings, bot: FakeBot):
    """A context manager that starts a gateway; a second one is the first after a restart."""

    @asynccontextmanager
    async def started(**changes: Any) -> AsyncIterator[Gateway]:
        app = create_app(settings.model_copy(update=changes), httpx.MockTransport(bot))
        async with app.router.lifespan_context(app):
            gateway = Gateway(app)
            async with gateway.client:
                yield gateway

    return started


@pytest.fixture
async def gateway(start) -> AsyncIterator[Gateway]:
    async with start() as gateway:
        yield gateway


@pytest.fixture
async def chat(gateway: Gateway, bot: FakeBot) -> Gateway:
    """A gateway with an open conversation in French."""
    await gateway.open()
    return gateway
