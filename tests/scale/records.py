"""What the database keeps of a conversation: its turns, and what the bot heard and said."""

import json
from dataclasses import dataclass, field

from sqlalchemy import column, select, table

from catalog.models import ChatTurn
from tests.conversations.stack import Member, Stack
from web.sessions import Sessions
from web.turns import OPENING_ID

EVENTS = table("events", *map(column, ("id", "sender_id", "type_name", "data")))


@dataclass
class Heard:
    """A message as the bot heard it, of a turn, and what it answered."""

    turn: int
    payload: str
    answers: list[str] = field(default_factory=list)


def conversation_of(stack: Stack, member: Member) -> str:
    secret = stack.settings.secret_key.get_secret_value()
    return Sessions(secret, stack.settings.session_hours).read(member.session).conversation_id


def turns_of(stack: Stack, conversation_id: str) -> list[ChatTurn]:
    """The turns after the opening."""
    with stack.sessions.begin() as session:
        query = select(ChatTurn).filter_by(conversation_id=conversation_id)
        query = query.where(ChatTurn.message_id != OPENING_ID)
        return list(session.scalars(query.order_by(ChatTurn.id)))


def heard_in(stack: Stack, conversation_id: str) -> list[Heard]:
    """What the bot heard after the opening, in order."""
    heard: list[Heard] = []
    with stack.sessions.begin() as session:
        query = select(EVENTS).where(
            EVENTS.c.sender_id == conversation_id, EVENTS.c.type_name.in_(("user", "bot"))
        )
        for event in session.execute(query.order_by(EVENTS.c.id)):
            data = json.loads(event.data)
            if event.type_name == "user":
                heard.append(Heard(data["metadata"]["turn"], data["text"]))
            elif data["text"]:
                heard[-1].answers.append(data["text"])
    return heard[1:]


def check_heard_once_and_told(stack: Stack, conversation_id: str) -> None:
    """Each thing said was heard once, in order, and its turn was told what the bot answered."""
    said: list[list[ChatTurn]] = []
    for turn in turns_of(stack, conversation_id):
        follows_silence = said and said[-1][-1].failed
        if follows_silence and turn.payload == said[-1][-1].payload:
            said[-1].append(turn)
        else:
            said.append([turn])
    heard = heard_in(stack, conversation_id)
    assert [h.payload for h in heard] == [tries[0].payload for tries in said]
    for hearing, tries in zip(heard, said, strict=True):
        assert hearing.turn in {turn.id for turn in tries}
        answered = tries[-1]
        assert not answered.failed
        told = "\n\n".join(message["text"] for message in answered.messages)
        assert told == "\n\n".join(hearing.answers)
