"""What stops a start, told in one line."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.settings import Settings
from stack import __main__ as command
from stack.checks import check_ports, check_writable
from stack.errors import StackError
from tests.ports import free_port, free_ports_in_a_row

pytestmark = pytest.mark.usefixtures("plain_settings")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def free_ports() -> dict[str, int]:
    return {name: free_port() for name in ("web_port", "rasa_port", "actions_port")}


@pytest.mark.parametrize("name", ["WEB_PORT", "RASA_PORT", "ACTIONS_PORT"])
def test_a_port_in_use_is_named(name: str, taken: int) -> None:
    with pytest.raises(StackError, match=f"127.0.0.1:{taken} .*set {name} to another port"):
        check_ports(Settings(**free_ports() | {name.lower(): taken}))


def test_two_parts_cannot_share_a_port() -> None:
    with pytest.raises(StackError, match="must differ"):
        check_ports(Settings(web_port=5005, rasa_port=5005))


def test_each_worker_of_the_bot_has_a_port() -> None:
    first = free_ports_in_a_row(2)
    several = {"rasa_port": first, "rasa_workers": 2, "database_url": "postgresql://u@host/db"}
    ports = free_ports() | several
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", first + 1))
        listening.listen()
        with pytest.raises(StackError, match=f"127.0.0.1:{first + 1} .*set RASA_PORT to another"):
            check_ports(Settings(**ports))
    with pytest.raises(StackError, match="must differ"):
        check_ports(Settings(**ports | {"actions_port": first + 1}))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the way")
    with pytest.raises(StackError, match="var/log/ cannot be made"):
        check_writable(tmp_path / "var" / "log")


def test_a_folder_without_the_right_to_write_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Permissions do not bind root, who may well run this.
    monkeypatch.setattr("os.access", lambda *arguments: False)
    with pytest.raises(StackError, match="cannot be written to"):
        check_writable(tmp_path)


def test_what_is_made_is_for_this_account_alone(tmp_path: Path) -> None:
    check_writable(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("WEB_PORT=abc\n", "WEB_PORT"),
        ("WEB_PORT 8000\n", ".env, line 1"),
        ("ENVIRONMENT=production\n", "SECRET_KEY"),
    ],
    ids=["value", "form", "default secret"],
)
def test_a_broken_env_file_ends_the_command_in_one_line(
    written: str,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / ".env").write_text(written, encoding="utf-8")
    assert command.main() == 1
    error = capsys.readouterr().err
    assert error.startswith("run: ") and told in error and error.count("\n") == 1


def test_a_database_that_refuses_ends_the_command_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    monkeypatch.setattr(command, "check_ports", lambda settings: None)
    monkeypatch.setattr(command, "check_writable", lambda *folders: None)
    assert command.main() == 1
    error = capsys.readouterr().err
    assert "check DATABASE_URL" in error and error.count("\n") == 1
    assert "secret" not in error
