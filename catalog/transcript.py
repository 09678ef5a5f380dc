"""A conversation as it reads: who said what, when, in which language."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import ChatTurn


@dataclass(frozen=True)
class Spoken:
    """Words of a conversation, by the member or by the bot, in the language they were said in."""

    by_member: bool
    words: str
    said_at: dt.datetime
    language: str


def conversation(session: Session, conversation_id: str | None) -> list[Spoken]:
    """What was said, oldest first; nothing once it is erased, or for a request from the form."""
    if conversation_id is None:
        return []
    query = select(ChatTurn).filter_by(conversation_id=conversation_id).order_by(ChatTurn.id)
    spoken: list[Spoken] = []
    titles: dict[str, str] = {}
    for turn in session.scalars(query):
        words = titles.get(turn.payload, turn.payload)
        # A command that no button of ours bears opened the conversation or changed its language.
        if not words.startswith("/"):
            spoken.append(Spoken(True, words, turn.created_at, turn.language))
        for message in turn.messages or []:
            spoken.append(Spoken(False, message["text"], turn.created_at, turn.language))
            titles |= {choice["payload"]: choice["title"] for choice in message["choices"]}
    return spoken
