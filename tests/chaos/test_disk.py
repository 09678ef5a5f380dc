"""A disk that is full, under the database and under the folder of e-mails."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

import catalog.outbox
from catalog.database import SessionFactory
from catalog.models import ChatTurn, Language, utc_now
from catalog.outbox import FIRST_DELAY, FolderTransport, send_due
from catalog.requests import file_requests
from catalog.settings import Settings
from tests.chaos.filers import SENDER, draft_of
from tests.chaos.ledger import Ledger, Wish
from web.app import create_app
from web.conversation import TEXTS

# A server of PostgreSQL stops itself when its disk is full: test_service stops it.
pytestmark = [pytest.mark.parametrize("backend", ["sqlite"]), pytest.mark.anyio]

# Less than any e-mail takes.
FEW_BYTES = 100
AS_IT_IS = 2**31


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def wish(ledger: Ledger) -> Wish:
    wish = Wish("Coop 1", Language.FR, "Tenue de livres " * 1000)
    ledger.wished(wish)
    return wish


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """SQLite gets no page more than it has, and says that the disk is full."""

    def limit(connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    def release(connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {AS_IT_IS}")

    event.listen(engine, "checkout", limit)
    event.listen(engine, "checkin", release)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file that this process writes grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_nothing_is_filed_on_a_full_disk_and_all_of_it_after(
    sessions: SessionFactory, ledger: Ledger, wish: Wish
) -> None:
    with full_disk(sessions.kw["bind"]), pytest.raises(OperationalError, match="full"):
        file_requests(sessions, [draft_of(wish)])
    assert ledger.check_requests() == 0
    [request] = file_requests(sessions, [draft_of(wish)])
    ledger.acknowledged(wish.organisation, request.reference)
    assert ledger.check_requests() == 1


def test_emails_wait_for_room_in_their_folder(
    sessions: SessionFactory, wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_requests(sessions, [draft_of(wish)])
    transport = FolderTransport(tmp_path / "outbox")
    with monkeypatch.context() as patch:
        patch.setattr(transport, "send", without_room(transport.send))
        assert send_due(sessions, transport, SENDER) == 0
    assert not list(transport.folder.glob("*.eml"))
    monkeypatch.setattr(catalog.outbox, "utc_now", lambda: utc_now() + 2 * FIRST_DELAY)
    assert send_due(sessions, transport, SENDER) == 3
    assert {path.suffix for path in transport.folder.iterdir()} == {".eml"}


def without_room(send: Callable[..., None]) -> Callable[..., None]:
    def sending(*arguments: object) -> None:
        with files_of_at_most(FEW_BYTES):
            send(*arguments)

    return sending


@pytest.mark.parametrize("language", list(Language))
async def test_a_member_is_told_and_heard_once_there_is_room(
    database_url: str, sessions: SessionFactory, language: Language
) -> None:
    async def bot(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[{"text": "Oui ?"}])

    settings = Settings(database_url=database_url, messages_per_session="1000/minute")
    app = create_app(settings, httpx.MockTransport(bot))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://web") as client,
    ):
        opened = await client.post("/chat/session", json={"language": language})
        message = {"session": opened.json()["session"], "id": "m1", "text": "mot " * 450}
        with full_disk(app.state.database_sessions.kw["bind"]):
            refused = await until_refused(client, message)
        assert refused.json()["error"]["message"] == TEXTS.get("unavailable", language)
        answer = await client.post("/chat/message", json=message)
        assert answer.json()["messages"][0]["text"] == "Oui ?"
    with sessions() as session:
        heard = select(func.count()).where(ChatTurn.message_id == "m1")
        assert session.scalar(heard) == 1


async def until_refused(client: httpx.AsyncClient, message: dict[str, str]) -> httpx.Response:
    """Send until a page is wanted that there is no room for; `message` is the one refused."""
    for number in range(100):
        message["id"] = f"filler {number}".replace(" ", "-")
        response = await client.post("/chat/message", json=message)
        if response.status_code != httpx.codes.OK:
            message["id"] = "m1"
            return await client.post("/chat/message", json=message)
    raise AssertionError("there is room for everything")
