"""Limits counted in Redis, where several processes serve."""

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
import redis

from catalog.settings import Settings
from tests.ports import free_port
from web.limits import Limits, RateLimited

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 10


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A throw-away Redis, on loopback."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.fail("the tests need Redis: apt-get install redis-server", pytrace=False)
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
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


async def test_two_processes_count_together(redis_url: str) -> None:
    settings = Settings(_env_file=None, redis_url=redis_url, messages_per_session="3/minute")
    first, second = Limits(settings), Limits(settings)
    for limits in (first, second, first):
        await limits.count_message("192.0.2.1", "conversation", None)
    for limits in (first, second):
        with pytest.raises(RateLimited) as refusal:
            await limits.count_message("192.0.2.1", "conversation", None)
        assert 1 <= refusal.value.seconds <= 60
    await second.count_message("192.0.2.1", "another", None)
    await first.close()
    await second.close()


async def test_without_redis_the_chat_goes_on(start, caplog) -> None:
    async with start(redis_url=f"redis://127.0.0.1:{free_port()}/0") as gateway:
        assert (await gateway.open()).status_code == 200
        assert (await gateway.send("m1", text="allô")).status_code == 200
    assert "limits are not counted" in caplog.text
