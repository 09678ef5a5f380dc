"""Turns as the database keeps them: what a member sent once, and the answer it got."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.database import SessionFactory
from catalog.models import ChatTurn, Conversation, Language, Widget
from catalog.places import fold
from catalog.widgets import find_by_key
from web.bot_client import BotAnswer, command
from web.errors import TEXTS, ApiError
from web.heard import last_answered, missed_answer
from web.redaction import redact
from web.sessions import ChatSession

# No browser can send this id: a slash is not allowed in one.
OPENING_ID = "/start"
RETRY = "retry"
RETRY_WORDS = frozenset({"reessayer", "reessaie", "reessayez", "try again", "retry"})


@dataclass(frozen=True)
class Said:
    """What a member sent: words typed, the value of a choice, or a language to go on in."""

    text: str | None = None
    choice: str | None = None
    to_language: Language | None = None

    @property
    def fingerprint(self) -> str:
        if self.text is not None:
            # Redacted, always in one language: the digest of a number would betray it.
            said = f"text {redact(self.text, 'fr')}"
        elif self.choice is not None:
            said = f"choice {self.choice}"
        else:
            said = f"language {self.to_language}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def asks_again(self) -> bool:
        return self.choice == RETRY or (self.text is not None and fold(self.text) in RETRY_WORDS)


@dataclass(frozen=True)
class Unheard:
    """What the bot is told besides of a turn that it must hear.

    `answered` is the last turn that has an answer, 0 for none; it is None where no turn since has
    gone without one.
    """

    answered: int | None = None


class TurnStore:
    """Reads and writes turns; a turn counts as failed until its answer is stored."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    def open(self, conversation: Conversation, payload: str) -> ChatTurn:
        """Store a conversation and the turn that opens it, before the bot hears it.

        Raises:
            ApiError: the signed identity already opened one.
        """
        turn = ChatTurn(
            conversation_id=conversation.id,
            message_id=OPENING_ID,
            fingerprint="",
            payload=payload,
            language=conversation.language,
            failed=True,
        )
        try:
            with self._sessions.begin() as database:
                database.add(conversation)
                return _add(database, turn)
        except IntegrityError:
            raise ApiError(422, "identity_invalid") from None

    def begin(
        self, session: ChatSession, message_id: str, said: Said
    ) -> tuple[ChatTurn, Unheard | None]:
        """The turn of `message_id`, stored if it is new, and how the bot must hear it, if it must.

        Raises:
            ApiError: the id was used for another message, or the choice is not offered.
        """
        conversation_id = session.conversation_id
        with self._sessions.begin() as database:
            latest = _latest(database, conversation_id)
            stored = database.scalar(
                select(ChatTurn).filter_by(conversation_id=conversation_id, message_id=message_id)
            )
            if stored is not None:
                if stored.fingerprint != said.fingerprint:
                    raise ApiError(409, "id_reused")
                # Once the conversation has moved on, old words would answer a newer question.
                if not stored.failed or stored is not latest:
                    return stored, None
                missed = missed_answer(database, stored)
                if missed:
                    return _answered(stored, missed), None
                return stored, _unheard(database, latest)
            language = latest.language if latest else session.language
            turn = ChatTurn(
                conversation_id=conversation_id,
                message_id=message_id,
                fingerprint=said.fingerprint,
                payload=_payload(said, latest, language),
                language=language,
                failed=True,
            )
            missed = _missed(database, latest, said)
            if missed:
                return _add(database, _answered(turn, missed)), None
            return _add(database, turn), _unheard(database, latest)

    def finish(self, turn: ChatTurn, answer: BotAnswer) -> ChatTurn:
        """Store the answer of `turn`."""
        with self._sessions.begin() as database:
            return _answered(database.get_one(ChatTurn, turn.id), answer)

    def language(self, session: ChatSession) -> Language:
        with self._sessions.begin() as database:
            latest = _latest(database, session.conversation_id)
            return latest.language if latest else session.language

    def widget(self, key: str) -> Widget | None:
        with self._sessions.begin() as database:
            return find_by_key(database, key)


def _latest(database: Session, conversation_id: str) -> ChatTurn | None:
    return database.scalar(
        select(ChatTurn)
        .filter_by(conversation_id=conversation_id)
        .order_by(ChatTurn.id.desc())
        .limit(1)
    )


def _add(database: Session, turn: ChatTurn) -> ChatTurn:
    database.add(turn)
    database.flush()
    return turn


def _unheard(database: Session, latest: ChatTurn | None) -> Unheard:
    """How the bot must hear a turn, where `latest` was the last one."""
    if latest is None or not latest.failed:
        return Unheard()
    return Unheard(last_answered(database, latest.conversation_id))


def _answered(turn: ChatTurn, answer: BotAnswer) -> ChatTurn:
    turn.messages = answer.messages
    turn.language = answer.language or turn.language
    turn.failed = False
    return turn


def _missed(database: Session, latest: ChatTurn | None, said: Said) -> BotAnswer | None:
    """What to answer in place of the bot, if the member has missed its last answer."""
    # In the other language, the bot asks its question again by itself.
    if latest is None or not latest.failed or said.to_language:
        return None
    missed = missed_answer(database, latest)
    if missed is None or said.asks_again or said.fingerprint == latest.fingerprint:
        return missed
    # Said without having seen the question, it is no answer to it.
    language = missed.language or latest.language
    notice = {"text": TEXTS.get("answer_missed", language), "choices": []}
    return BotAnswer([notice, *missed.messages], missed.language)


def _payload(said: Said, latest: ChatTurn | None, language: Language) -> str:
    """What the bot is to hear."""
    if latest and latest.failed and said.asks_again:
        return latest.payload
    if said.to_language:
        return command("switch_language", {"requested_language": said.to_language.value})
    if said.choice is None:
        return redact(said.text or "", language)
    offered = _offered((latest and latest.messages) or [])
    if said.choice not in offered:
        raise ApiError(422, "choice_not_offered")
    return offered[said.choice]


def _offered(messages: list[dict[str, Any]]) -> dict[str, str]:
    return {
        choice["value"]: choice["payload"] for message in messages for choice in message["choices"]
    }
