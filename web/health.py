"""Whether the service can serve: its database, the bot and the actions."""

import asyncio
import secrets
from collections.abc import Awaitable

import httpx
from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.models import ChatTurn
from web.bot_client import BotClient
from web.schemas import HealthParts, HealthReport, PartStatus

TIMEOUT_SECONDS = 2
PROBE = "/start"

router = APIRouter(tags=["health"])


class Health:
    """Asks each part, all at once."""

    def __init__(
        self, sessions: SessionFactory, bot: BotClient, client: httpx.AsyncClient, actions_url: str
    ) -> None:
        self._sessions = sessions
        self._bot = bot
        self._client = client
        self._actions_url = actions_url

    async def report(self) -> HealthReport:
        database, bot, actions = await asyncio.gather(
            _status(asyncio.to_thread(self._read_database)),
            _status(self._hear_bot()),
            _status(self._reach_actions()),
        )
        parts = HealthParts(database=database, bot=bot, actions=actions)
        is_ok = {database, bot, actions} == {"ok"}
        return HealthReport(status="ok" if is_ok else "degraded", parts=parts)

    def _read_database(self) -> None:
        with self._sessions.begin() as database:
            database.scalar(select(ChatTurn.id).limit(1))

    async def _hear_bot(self) -> None:
        # Rasa says hello even without a model: only a real message proves that it answers, and
        # each one is kept for ever. So one is sent only until the bot has answered, and again
        # once it has failed a member; as a new conversation, since a long one costs more.
        if not self._bot.answers:
            await self._bot.say(f"health-{secrets.token_hex(8)}", PROBE)
        elif not await self._bot.is_up():
            raise ConnectionError

    async def _reach_actions(self) -> None:
        response = await self._client.get(f"{self._actions_url}/health")
        response.raise_for_status()


async def _status(check: Awaitable[None]) -> PartStatus:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await check
    except Exception:
        return "down"
    return "ok"


@router.get("/health", responses={503: {"model": HealthReport}})
async def health(request: Request, response: Response) -> HealthReport:
    """Whether each part works: 200 if all do, 503 if not."""
    report = await request.app.state.health.report()
    if report.status != "ok":
        response.status_code = 503
    return report
