"""One message at a time in each conversation, over every worker of the same database."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

POLL_SECONDS = 0.02
# What the gateway holds meanwhile has keys of its own (`web.conversation_locks`).
PURPOSE = b"bot"
# A machine that is cut off holds its locks until PostgreSQL misses its signs of life.
SIGNS_OF_LIFE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class ConversationLocks:
    """Locks held in this process and, on PostgreSQL, in the database, which frees those of a
    worker that falls. On SQLite one worker hears.

    All are on one connection; its statements wait on the event loop, as Rasa's own do.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_shared = engine.dialect.name == "postgresql"
        self._connection: Connection | None = None
        # A lock lives as long as someone holds or awaits it.
        self._waiting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait until nobody else hears a message of the conversation.

        Raises:
            DBAPIError: the database does not answer.
        """
        async with self._waiting.setdefault(conversation_id, asyncio.Lock()):
            if not self._is_shared:
                yield
                return
            key = _key(conversation_id)
            while not self._select(func.pg_try_advisory_lock(key)):
                await asyncio.sleep(POLL_SECONDS)
            try:
                yield
            finally:
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


def _key(conversation_id: str) -> int:
    """The number, of 64 bits, that the database knows the conversation by."""
    digest = hashlib.blake2b(conversation_id.encode(), digest_size=8, person=PURPOSE).digest()
    return int.from_bytes(digest, "big", signed=True)
