"""Limits counted in Redis, where several processes serve."""

import signal
from collections.abc import Iterator

import pytest

from catalog.settings import Settings
from tests.ports import free_port
from tests.redis_server import RedisMissing, throwaway_redis
from web.limits import Limits, RateLimited

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with throwaway_redis(tmp_path_factory.mktemp("redis")) as server:
            yield server.url
    except RedisMissing as error:
        pytest.fail(str(error), pytrace=False)


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


async def test_a_redis_that_hangs_is_as_one_that_is_gone(tmp_path, caplog) -> None:
    with throwaway_redis(tmp_path) as server:
        limits = Limits(Settings(_env_file=None, redis_url=server.url))
        await limits.count_message("192.0.2.1", "conversation", None)
        server.process.send_signal(signal.SIGSTOP)
        try:
            await limits.count_message("192.0.2.1", "conversation", None)
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert "limits are not counted: TimeoutError" in caplog.text
        caplog.clear()
        await limits.count_message("192.0.2.1", "conversation", None)
        assert not caplog.text
        await limits.close()


async def test_without_redis_the_chat_goes_on(start, caplog) -> None:
    async with start(redis_url=f"redis://127.0.0.1:{free_port()}/0") as gateway:
        assert (await gateway.open()).status_code == 200
        assert (await gateway.send("m1", text="allô")).status_code == 200
    assert "limits are not counted" in caplog.text
