"""What the bot heard and answered, where the answer never came: its tracker store knows."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import ChatTurn
from catalog.tracker_events import EVENTS, has_events
from web.bot_client import BotAnswer, read_answer


def missed_answer(database: Session, latest: ChatTurn) -> BotAnswer | None:
    """The answer to `latest`, or to one that failed just before it, if the bot heard it after all.

    The gateway or its database may fall between the bot's answer and its storage. Heard twice, a
    yes would also answer the question that follows, which the member has not seen.
    """
    if not has_events(database):
        return None
    ours = select(EVENTS.c.id, EVENTS.c.data).where(EVENTS.c.sender_id == latest.conversation_id)
    said = ours.where(EVENTS.c.type_name == "user").order_by(EVENTS.c.id.desc()).limit(1)
    heard = database.execute(said).one_or_none()
    if heard is None or not _is_unanswered(database, latest, _turn_of(heard.data)):
        return None
    answers = ours.where(EVENTS.c.type_name == "bot", EVENTS.c.id > heard.id)
    events = [json.loads(row.data) for row in database.execute(answers.order_by(EVENTS.c.id))]
    return read_answer([_message(event) for event in events])


def _turn_of(data: str) -> int:
    """The number of the turn that the gateway sent with a message; 0 where there is none."""
    return (json.loads(data).get("metadata") or {}).get("turn") or 0


def _is_unanswered(database: Session, latest: ChatTurn, turn: int) -> bool:
    """Whether `turn` is one of those that end the conversation without an answer."""
    return turn > last_answered(database, latest.conversation_id)


def last_answered(database: Session, conversation_id: str) -> int:
    """The number of the last turn that has an answer; 0 where none has."""
    answered = (
        select(ChatTurn.id)
        .filter_by(conversation_id=conversation_id, failed=False)
        .order_by(ChatTurn.id.desc())
        .limit(1)
    )
    return database.scalar(answered) or 0


def _message(event: dict) -> dict:
    """The message of a bot's event, as Rasa's REST channel gives it."""
    data = event.get("data") or {}
    return {
        "text": event.get("text") or "",
        "buttons": data.get("buttons") or [],
        "custom": data.get("custom"),
    }
