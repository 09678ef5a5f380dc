"""What the bot's logs hold: what happened and where, never what a member said."""

import json
import logging
import os
import traceback
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from rasa.utils.log_utils import configure_structlog


class WordlessLines(logging.Formatter):
    """Lines for a person.

    Rasa puts messages, slots and the values of variables into the errors that it logs.
    """

    def format(self, record: logging.LogRecord) -> str:
        event, raised = _without_words(record)
        line = f"{self.formatTime(record)} {record.levelname} {record.name} - {event}"
        return f"{line} | {raised}" if raised else line


class WordlessJson(logging.Formatter):
    """One JSON object a line, with the keys of `catalog.logs`."""

    def format(self, record: logging.LogRecord) -> str:
        event, raised = _without_words(record)
        fields = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "event": event,
            "raised": raised,
            "part": os.environ.get("PART"),
        }
        return json.dumps(
            {key: value for key, value in fields.items() if value}, ensure_ascii=False
        )


def log_warnings_alone() -> None:
    """Log warnings on standard error: unless told so, Rasa prints each message that it parses."""
    logging.basicConfig(level=logging.WARNING)
    configure_structlog(logging.WARNING)
    keep_words_out()


def keep_words_out() -> None:
    """Take members' words out of what the root logger's handlers write, except when debugging."""
    if logging.getLogger("rasa").getEffectiveLevel() > logging.DEBUG:
        formatter = WordlessJson() if os.environ.get("LOG_FORMAT") == "json" else WordlessLines()
        for handler in logging.getLogger().handlers:
            handler.setFormatter(formatter)


def _without_words(record: logging.LogRecord) -> tuple[str, str]:
    """What happened, and what was raised and where."""
    message = record.getMessage()
    event = _structured(message)
    if event:
        return event["event"], " | ".join(_told(event.get("exception") or []))
    return message, " | ".join(_raised(record.exc_info[1] if record.exc_info else None))


def _structured(message: str) -> dict[str, Any] | None:
    """The event that structlog wrote as JSON."""
    try:
        event = json.loads(message)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _told(exceptions: list[dict[str, Any]]) -> Iterator[str]:
    for exception in exceptions:
        *_, last = exception.get("frames") or [{}]
        yield f"{exception.get('exc_type')} at {last.get('filename')}:{last.get('lineno')}"


def _raised(error: BaseException | None) -> Iterator[str]:
    while error:
        *_, last = traceback.extract_tb(error.__traceback__) or [None]
        where = f" at {last.filename}:{last.lineno}" if last else ""
        yield f"{type(error).__name__}{where}"
        error = error.__cause__ or error.__context__
