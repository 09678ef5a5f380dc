"""What the bot's logs hold: what happened and where, never what a member said."""

import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any

from rasa.utils.log_utils import configure_structlog


class WordlessFormatter(logging.Formatter):
    """Rasa puts messages, slots and the values of variables into the errors that it logs."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        event = _structured(message)
        if event:
            message, raised = event["event"], _told(event.get("exception") or [])
        else:
            error = record.exc_info[1] if record.exc_info else None
            raised = _raised(error)
        where = "".join(f" | {error}" for error in raised)
        return f"{self.formatTime(record)} {record.levelname} {record.name} - {message}{where}"


def log_warnings_alone() -> None:
    """Log warnings on standard error: unless told so, Rasa prints each message that it parses."""
    logging.basicConfig(level=logging.WARNING)
    configure_structlog(logging.WARNING)
    keep_words_out()


def keep_words_out() -> None:
    """Take members' words out of what the root logger's handlers write, except when debugging."""
    if logging.getLogger("rasa").getEffectiveLevel() > logging.DEBUG:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(WordlessFormatter())


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
