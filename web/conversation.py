"""Conversations: each message heard once, in order, and never left without an answer."""

import asyncio
import json
import logging
import secrets
from pathlib import Path
from weakref import WeakValueDictionary

from catalog.models import ChatTurn, Language
from catalog.texts import Texts
from web.bot_client import BotClient, BotSilent
from web.schemas import Choice, Message, MessageAnswer
from web.sessions import ChatSession
from web.turns import RETRY, Said, TurnStore

TEXTS = Texts(Path(__file__).with_name("texts.yml"))
CONVERSATION_ID_BYTES = 16

logger = logging.getLogger(__name__)


class Conversations:
    """Every conversation of this process with the bot."""

    def __init__(self, store: TurnStore, bot: BotClient) -> None:
        self._store = store
        self._bot = bot
        # A lock lives as long as someone holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, language: Language, pole: str | None) -> tuple[ChatSession, MessageAnswer]:
        session = ChatSession(secrets.token_hex(CONVERSATION_ID_BYTES), language)
        entities = {"requested_language": language.value} | ({"pole": pole} if pole else {})
        payload = f"/start{json.dumps(entities, separators=(',', ':'))}"
        turn = await asyncio.to_thread(self._store.open, session, payload)
        return session, _answer(await self._ask_bot(turn))

    async def hear(self, session: ChatSession, message_id: str, said: Said) -> MessageAnswer:
        """The answer to a message, from the bot or, if it was heard before, from the database."""
        async with self._lock(session.conversation_id):
            turn, is_unheard = await asyncio.to_thread(self._store.begin, session, message_id, said)
            return _answer(await self._ask_bot(turn) if is_unheard else turn)

    async def language(self, session: ChatSession) -> Language:
        return await asyncio.to_thread(self._store.language, session)

    async def is_active_pole(self, slug: str) -> bool:
        return await asyncio.to_thread(self._store.is_active_pole, slug)

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _ask_bot(self, turn: ChatTurn) -> ChatTurn:
        try:
            answer = await self._bot.say(turn.conversation_id, turn.payload)
        except BotSilent as error:
            logger.error("the bot did not answer: %s", error)
            return turn
        return await asyncio.to_thread(self._store.finish, turn, answer)


def _answer(turn: ChatTurn) -> MessageAnswer:
    """The answer of `turn` as a browser may see it, or that there is none."""
    if turn.failed:
        retry = Choice(title=TEXTS.get("retry", turn.language), value=RETRY)
        silent = Message(text=TEXTS.get("bot_silent", turn.language), choices=[retry])
        return MessageAnswer(messages=[silent], language=turn.language)
    messages = [Message.model_validate(message) for message in turn.messages or []]
    return MessageAnswer(messages=messages, language=turn.language)
