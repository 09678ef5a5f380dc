"""One turn at a time in each conversation, over every gateway of the same database."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from catalog.advisory_locks import lock_number
from web.errors import ApiError

POLL_SECONDS = 0.02
# What the bot holds while it hears has keys of its own (`bot.serving.conversation_locks`).
PURPOSE = b"gateway"
# A machine that is cut off holds its locks until PostgreSQL misses its signs of life.
SIGNS_OF_LIFE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class ConversationLocks:
    """Locks held in this process and, on PostgreSQL, in the database, which frees those of a
    process that falls. On SQLite one gateway serves."""

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        # A lock lives as long as someone holds or awaits it.
        self._waiting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._patience_seconds = patience_seconds
        is_shared = engine.dialect.name == "postgresql"
        self._shared = _DatabaseLocks(engine) if is_shared else None

    def __len__(self) -> int:
        """How many conversations are being heard or wait to be."""
        return len(self._waiting)

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait until nobody else is heard in the conversation, in order of arrival here.

        Raises:
            ApiError: another gateway has been at it for `patience_seconds`.
            SQLAlchemyError: the database does not answer.
        """
        async with self._waiting.setdefault(conversation_id, asyncio.Lock()):
            if self._shared is None:
                yield
                return
            try:
                await self._acquire(conversation_id)
                yield
            finally:
                # Where the wait was cut short too: the database may have given it since.
                self._shared.release(conversation_id)

    async def _acquire(self, conversation_id: str) -> None:
        deadline = time.monotonic() + self._patience_seconds
        while not await self._shared.try_acquire(conversation_id):
            if time.monotonic() > deadline:
                raise ApiError(503, "unavailable")
            await asyncio.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Free every lock."""
        if self._shared:
            self._shared.close()


class _DatabaseLocks:
    """PostgreSQL's advisory locks, all on one connection, one statement after the other.

    A connection for each turn under way would leave none for the turns themselves.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, "conversation-locks")

    async def try_acquire(self, conversation_id: str) -> bool:
        key = lock_number(conversation_id, PURPOSE)
        ask = asyncio.get_running_loop().run_in_executor
        return await ask(self._thread, self._select, func.pg_try_advisory_lock(key))

    def release(self, conversation_id: str) -> None:
        """Release the lock, if it is held, once what was asked before is done."""
        self._thread.submit(self._release, lock_number(conversation_id, PURPOSE))

    def close(self) -> None:
        self._thread.submit(self._disconnect)
        self._thread.shutdown()

    def _release(self, key: int) -> None:
        # A connection that is lost has released it already.
        with suppress(DBAPIError):
            self._select(func.pg_advisory_unlock(key))

    def _select(self, call: func) -> bool:
        try:
            return self._connected().scalar(select(call))
        except DBAPIError as error:
            self._disconnect()
            if not error.connection_invalidated:
                raise
        return self._connected().scalar(select(call))

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            for name, seconds in SIGNS_OF_LIFE.items():
                self._connection.execute(select(func.set_config(name, seconds, False)))
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            # To the pool it would go back with its locks.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
