import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from web.body_limit import MAX_BODY_BYTES

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def opening(size: int) -> bytes:
    bare = json.dumps({"language": "en", "padding": ""}).encode()
    return bare.replace(b'""', b'"' + b"x" * (size - len(bare)) + b'"')


async def in_chunks(body: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def test_the_largest_body_is_read(gateway) -> None:
    body = opening(MAX_BODY_BYTES)
    assert len(body) == 16 * 1024
    assert (await gateway.client.post("/chat/session", content=body, headers=JSON)).is_success
    chunks = in_chunks(body)
    assert (await gateway.client.post("/chat/session", content=chunks, headers=JSON)).is_success


@pytest.mark.parametrize("path", ["/chat/session", "/chat/message", "/nowhere"])
async def test_a_larger_body_is_refused(gateway, bot, path: str) -> None:
    body = opening(MAX_BODY_BYTES + 1)
    for content in (body, in_chunks(body)):
        response = await gateway.client.post(path, content=content, headers=JSON)
        assert response.status_code == 413
        assert response.json()["error"]["code"] == "body_too_large"
    assert bot.heard == []


async def test_an_announced_size_is_refused_before_it_is_sent(gateway) -> None:
    async def never() -> dict:
        raise AssertionError("nothing should be read")

    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    headers = [(b"content-length", b"999999"), (b"accept-language", b"en")]
    scope = {"type": "http", "method": "POST", "path": "/chat/session", "headers": headers}
    await gateway.app({**scope, "query_string": b"", "root_path": ""}, never, send)
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["error"]["message"].startswith("The request is too large")


async def test_an_endless_body_is_cut(gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 4096

    sending = gateway.client.post("/chat/session", content=endless(), headers=JSON)
    response = await asyncio.wait_for(sending, 5)
    assert response.status_code == 413


async def test_a_browser_that_leaves_gets_nothing(gateway, bot) -> None:
    async def gone() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        raise AssertionError("nobody is there")

    scope = {"type": "http", "method": "POST", "path": "/chat/session", "headers": []}
    await gateway.app({**scope, "query_string": b"", "root_path": ""}, gone, send)
    assert bot.heard == []
