"""Whether the service can serve, part by part."""

import asyncio
import datetime as dt
import secrets
from collections.abc import Awaitable

import httpx
from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.last_runs import last_runs
from catalog.models import ChatTurn, Job, utc_now
from web.bot_client import BotClient
from web.limits import Limits
from web.schemas import HealthParts, HealthReport, PartStatus

TIMEOUT_SECONDS = 2
PROBE = "/start"
# Past these, a job's last good round is too old. A mail server that hangs may hold the worker's
# for minutes, and then no e-mail leaves; the learner trains for minutes.
LATE = {Job.WORK: dt.timedelta(minutes=2), Job.LEARN: dt.timedelta(minutes=15)}

router = APIRouter(tags=["health"])


class Late(Exception):
    """A job's last good round is too old."""


class Health:
    """Asks each part, all at once."""

    def __init__(
        self,
        sessions: SessionFactory,
        bot: BotClient,
        client: httpx.AsyncClient,
        actions_url: str,
        limits: Limits,
    ) -> None:
        self._sessions = sessions
        self._bot = bot
        self._client = client
        self._actions_url = actions_url
        self._limits = limits

    async def report(self) -> HealthReport:
        """How each part is: down if no request can be made, degraded if one can all the same."""
        database, bot, actions, worker, learner, redis = await asyncio.gather(
            _status(asyncio.to_thread(self._read_database)),
            _status(self._hear_bot()),
            _status(self._reach_actions()),
            _status(asyncio.to_thread(self._look_at, Job.WORK)),
            _status(asyncio.to_thread(self._look_at, Job.LEARN)),
            _status(self._limits.check()),
        )
        parts = HealthParts(
            database=database,
            bot=bot,
            actions=actions,
            worker=worker,
            learner=learner,
            redis=redis if self._limits.in_redis else None,
        )
        if "down" in (database, bot, actions):
            return HealthReport(status="down", parts=parts)
        is_whole = {worker, learner, redis} == {"ok"}
        return HealthReport(status="ok" if is_whole else "degraded", parts=parts)

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

    def _look_at(self, job: Job) -> None:
        with self._sessions.begin() as database:
            ended_at = last_runs(database).get(job)
        if ended_at is None or utc_now() - ended_at > LATE[job]:
            raise Late


async def _status(check: Awaitable[None]) -> PartStatus:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await check
    except Exception:
        return "down"
    return "ok"


@router.get("/health", responses={503: {"model": HealthReport}}, response_model_exclude_none=True)
async def health(request: Request, response: Response) -> HealthReport:
    """Whether each part works: 503 if members cannot be served, 200 even if others are down."""
    report = await request.app.state.health.report()
    if report.status == "down":
        response.status_code = 503
    return report
