"""The console of the real application, and browsers in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload, sessionmaker

import catalog.accounts
from catalog.accounts import find_account, open_session
from catalog.database import SessionFactory
from catalog.models import Account, Request, Role
from catalog.requests import file_requests
from tests.accounts import add_account
from tests.catalog.drafts import draft
from tests.web.console.pages import Browser
from web.console.authentication import COOKIE, LANGUAGE_COOKIE

Enter = Callable[..., Awaitable[Browser]]
File = Callable[..., Request]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind, without the cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(catalog.accounts, "_hasher", quick)
    monkeypatch.setattr(catalog.accounts, "_NO_ONE", quick.hash("no one’s"))


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def file(sessions: SessionFactory) -> File:
    """A function that files a request as the bot does."""
    numbers = count(1)

    def filed(**changes: Any) -> Request:
        return file_requests(sessions, [draft(f"key-{next(numbers)}", **changes)])[0]

    return filed


@pytest.fixture
def read(sessions: SessionFactory) -> Callable[[Request], Request]:
    """A function that reads a request again, with all that belongs to it."""

    def again(request: Request) -> Request:
        with sessions() as session:
            query = select(Request).filter_by(id=request.id).options(selectinload("*"))
            return session.scalars(query).one()

    return again


@pytest.fixture
def account(sessions: SessionFactory) -> Callable[..., Account]:
    """A function that gives the account of a role, made at the first call."""

    def of(role: Role | str = Role.AGENT, **changes: Any) -> Account:
        role = Role(role)
        with sessions.begin() as session:
            email = changes.get("email", f"{role}@consortium.example")
            return find_account(session, email) or add_account(session, role, **changes)

    return of


@pytest.fixture
async def browse(gateway, settings) -> AsyncIterator[Callable[[], Browser]]:
    """A function that opens a browser in which no one is signed in."""
    opened: list[Browser] = []

    def opens(**changes: Any) -> Browser:
        opened.append(Browser(gateway.app, settings.browser_url, **changes))
        return opened[-1]

    yield opens
    for browser in opened:
        await browser.client.aclose()


@pytest.fixture
def enter(browse, sessions: SessionFactory, account) -> Callable[..., Browser]:
    """A function that opens a browser signed in as someone of a role."""

    def entered(role: Role | str = Role.AGENT, **changes: Any) -> Browser:
        person = account(role, **changes)
        browser = browse()
        with sessions.begin() as session:
            token = open_session(session, session.merge(person)).token
        browser.client.cookies.set(COOKIE, token, path="/console")
        browser.client.cookies.set(LANGUAGE_COOKIE, changes.get("language", "fr"))
        return browser

    return entered


@pytest.fixture
def agent(enter) -> Browser:
    return enter(Role.AGENT)


@pytest.fixture
def administrator(enter) -> Browser:
    return enter(Role.ADMINISTRATOR, name="Dominique Côté")
