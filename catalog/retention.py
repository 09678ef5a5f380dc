"""Erase conversations once their term is past."""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from catalog.database import SessionFactory
from catalog.interpretations import drop_forgotten, erase_reviewed, forget
from catalog.models import ChatTurn, Conversation, Interpretation, PurgeKind, utc_now
from catalog.purge_records import note_purge
from catalog.shredding import shred
from catalog.tracker_events import EVENTS, has_events

# Turns, few enough for one transaction to be short, and for SQLite's limit of parameters.
BATCH = 2_000


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
            erase_conversations(session, conversations)
            note_purge(session, PurgeKind.CONVERSATIONS, len(conversations), before)
        erased += len(conversations)
        if not conversations:
            break
    with sessions.begin() as session:
        drop_forgotten(session)
    return erased


def erase_conversations(
    session: Session, conversations: list[str], *, reviewed_too: bool = False
) -> None:
    """Erase what was said in `conversations`; with `reviewed_too`, also what was reviewed of it."""
    shred(session)
    session.execute(delete(ChatTurn).where(ChatTurn.conversation_id.in_(conversations)))
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations))
        .values(member_id=None, identity_nonce=None)
    )
    if has_events(session):
        session.execute(delete(EVENTS).where(EVENTS.c.sender_id.in_(conversations)))
    # After the events, which whoever is following them holds until what it makes of them is here.
    if reviewed_too:
        erase_reviewed(session, Interpretation.conversation_id.in_(conversations))
    forget(session, conversations)


def _silent_since(session: Session, before: dt.datetime) -> list[str]:
    """Some of the conversations, the oldest first; none once all are erased."""
    later = aliased(ChatTurn)
    goes_on = select(later.id).where(
        later.conversation_id == ChatTurn.conversation_id, later.created_at >= before
    )
    query = (
        select(ChatTurn.conversation_id)
        .where(ChatTurn.created_at < before, ~goes_on.exists())
        # By the index of when: to gather all turns by conversation is to read each one.
        .order_by(ChatTurn.created_at)
        .limit(BATCH)
    )
    return list(dict.fromkeys(session.scalars(query)))
