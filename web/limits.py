"""How often one may write, by conversation, address and widget, and try to sign in."""

import logging
import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from catalog.settings import Settings

# A key that anyone may write takes no more room than this.
MAX_KEY = 64
# On loopback or beside it, an answer takes a thousandth of that.
REDIS_SECONDS = 0.5

logger = logging.getLogger(__name__)


class RateLimited(Exception):
    """Too much was sent; `seconds` from now it may be sent again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Limits:
    """Counts what is sent, in this process or in Redis where several serve."""

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url
        self._connections = _connections(url) if url else None
        self._limiter = SlidingWindowCounterRateLimiter(_storage(url, self._connections))
        self._per_session = parse(settings.messages_per_session)
        self._per_address = parse(settings.messages_per_address)
        self._per_key = parse(settings.messages_per_key)
        self._conversations = parse(settings.conversations_per_address)
        self._sign_ins = parse(settings.sign_ins_per_address)
        self._person_links = parse(settings.person_links_per_address)

    async def count_conversation(self, address: str, key: str | None) -> None:
        """Count the opening of a conversation.

        Raises:
            RateLimited: its address opened too many, or too much came by its widget.
        """
        await self._count(self._conversations, "conversation", address)
        await self._count_key(key)

    async def count_sign_in(self, address: str) -> None:
        """Count an attempt to enter the console.

        Raises:
            RateLimited: its address made too many.
        """
        await self._count(self._sign_ins, "sign-in", address)

    async def count_person_link(self, address: str) -> None:
        """Count a question for a link to one's own information.

        Raises:
            RateLimited: its address asked too often.
        """
        await self._count(self._person_links, "person-link", address)

    async def count_message(self, address: str, conversation_id: str, key: str | None) -> None:
        """Count a message.

        Raises:
            RateLimited: too much came in its conversation, from its address or by its widget.
        """
        await self._count(self._per_session, "session", conversation_id)
        await self._count(self._per_address, "address", address)
        await self._count_key(key)

    async def _count_key(self, key: str | None) -> None:
        if key:
            await self._count(self._per_key, "key", key[:MAX_KEY])

    @property
    def in_redis(self) -> bool:
        return self._connections is not None

    async def check(self) -> None:
        """Make sure that Redis answers, where it counts.

        Raises:
            ConnectionError: it does not.
        """
        if not await self._limiter.storage.check():
            raise ConnectionError

    async def close(self) -> None:
        """Let go of Redis."""
        if self._connections:
            await self._connections.aclose()

    async def _count(self, limit: RateLimitItem, *of: str) -> None:
        try:
            if await self._limiter.hit(limit, *of):
                return
            stats = await self._limiter.get_window_stats(limit, *of)
        except StorageError as error:
            # A chat that nobody counts is better than none.
            logger.error("limits are not counted: %s", type(error.storage_error).__name__)
            return
        raise RateLimited(max(1, math.ceil(stats.reset_time - time.time())))


def _connections(url: str) -> ConnectionPool:
    # A member waits for each count: a Redis that hangs is one that is gone.
    return ConnectionPool.from_url(
        url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )


def _storage(redis_url: str | None, connections: ConnectionPool | None) -> Storage:
    if connections is None:
        return MemoryStorage()
    return RedisStorage(
        f"async+{redis_url}",
        implementation="redispy",
        wrap_exceptions=True,
        connection_pool=connections,
    )
