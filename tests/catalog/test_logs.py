"""Lines of log, for a person and for a machine, and what they never hold."""

import datetime as dt
import json
import logging
import logging.config
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.logs import LOG_CONFIG, PART, JsonLines, TextLines, make_formatter, request_id
from tests.catalog.processes import ROOT

pytestmark = pytest.mark.usefixtures("plain_settings")


def record(message: str = "%s sent", *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("catalog.x").makeRecord(
        "catalog.x", logging.INFO, "x.py", 1, message, args or (3,), None, extra=extra or None
    )


def failed() -> logging.LogRecord:
    try:
        try:
            raise ValueError("confidence")
        except ValueError as error:
            raise RuntimeError("confidence") from error
    except RuntimeError:
        made = record()
        made.exc_info = sys.exc_info()
        return made


@pytest.mark.parametrize(("setting", "kind"), [(None, TextLines), ("json", JsonLines)])
def test_a_setting_chooses_the_form(monkeypatch, setting: str | None, kind: type) -> None:
    if setting:
        monkeypatch.setenv("LOG_FORMAT", setting)
    assert isinstance(make_formatter(), kind)


def test_a_line_for_a_machine(monkeypatch) -> None:
    monkeypatch.setenv(PART, "worker")
    line = json.loads(JsonLines().format(record(route="/chat/{key}", color_message="again")))
    time = dt.datetime.fromisoformat(line.pop("time"))
    assert time.utcoffset() == dt.timedelta()
    assert line == {
        "level": "INFO",
        "logger": "catalog.x",
        "event": "3 sent",
        "part": "worker",
        "route": "/chat/{key}",
    }


def test_a_line_tells_the_request_that_it_is_of() -> None:
    token = request_id.set("0123abcd")
    try:
        assert json.loads(JsonLines().format(record()))["request"] == "0123abcd"
        assert TextLines().format(record()).endswith(" INFO catalog.x - 3 sent [0123abcd]")
    finally:
        request_id.reset(token)
    assert "request" not in json.loads(JsonLines().format(record()))


@pytest.mark.parametrize("kind", [TextLines, JsonLines])
def test_an_exception_is_told_by_its_kind_and_place(kind: type[logging.Formatter]) -> None:
    line = kind().format(failed())
    assert "confidence" not in line
    assert line.index("RuntimeError at") < line.index(" | ValueError at")
    assert "test_logs.py:" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_lines_cannot_be_broken_by_what_they_hold(monkeypatch, form: str) -> None:
    monkeypatch.setenv("LOG_FORMAT", form)
    line = make_formatter().format(record("%s", "one\ntwo"))
    assert (line.count("\n") == 0) == (form == "json")


def test_what_is_configured_logs_our_own_and_only_warnings_of_others(tmp_path: Path) -> None:
    program = (
        "import logging; from catalog.logs import configure_logs; configure_logs()\n"
        "for name in ('web.x', 'catalog.x', 'httpx'):\n"
        "    logging.getLogger(name).info('told by %s', name)\n"
        "logging.getLogger('httpx').warning('a warning')\n"
    )
    environment = {"LOG_FORMAT": "json", PART: "web", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["told by web.x", "told by catalog.x", "a warning"]
    assert {line["part"] for line in lines} == {"web"}


def test_the_configuration_names_the_formatter_as_the_servers_find_it() -> None:
    config = json.loads(LOG_CONFIG.read_text("utf-8"))
    made = logging.config.DictConfigurator(config)
    assert isinstance(made.configure_formatter(config["formatters"]["line"]), TextLines)
