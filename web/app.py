"""The web application: `uvicorn --factory web.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from catalog.database import make_session_factory
from catalog.settings import Settings, get_settings
from web import chat, health, pages, request_form
from web.body_limit import BodyLimit
from web.bot_client import BotClient
from web.console.console import make_console
from web.conversation import Conversations
from web.errors import FailureBoundary, add_error_handlers
from web.grants import Grants
from web.limits import Limits
from web.security_headers import SecurityHeaders
from web.sessions import Sessions
from web.turns import TurnStore


def create_app(
    settings: Settings | None = None, transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """The application; `transport` stands in for the network to the bot and the actions."""
    settings = settings or get_settings()

    database_sessions = make_session_factory(settings.database_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _local_client(settings, transport) as client:
            bot = BotClient(client, settings.rasa_url, settings.answer_timeout_seconds)
            app.state.database_sessions = database_sessions
            app.state.conversations = Conversations(TurnStore(database_sessions), bot)
            app.state.health = health.Health(database_sessions, bot, client, settings.actions_url)
            yield
        await app.state.limits.close()
        database_sessions.kw["bind"].dispose()

    app = FastAPI(
        title="Aiguilleur",
        description="The chat of the Consortium’s assistant.",
        lifespan=lifespan,
        # Their pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        # It would record exceptions with their text, which may hold what a member wrote.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        middleware=[
            Middleware(GZipMiddleware),
            Middleware(SecurityHeaders),
            Middleware(FailureBoundary),
            Middleware(BodyLimit),
        ],
    )
    secret = settings.secret_key.get_secret_value()
    app.state.settings = settings
    app.state.sessions = Sessions(secret, settings.session_hours)
    app.state.grants = Grants(secret)
    app.state.limits = Limits(settings)
    add_error_handlers(app)
    app.include_router(chat.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(request_form.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC))
    make_console(database_sessions, settings, app.state.limits).mount_to(app)
    return app


def _local_client(
    settings: Settings, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        timeout=settings.answer_timeout_seconds,
        # A connection kept open may be closed by the bot just as a message is sent over it.
        limits=httpx.Limits(max_keepalive_connections=0),
        # The bot and the actions are on this machine, whatever proxy the environment names.
        trust_env=False,
    )
