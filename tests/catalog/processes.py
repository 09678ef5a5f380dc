"""Real processes that run the catalog, forked from one that has imported it, so fast."""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from catalog.database import make_session_factory
from catalog.requests import RequestDraft, file_requests

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
PATIENCE_SECONDS = 30

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.catalog.processes", "catalog.cli"])


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that an error must be."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert self.err.startswith("catalog: "), self.err
        assert self.err.count("\n") == 1 and self.err.endswith("\n"), self.err
        assert self.out == ""
        return self.err.removeprefix("catalog: ").rstrip("\n")


def run_catalog(*args: str, folder: Path, **env: str) -> Done:
    """Run `python -m catalog` with `args` in `folder`."""
    with tempfile.TemporaryDirectory() as streams:
        out, err = Path(streams) / "out", Path(streams) / "err"
        process = start(_command_line, args, folder, env, out, err)
        return Done(finish(process), out.read_text("utf-8"), err.read_text("utf-8"))


def start(target: Callable, *args: Any) -> multiprocessing.process.BaseProcess:
    _run_server()
    process = context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def finish(process: multiprocessing.process.BaseProcess) -> int:
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "the process does not end"
    return process.exitcode


def file_and_tell(url: str, drafts: list[RequestDraft], barrier, answers) -> None:
    """File once every other process is ready to."""
    sessions = make_session_factory(url)
    sessions.kw["bind"].connect().close()
    barrier.wait(PATIENCE_SECONDS)
    answers.put([request.reference for request in file_requests(sessions, drafts)])


def file_and_die(url: str, drafts: list[RequestDraft], moment: int | str) -> None:
    """File, and be killed at `moment`: before a statement, by its number, or around the commit."""
    sessions = make_session_factory(url)
    engine, statements = sessions.kw["bind"], 0

    def die_at_statement(*_: Any) -> None:
        nonlocal statements
        if statements == moment:
            die()
        statements += 1

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    engine.connect().close()
    event.listen(engine, "before_cursor_execute", die_at_statement)
    if moment == "before commit":
        event.listen(engine, "commit", die)
    file_requests(sessions, drafts)
    if moment == "after commit":
        die()


@cache
def _run_server() -> None:
    # It finds what to import by its environment alone, and forgives without a word what it misses.
    with patch.dict(os.environ, PYTHONPATH=str(ROOT)):
        forkserver.ensure_running()


def _command_line(
    args: tuple[str, ...], folder: Path, env: dict[str, str], out: Path, err: Path
) -> None:
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        target = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(target, stream.fileno())
    os.chdir(folder)
    os.environ.update(env)
    sys.argv = ["catalog", *args]
    from catalog.cli import main

    main()
