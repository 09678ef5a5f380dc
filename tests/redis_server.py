"""A throw-away Redis, on loopback."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.ports import free_port

PATIENCE_SECONDS = 10


class RedisMissing(Exception):
    """Redis is not installed; the message says what to do."""


@dataclass(frozen=True)
class RedisServer:
    url: str
    process: subprocess.Popen

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def throwaway_redis(folder: Path) -> Iterator[RedisServer]:
    """A new server, empty, stopped on leaving.

    Raises:
        RedisMissing: its program is not installed.
    """
    server = shutil.which("redis-server")
    if server is None:
        raise RedisMissing("the tests need Redis: apt-get install redis-server")
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield RedisServer(f"redis://127.0.0.1:{port}/0", process)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with redis.Redis(port=port) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
