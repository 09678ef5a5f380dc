import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog

from bot.logs import keep_words_out, log_warnings_alone

SECRET = "mon NAS est 046 454 286"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the root logger's only handler writes."""
    root, rasa = logging.getLogger(), logging.getLogger("rasa")
    handlers, level, rasa_level = root.handlers[:], root.level, rasa.level
    stream = io.StringIO()
    root.handlers[:] = [logging.StreamHandler(stream)]
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    rasa.setLevel(rasa_level)
    structlog.reset_defaults()


def raise_with_words() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def log_a_failure_with_words() -> None:
    try:
        raise_with_words()
    except RuntimeError:
        structlog.get_logger("rasa.x").error("actions.failed", text=SECRET, exc_info=True)


def test_an_error_is_told_by_its_kind_and_place_alone(stream: io.StringIO) -> None:
    logging.getLogger("rasa").setLevel(logging.WARNING)
    keep_words_out()
    try:
        raise_with_words()
    except RuntimeError:
        logging.getLogger("rasa.core").exception("it failed")
    written = stream.getvalue()
    assert "ERROR rasa.core - it failed" in written
    assert "RuntimeError at " in written
    assert "ValueError at " in written
    assert SECRET not in written


def test_for_a_machine_each_line_is_an_object_with_the_keys_of_the_other_parts(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("PART", "bot")
    logging.getLogger("rasa").setLevel(logging.WARNING)
    log_warnings_alone()
    log_a_failure_with_words()
    logging.getLogger("rasa.core").warning("it is late")
    failed, late = map(json.loads, stream.getvalue().splitlines())
    assert list(failed) == ["time", "level", "logger", "event", "raised", "part"]
    assert failed["event"] == "actions.failed"
    assert failed["raised"].startswith("RuntimeError at ")
    assert SECRET not in str(failed)
    assert (late["level"], late["logger"], late["part"]) == ("WARNING", "rasa.core", "bot")
    assert datetime.fromisoformat(late["time"]).tzinfo is not None


def test_a_structured_event_loses_its_variables(stream: io.StringIO) -> None:
    logging.getLogger("rasa").setLevel(logging.WARNING)
    log_warnings_alone()
    log_a_failure_with_words()
    written = stream.getvalue()
    assert "actions.failed" in written
    assert "RuntimeError" in written
    assert SECRET not in written


def test_no_message_that_rasa_parses_is_printed(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    log_warnings_alone()
    structlog.get_logger("rasa.y").debug("processor.message.parse", parse_data_text=SECRET)
    structlog.get_logger("rasa.y").info("processor.message.parse", parse_data_text=SECRET)
    assert stream.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_one_who_debugs_sees_everything(stream: io.StringIO) -> None:
    logging.getLogger("rasa").setLevel(logging.DEBUG)
    keep_words_out()
    logging.getLogger("rasa.core").debug(SECRET)
    assert stream.getvalue() == f"{SECRET}\n"


def test_warnings_go_to_standard_error() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        log_warnings_alone()
        [handler] = root.handlers
        assert handler.stream is sys.stderr
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
