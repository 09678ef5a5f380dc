"""Floods: from one address, from many, over one key, and guesses at the console's passwords."""

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher

import catalog.accounts
from catalog.accounts import MAX_FAILED_ATTEMPTS
from tests.abuse.effort import LONG
from tests.accounts import PASSWORD
from tests.ports import free_port
from tests.web.console.pages import Browser
from web.app import create_app

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

MANY = 300 if LONG else 40


def client_at(app, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://web")


async def test_a_home_of_many_addresses_opens_no_more(start, bot, tried) -> None:
    async with start(conversations_per_address="3/hour") as gateway:
        answers = []
        for number in range(MANY):
            async with client_at(gateway.app, f"2001:db8:1:2::{number:x}") as client:
                answers.append((await client.post("/chat/session", json={})).status_code)
        tried("floods: addresses of one home", MANY)
    assert answers.count(200) == 3 and set(answers) == {200, 429}
    assert len(bot.heard) == 3


async def test_many_addresses_over_one_key_are_held_together(start, widget, bot, tried) -> None:
    async with start(messages_per_key="5/minute") as gateway:
        body = {"key": widget.key, "grant": gateway.app.state.grants.issue(widget.key)}
        answers = []
        for number in range(MANY):
            async with client_at(gateway.app, f"198.51.100.{number % 250}") as client:
                answers.append((await client.post("/chat/session", json=body)).status_code)
        tried("floods: addresses over one key", MANY)
        # Whoever has no key goes on.
        assert (await gateway.open()).status_code == 200
    assert answers.count(200) == 5
    assert len(bot.heard) == 6


async def test_one_address_over_many_conversations_is_held(start, bot, tried) -> None:
    async with start(messages_per_address="10/minute") as gateway:
        answers = []
        for number in range(MANY):
            await gateway.open()
            answers.append((await gateway.send(f"m{number}", text="allô")).status_code)
        tried("floods: conversations of one address", MANY)
    assert answers.count(200) == 10
    assert len(bot.payloads) == 10


async def test_what_is_kept_of_a_flood_is_bounded(start, tried) -> None:
    async with start(
        conversations_per_address="1/hour", messages_per_session="1/minute"
    ) as gateway:
        await gateway.open()
        storage = gateway.app.state.limits._limiter.storage
        before = len(storage.storage)
        for number in range(MANY):
            await gateway.open(key=f"pole_{number}" * 1000, grant="forged")
            await gateway.send(f"m{number}", text="a" * 2000)
            gateway.session, session = "forged", gateway.session
            await gateway.send(f"m{number}", text="a")
            gateway.session = session
        assert len(storage.storage) - before <= 3
        assert all(len(key) < 200 for key in storage.storage)
        tried("floods: entries kept in memory", 3 * MANY)


@pytest.fixture
def served(settings, bot, account) -> Iterator[str]:
    """A gateway that really listens, with the trust in proxies that `make run` gives."""
    account("agent")
    port = free_port()
    limited = settings.model_copy(update={"conversations_per_address": "2/hour"})
    app = create_app(limited, httpx.MockTransport(bot))
    server = uvicorn.Server(uvicorn.Config(app, port=port, host="127.0.0.1", log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def opened_from(served: str, peer: str, forwarded: list[str]) -> list[int]:
    """The statuses of openings from `peer`, one for each claim of being forwarded."""
    transport = httpx.HTTPTransport(local_address=peer)
    with httpx.Client(transport=transport, base_url=served) as client:
        return [
            client.post("/chat/session", json={}, headers={"x-forwarded-for": claim}).status_code
            for claim in forwarded
        ]


def test_a_peer_that_is_no_proxy_cannot_say_who_it_is(served: str, tried) -> None:
    claims = [f"198.51.100.{number}" for number in range(5)] + ["127.0.0.1", "::1", "unknown"]
    assert opened_from(served, "127.0.0.2", claims) == [200, 200] + [429] * 6
    # Of a proxy's list, only what the proxy itself added counts.
    through = [f"198.51.100.{number}, 203.0.113.5" for number in range(5)]
    assert opened_from(served, "127.0.0.1", through) == [200, 200] + [429] * 3
    tried("floods: claims of X-Forwarded-For", 13)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\nHost: web\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /chat/session HTTP/1.1\r\nHost: web\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /console/ HTTP/1.1\r\nHost: web\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: web\r\nX: a\x00b\r\n\r\n",
        b"\x16\x03\x01\x02\x00" * 100,
        b"GET http://169.254.169.254/ HTTP/1.1\r\nHost: web\r\n\r\n",
        b"\n" * 1000,
    ],
    ids=lambda raw: ascii(raw[:12]),
)
def test_the_server_outlives_what_is_no_http(served: str, raw: bytes, tried) -> None:
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    assert not answer.startswith(b"HTTP/1.1 5")
    assert httpx.get(f"{served}/static/widget.js").status_code == 200
    tried("broken HTTP")


async def guess(browser: Browser, email: str, password: str) -> int:
    page = await browser.get("/login")
    return (await browser.submit(page.form("/login"), username=email, password=password)).status


async def test_an_account_guessed_at_from_many_addresses_is_locked(
    gateway, settings, account, tried
) -> None:
    email = account("agent").email
    for number in range(MAX_FAILED_ATTEMPTS):
        browser = Browser(gateway.app, settings.browser_url, client=f"198.51.100.{number}")
        async with browser.client:
            assert await guess(browser, email, "cinq érables") == 400
    browser = Browser(gateway.app, settings.browser_url, client="203.0.113.99")
    async with browser.client:
        assert await guess(browser, email, PASSWORD) == 400
    tried("guesses at passwords", MAX_FAILED_ATTEMPTS + 1)


async def test_many_accounts_guessed_at_from_one_home_are_stopped(start, settings, tried) -> None:
    async with start(sign_ins_per_address="5/hour") as gateway:
        told = []
        for number in range(12):
            browser = Browser(gateway.app, settings.browser_url, client=f"2001:db8::{number:x}")
            async with browser.client:
                page = await browser.get("/login")
                page = await browser.submit(
                    page.form("/login"), username=f"a{number}@b.example", password="secret"
                )
                told.append("Trop de tentatives" in page.text)
    assert told == [False] * 5 + [True] * 7
    tried("guesses at passwords", 12)


async def test_an_unknown_account_costs_the_same_work_as_a_known_one(
    gateway, settings, account, monkeypatch, tried
) -> None:
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hashed: str, password: str) -> bool:
            verified.append(password)
            return super().verify(hashed, password)

    quick = Counting(time_cost=1, memory_cost=64, parallelism=1)
    email = account("agent").email
    monkeypatch.setattr(catalog.accounts, "_hasher", quick)
    browser = Browser(gateway.app, settings.browser_url)
    async with browser.client:
        for number, name in enumerate((email, "nobody@b.example", "' OR 1=1 --", "")):
            assert await guess(browser, name, "cinq érables") == 400
            assert len(verified) == number + 1
    tried("guesses at passwords", 4)
