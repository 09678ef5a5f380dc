"""Erase conversations once their term is past."""

import datetime as dt

from sqlalchemy import column as named
from sqlalchemy import delete, func, inspect, select, table, update
from sqlalchemy.orm import Session

from catalog.database import SessionFactory
from catalog.interpretations import forget
from catalog.models import ChatTurn, Conversation, utc_now

# Few enough for one transaction to be short, and for SQLite's limit of parameters.
BATCH = 500
# Rasa's tracker store, in the same database: what was said, word for word.
EVENTS = table("events", named("sender_id"))


def purge(sessions: SessionFactory, days: int) -> int:
    """Erase what was said in conversations silent for `days`; how many there were.

    What a member had filed stays; of the conversation itself, when and by which pôle it came, and
    the messages that someone reviewed, anonymized, without what leads back to it.
    """
    before = utc_now() - dt.timedelta(days=days)
    erased = 0
    while True:
        with sessions.begin() as session:
            conversations = _silent_since(session, before)
            _erase(session, conversations)
        erased += len(conversations)
        if len(conversations) < BATCH:
            return erased


def _silent_since(session: Session, before: dt.datetime) -> list[str]:
    query = (
        select(ChatTurn.conversation_id)
        .group_by(ChatTurn.conversation_id)
        .having(func.max(ChatTurn.created_at) < before)
        .limit(BATCH)
    )
    return list(session.scalars(query))


def _erase(session: Session, conversations: list[str]) -> None:
    session.execute(delete(ChatTurn).where(ChatTurn.conversation_id.in_(conversations)))
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations))
        .values(member_id=None, identity_nonce=None)
    )
    # Rasa makes its table when it first starts.
    if inspect(session.connection()).has_table("events"):
        session.execute(delete(EVENTS).where(EVENTS.c.sender_id.in_(conversations)))
    # After the events, which whoever is following them holds until what it makes of them is here.
    forget(session, conversations)
