"""The console over a database, as someone signed in sees it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from catalog.accounts import open_session
from catalog.database import SessionFactory
from catalog.models import Account
from catalog.settings import Settings
from tests.web.console.pages import Browser
from web.app import create_app
from web.console.authentication import COOKIE


async def _no_bot(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


@asynccontextmanager
async def signed_in(url: str, sessions: SessionFactory, account_id: int) -> AsyncIterator[Browser]:
    """A browser of the account, in the real application."""
    settings = Settings(_env_file=None, environment="local", database_url=url)
    app = create_app(settings, httpx.MockTransport(_no_bot))
    with sessions.begin() as session:
        token = open_session(session, session.get_one(Account, account_id)).token
    async with app.router.lifespan_context(app):
        browser = Browser(app, settings.browser_url)
        browser.client.cookies.set(COOKIE, token, path="/console")
        async with browser.client:
            yield browser
