"""One stack of several Rasa workers and several gateways, over PostgreSQL and Redis."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from tests.conversations.stack import ANSWER_SECONDS, Stack, running_stack
from tests.ports import free_ports_in_a_row
from tests.redis_server import RedisMissing, RedisServer, throwaway_redis

WORKERS = 2


@pytest.fixture(scope="package")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    try:
        with throwaway_redis(tmp_path_factory.mktemp("redis")) as server:
            yield server
    except RedisMissing as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="package")
def stack(
    postgresql_cluster, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    settings = {
        "REDIS_URL": redis_server.url,
        "RASA_PORT": str(free_ports_in_a_row(WORKERS)),
        "RASA_WORKERS": str(WORKERS),
        "WEB_WORKERS": str(WORKERS),
    }
    url, folder = postgresql_cluster.create_database(), tmp_path_factory.mktemp("scale")
    with running_stack(url, folder, **settings) as running, _separate_requests(running) as client:
        yield replace(running, client=client)


def _separate_requests(stack: Stack) -> httpx.Client:
    """A client with a connection for each message: the gateways share them out."""
    return httpx.Client(
        base_url=stack.settings.web_url,
        timeout=ANSWER_SECONDS,
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )
