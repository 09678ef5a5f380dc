"""Conversations: each message heard once, in order, and never left without an answer."""

import asyncio
import logging
import secrets
from pathlib import Path

from catalog.models import ChatTurn, Conversation, Language, Widget
from catalog.texts import Texts
from web.bot_client import BotClient, BotSilent, command
from web.conversation_locks import ConversationLocks
from web.identity import Identity
from web.metrics import ANSWERED, BOT_SECONDS, FAILED, MESSAGES, REPEATED
from web.schemas import Choice, Message, MessageAnswer
from web.sessions import ChatSession
from web.turns import RETRY, Said, TurnStore, Unheard

TEXTS = Texts(Path(__file__).with_name("texts.yml"))
CONVERSATION_ID_BYTES = 16

logger = logging.getLogger(__name__)


class Conversations:
    """The members' conversations with the bot."""

    def __init__(self, store: TurnStore, bot: BotClient, locks: ConversationLocks) -> None:
        self._store = store
        self._bot = bot
        self._locks = locks

    async def open(
        self, language: Language, widget: Widget | None, identity: Identity | None
    ) -> tuple[ChatSession, MessageAnswer]:
        """A new conversation and its first messages.

        Raises:
            ApiError: the identity already opened one.
        """
        key = widget.key if widget else None
        session = ChatSession(secrets.token_hex(CONVERSATION_ID_BYTES), language, key)
        conversation = Conversation(
            id=session.conversation_id,
            language=language,
            pole_slug=widget.pole_slug if widget else None,
            member_id=identity and identity.member,
            identity_nonce=identity and identity.nonce,
        )
        entities = {
            "requested_language": language.value,
            "pole": conversation.pole_slug,
            "organisation": identity and identity.organisation,
        }
        payload = command("start", {name: value for name, value in entities.items() if value})
        turn = await asyncio.to_thread(self._store.open, conversation, payload)
        return session, _answer(await self._ask_bot(turn, Unheard()))

    async def hear(self, session: ChatSession, message_id: str, said: Said) -> MessageAnswer:
        """The answer to a message, from the bot or, if it was heard before, from the database."""
        async with self._locks.alone(session.conversation_id):
            turn, unheard = await asyncio.to_thread(self._store.begin, session, message_id, said)
            if not unheard:
                MESSAGES.labels(turn.language, REPEATED).inc()
                return _answer(turn)
            turn = await self._ask_bot(turn, unheard)
            MESSAGES.labels(turn.language, FAILED if turn.failed else ANSWERED).inc()
            return _answer(turn)

    async def language(self, session: ChatSession) -> Language:
        return await asyncio.to_thread(self._store.language, session)

    async def widget(self, key: str) -> Widget | None:
        """The active widget of `key`."""
        return await asyncio.to_thread(self._store.widget, key)

    async def _ask_bot(self, turn: ChatTurn, unheard: Unheard) -> ChatTurn:
        try:
            with BOT_SECONDS.time():
                answer = await self._bot.say(
                    turn.conversation_id, turn.payload, turn.id, unheard.answered
                )
        except BotSilent as error:
            logger.error("the bot did not answer: %s", error)
            return turn
        return await asyncio.to_thread(self._store.finish, turn, answer)


def _answer(turn: ChatTurn) -> MessageAnswer:
    """The answer of `turn` as a browser may see it, or that there is none."""
    if turn.failed:
        retry = Choice(title=TEXTS.get("retry", turn.language), value=RETRY)
        silent = Message(text=TEXTS.get("bot_silent", turn.language), choices=[retry])
        return MessageAnswer(messages=[silent], language=turn.language, failed=True)
    messages = [Message.model_validate(message) for message in turn.messages or []]
    return MessageAnswer(messages=messages, language=turn.language, failed=False)
