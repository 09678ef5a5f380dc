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
from web import chat, health, metrics, pages, person_page, privacy_page, request_form
from web.body_limit import BodyLimit
from web.bot_client import BotClient
from web.console.console import make_console
from web.console.impossible import refuse_impossible_values
from web.conversation import Conversations
from web.conversation_locks import ConversationLocks
from web.errors import FailureBoundary, add_error_handlers
from web.form_encoding import Utf8Forms
from web.grants import Grants
from web.limits import Limits
from web.observation import Observation
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
            bot = BotClient(client, settings.rasa_urls, settings.answer_timeout_seconds)
            app.state.database_sessions = database_sessions
            # A gateway that lasts longer than this at a turn will not end it.
            patience = 2 * settings.answer_timeout_seconds
            locks = ConversationLocks(database_sessions.kw["bind"], patience)
            app.state.conversations = Conversations(TurnStore(database_sessions), bot, locks)
            app.state.health = health.Health(
                database_sessions, bot, client, settings.actions_url, app.state.limits
            )
            yield
            locks.close()
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
            Middleware(Observation),
            Middleware(GZipMiddleware),
            Middleware(SecurityHeaders),
            Middleware(FailureBoundary),
            Middleware(BodyLimit),
            Middleware(Utf8Forms),
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
    app.include_router(metrics.router)
    app.include_router(pages.router)
    app.include_router(request_form.router)
    app.include_router(person_page.router)
    app.include_router(privacy_page.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC))
    console = make_console(database_sessions, settings, app.state.limits)
    console.mount_to(app)
    refuse_impossible_values(console)
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
