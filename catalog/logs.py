"""What our own parts log: a line for a person or JSON for a machine, and no word of a member."""

import json
import logging.config
import os
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS, LogData
from pythonjsonlogger.json import JsonFormatter

from catalog.settings import get_settings

# The web server and the action server take it from their command line. It asks others for warnings
# alone: they would tell of each call between the parts.
LOG_CONFIG = Path(__file__).with_name("logging.json")
# The part that logs, where whoever starts it says so.
PART = "PART"
TEXT = "{asctime} {levelname} {name} - {message}"
JSON = "{levelname}{name}{message}"
NAMES = {"levelname": "level", "name": "logger", "message": "event", "exc_info": "raised"}
# Of uvicorn: its message once more, in colours.
NOT_KEPT = [*RESERVED_ATTRS, "color_message"]

# Of the request being answered.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def configure_logs() -> None:
    """Log on standard error as `logging.json` says."""
    logging.config.dictConfig(json.loads(LOG_CONFIG.read_text("utf-8")))


def make_formatter() -> logging.Formatter:
    """The formatter that LOG_FORMAT asks for."""
    return JsonLines() if get_settings().log_format == "json" else TextLines()


def raised(error: BaseException | None) -> str:
    """What was raised and where, causes after it; not what it says, which may be a member's words.

    The text of an exception holds the values of statements, and bodies that could not be read.
    """
    told = []
    while error:
        *_, last = traceback.extract_tb(error.__traceback__) or [None]
        where = f" at {last.filename}:{last.lineno}" if last else ""
        told.append(f"{type(error).__name__}{where}")
        error = error.__cause__ or error.__context__
    return " | ".join(told)


class _Wordless(logging.Formatter):
    def formatException(self, exc_info: Any) -> str:
        return raised(exc_info[1])


class TextLines(_Wordless):
    def __init__(self) -> None:
        super().__init__(TEXT, style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return f"{line} [{found}]" if (found := request_id.get()) else line


class JsonLines(_Wordless, JsonFormatter):
    """One JSON object a line; what is logged as `extra` is in it."""

    def __init__(self) -> None:
        part = os.environ.get(PART)
        super().__init__(
            JSON,
            style="{",
            rename_fields=NAMES,
            static_fields={"part": part} if part else {},
            reserved_attrs=NOT_KEPT,
            timestamp="time",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: LogData) -> LogData:
        asked = {"request": found} if (found := request_id.get()) else {}
        return {"time": log_data.pop("time"), **log_data, **asked}
