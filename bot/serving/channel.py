"""Rasa's REST channel, in which a message is heard once, and alone in its conversation."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from sqlalchemy import column, create_engine, select, table
from sqlalchemy.engine import Engine

from bot.serving.conversation_locks import ConversationLocks

# Rasa's tracker store.
EVENTS = table("events", *map(column, ("id", "sender_id", "type_name", "data")))
# All messages share one processor: who came first is answered first, not all of them late.
HEARD_AT_ONCE = 8

logger = logging.getLogger(__name__)


class GatewayInput(RestInput):
    """Hears what the gateway sends, unless it has heard more than the gateway knows.

    A message bears in its metadata the `turn` that it is of and, where turns before it had no
    answer, the last one `answered` (0 for none). One of those without an answer may have been heard
    since, late: then this one gets no answer, and the gateway finds the other's in the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._locks = ConversationLocks(engine)

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "GatewayInput":
        """The channel over `database_url`, where the tracker store is."""
        return cls(create_engine((credentials or {})["database_url"], pool_pre_ping=True))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        turns = asyncio.Semaphore(HEARD_AT_ONCE)

        async def hear(message: UserMessage) -> None:
            async with self._locks.alone(message.sender_id), turns:
                if self._is_overtaken(message):
                    logger.warning("a message came while one before it was still being heard")
                else:
                    await on_new_message(message)

        return super().blueprint(hear)

    def _is_overtaken(self, message: UserMessage) -> bool:
        """Whether a turn that the gateway believes unheard was heard."""
        answered = (message.metadata or {}).get("answered")
        if answered is None:
            return False
        query = (
            select(EVENTS.c.data)
            .where(EVENTS.c.sender_id == message.sender_id, EVENTS.c.type_name == "user")
            .order_by(EVENTS.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            heard = connection.scalar(query)
        return heard is not None and _turn_of(heard) > answered


def _turn_of(data: str) -> int:
    """The turn that an event of the tracker store is of; 0 where none was told."""
    return (json.loads(data).get("metadata") or {}).get("turn") or 0
