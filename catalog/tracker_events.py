"""Rasa's tracker store, in the same database: what was said, word for word, and what it did."""

from sqlalchemy import column, inspect, table
from sqlalchemy.orm import Session

EVENTS = table("events", *map(column, ("id", "sender_id", "type_name", "action_name", "data")))


def has_events(session: Session) -> bool:
    """Whether the table is there: Rasa makes it when it first starts."""
    return inspect(session.connection()).has_table(EVENTS.name)
