"""An assistant that really serves: Rasa and the actions, each on a port of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from catalog.database import SessionFactory, make_session_factory
from catalog.models import Request
from stack.model import BOT_PYTHON, rasa_environment
from tests.benchmarks.assistant.projects import Assistant, write_configuration
from tests.benchmarks.processor import processor_seconds
from tests.databases import migrate_and_seed
from tests.ports import free_port

READY_SECONDS = 600
POLL_SECONDS = 0.1
WEBHOOK = "/webhooks/rest/webhook"
HELLO = {"sender": "first", "message": '/start{"requested_language":"fr"}'}
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    url: str
    pid: int
    seconds_to_ready: float
    sessions: SessionFactory
    stages_path: Path

    @property
    def requests_filed(self) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count(Request.id)))

    @property
    def stages(self) -> list[dict[str, float]]:
        """Seconds by stage of each message so far."""
        return [json.loads(line) for line in self.stages_path.read_text().splitlines()]

    @property
    def memory_megabytes(self) -> int:
        """What Rasa's process holds in memory now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE // 2**20

    @property
    def processor_seconds(self) -> float:
        """What Rasa's process has used of the processor."""
        return processor_seconds(self.pid)


@contextmanager
def serving(assistant: Assistant, model: Path, folder: Path) -> Iterator[Served]:
    """Serve `model` as `assistant` does, with its files in `folder`."""
    database_url = f"sqlite:///{folder}/{assistant.name}.db"
    migrate_and_seed(database_url)
    sessions = make_session_factory(database_url)
    actions, rasa = free_port(), free_port()
    stages = folder / f"{assistant.name}.jsonl"
    endpoints, credentials = write_configuration(
        assistant, folder, f"http://127.0.0.1:{actions}", database_url
    )
    server = [BOT_PYTHON, "-m", "bot.benchmark.stages", stages, *assistant.serve, "--port", rasa]
    server += ["--model", model, "--endpoints", endpoints, "--credentials", credentials]
    with ExitStack() as stack, (folder / f"{assistant.name}.log").open("w") as log:
        environment = {"DATABASE_URL": database_url, "ACTIONS_PORT": str(actions)}
        stack.enter_context(_running([sys.executable, "-m", "actions"], log, environment))
        _wait(f"http://127.0.0.1:{actions}/health")
        started = time.monotonic()
        process = stack.enter_context(_running(server, log, {}))
        url = f"http://127.0.0.1:{rasa}{WEBHOOK}"
        _wait(url, HELLO)
        ready = round(time.monotonic() - started, 1)
        yield Served(url, process.pid, ready, sessions, stages)
    sessions.kw["bind"].dispose()


@contextmanager
def _running(command: list, log, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=log,
        stderr=log,
        env={**rasa_environment(), **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, body: dict[str, str] | None = None) -> None:
    """Until `url` answers something."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = httpx.request("POST" if body else "GET", url, json=body, trust_env=False)
            if answer.is_success and answer.json():
                return
        except httpx.TransportError:
            pass
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{url} does not answer")
