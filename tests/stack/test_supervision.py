"""What the supervisor is told to run, and what systemd runs in its place."""

import shlex
import sys
from configparser import RawConfigParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from catalog.settings import Settings
from stack import part as command
from stack.__main__ import main
from stack.supervision import COUNTS_VARIABLE, Supervision

PARTS = {"bot", "actions", "web", "worker", "learner"}
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _project(plain_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A project that is started from its folder, as ours is, and writes elsewhere."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))


def told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *without: str, **settings: object
) -> dict[str, dict[str, str]]:
    """The programs that supervisord is told of, by name."""
    ended = SimpleNamespace(poll=lambda: 0)
    monkeypatch.setattr("stack.supervision.subprocess.Popen", lambda *_, **__: ended)
    supervision = Supervision(Settings(var_dir=tmp_path, **settings), without)
    supervision.start()
    supervision.stop()
    config = RawConfigParser()
    config.read(tmp_path / "run" / "supervisord.conf")
    return {
        name.partition(":")[2]: dict(config[name])
        for name in config.sections()
        if name.startswith(("program:", "fcgi-program:"))
    }


def environment(program: dict[str, str]) -> dict[str, str]:
    pairs = program["environment"].split(",")
    return dict(shlex.split(pair)[0].split("=", 1) for pair in pairs)


def test_each_part_knows_its_name_and_how_to_log(monkeypatch, tmp_path: Path) -> None:
    programs = told(monkeypatch, tmp_path, log_format="json")
    assert set(programs) == PARTS
    for name, program in programs.items():
        found = environment(program)
        assert (found["PART"], found["LOG_FORMAT"]) == (name, "json")
        assert COUNTS_VARIABLE not in found
    assert environment(programs["actions"])["SANIC_HOST"] == "127.0.0.1"


def test_the_parts_count_in_one_folder_where_metrics_may_be_read(monkeypatch, tmp_path) -> None:
    programs = told(monkeypatch, tmp_path, metrics_token=SecretStr("a token of the tests"))
    folders = {environment(program)[COUNTS_VARIABLE] for program in programs.values()}
    assert len(folders) == 1
    assert str(tmp_path) not in folders.pop()


def test_a_part_may_run_elsewhere(monkeypatch, tmp_path: Path) -> None:
    assert set(told(monkeypatch, tmp_path, "worker")) == PARTS - {"worker"}


def test_members_cannot_be_served_without_the_bot() -> None:
    with pytest.raises(SystemExit):
        main(["--without", "bot"])


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch):
    """A function that asks for a part; what it would become, and in which environment."""

    def became(*arguments: str) -> tuple[list[str], dict[str, str]]:
        found: list = []
        monkeypatch.setattr(sys, "argv", ["part", *arguments])
        monkeypatch.setattr(command.os, "execve", lambda *of: found.append(of))
        command.main()
        [(program, words, here)] = found
        assert program == words[0]
        return words, here

    return became


def test_systemd_becomes_what_the_supervisor_would_run(become) -> None:
    words, here = become("worker")
    assert words[1:] == ["-m", "catalog", "work"]
    assert (here["PART"], here["RASA_TELEMETRY_ENABLED"]) == ("worker", "false")


@pytest.mark.parametrize(
    ("arguments", "port"), [((), "5005"), (("--number", "5006"), "5006")], ids=["first", "named"]
)
def test_a_process_of_the_bot_listens_on_its_own_port(become, arguments, port: str) -> None:
    words, _ = become("bot", *arguments)
    assert words[words.index("--port") + 1] == port


def test_a_part_that_there_is_not_is_told_in_one_line(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["part", "nothing"])
    assert command.main() == 1
    error = capsys.readouterr().err
    assert error.startswith("part: there is no nothing, but bot,") and error.count("\n") == 1
