"""Whoever is killed, the parts come back, or go with what held them."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.settings import Settings
from stack.supervision import Part, Supervision

PATIENCE_SECONDS = 30
NAMES = ("bot", "actions", "web", "worker", "learner")


@pytest.fixture
def supervision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervision]:
    """Running, with parts that do nothing but one, that needs a file to start."""
    needed = tmp_path / "disk is free"
    parts = {name: Part("sleep 600") for name in NAMES}
    parts["worker"] = Part(
        f"sh -c 'test -e \"{needed}\" && exec sleep 600'",
        options={"startretries": "0", "startsecs": "1"},
    )
    supervision = make_supervision(tmp_path, parts, monkeypatch)
    supervision.start()
    yield supervision
    supervision.stop()


def make_supervision(
    folder: Path, parts: dict[str, Part], monkeypatch: pytest.MonkeyPatch
) -> Supervision:
    (folder / "run").mkdir()
    monkeypatch.setattr(Supervision, "parts", lambda _: parts)
    return Supervision(Settings(_env_file=None, var_dir=folder))


def processes(supervision: Supervision) -> dict[str, dict]:
    return {process["name"]: process for process in supervision._ask("getAllProcessInfo")}


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    # A zombie waits for a parent that is slow to look.
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def started(supervision: Supervision) -> list[int]:
    """The processes of the parts that start."""
    wait_until(lambda: supervision._socket.exists() and bool(running(supervision)))
    return running(supervision)


def running(supervision: Supervision) -> list[int]:
    others = [p["pid"] for name, p in processes(supervision).items() if name != "worker"]
    return others if all(map(is_at_work, others)) else []


def is_at_work(pid: int) -> bool:
    """Whether it is what it is to be: until then, nothing binds it to its parent."""
    return pid > 0 and Path(f"/proc/{pid}/comm").read_text() == "sleep\n"


def test_the_parts_fall_with_supervisord(supervision: Supervision) -> None:
    pids = started(supervision)
    supervision._process.kill()
    wait_until(lambda: not any(map(is_alive, pids)))
    assert supervision.wait(PATIENCE_SECONDS)


def test_everything_stops_when_who_started_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = dict.fromkeys(NAMES, Part("sleep 600"))
    supervision = make_supervision(tmp_path, parts, monkeypatch)
    reader, writer = os.pipe()
    starter = os.fork()
    if not starter:
        supervision.start()
        pids = [supervision._process.pid, *started(supervision)]
        os.write(writer, " ".join(map(str, pids)).encode())
        signal.pause()
    pids = [int(pid) for pid in os.read(reader, 1000).split()]
    assert len(pids) == 1 + len(NAMES) - 1 and all(map(is_alive, pids))
    os.kill(starter, signal.SIGKILL)
    os.waitpid(starter, 0)
    wait_until(lambda: not any(map(is_alive, pids)))
    os.close(reader)
    os.close(writer)


def test_a_part_that_supervisord_gave_up_on_is_started_again(
    supervision: Supervision, tmp_path: Path
) -> None:
    started(supervision)
    wait_until(lambda: supervision.fallen() == "worker")
    (tmp_path / "disk is free").touch()
    supervision.revive()
    wait_until(lambda: processes(supervision)["worker"]["statename"] == "RUNNING")
    assert not supervision.wait(0)
