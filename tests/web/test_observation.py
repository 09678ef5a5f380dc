import logging
import re

import pytest

from catalog.metrics import REGISTRY
from web.observation import network_of

pytestmark = pytest.mark.anyio

NAME = re.compile(r"[0-9a-f]{16}")


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "web")


def asked(route: str, method: str, status: str) -> float:
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("aiguilleur_http_requests_total", labels) or 0


async def test_each_answer_bears_a_name_of_ours(gateway) -> None:
    names = set()
    for path in ("/", "/nowhere", "/console/", "/static/chat/icon.svg"):
        answer = await gateway.client.get(path, headers={"x-request-id": "intrus"})
        names.add(answer.headers["x-request-id"])
        assert NAME.fullmatch(answer.headers["x-request-id"])
    assert len(names) == 4


@pytest.mark.parametrize(
    ("path", "method", "route", "status"),
    [
        ("/chat/intrus?parent=intrus", "GET", "/chat/{key}", "4xx"),
        ("/intrus", "GET", "nowhere", "4xx"),
        ("/intrus", "INTRUS", "nowhere", "4xx"),
        ("/console/intrus?search=intrus", "GET", "/console", "3xx"),
        ("/consoles/intrus", "GET", "nowhere", "4xx"),
        ("/demande?key=intrus", "GET", "/demande", "2xx"),
        ("/chat/session", "GET", "/chat/{key}", "4xx"),
    ],
)
async def test_a_request_is_counted_and_logged_without_what_the_browser_wrote(
    gateway, caplog, path: str, method: str, route: str, status: str
) -> None:
    counted_as = "other" if method == "INTRUS" else method
    before = asked(route, counted_as, status)
    answer = await gateway.client.request(method, path)
    assert asked(route, counted_as, status) == before + 1
    [line] = [r for r in caplog.records if r.name == "web.observation"]
    assert line.getMessage().startswith(f"{counted_as} {route} {answer.status_code}, ")
    assert "intrus" not in caplog.text.lower()
    assert (line.route, line.status, line.network) == (
        route,
        answer.status_code,
        "127.0.0.0/24",
    )


async def test_what_is_asked_every_few_seconds_is_logged_only_when_it_fails(
    gateway, bot, caplog
) -> None:
    await gateway.client.get("/health")
    await gateway.client.get("/static/chat/icon.svg")
    assert not [r for r in caplog.records if r.name == "web.observation"]
    bot.actions_status = 500
    await gateway.client.get("/health")
    assert [r.status for r in caplog.records if r.name == "web.observation"] == [503]


async def test_an_unforeseen_failure_is_told_by_the_name_that_its_line_bears(
    chat, monkeypatch, caplog
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("confidence")

    monkeypatch.setattr(chat.app.state.conversations, "hear", broken)
    answer = await chat.send("m1", text="confidence")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.json()["error"]["message"]
    assert [r.status for r in caplog.records if r.name == "web.observation"][-1] == 500
    assert "confidence" not in caplog.text


async def test_a_browser_that_leaves_before_the_answer_is_counted_apart(gateway) -> None:
    before = asked("nowhere", "POST", "gone")
    sent: list = []

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/chat/message",
        "headers": [],
        "query_string": b"",
        "client": None,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("web", 80),
    }
    await gateway.app(scope, receive, send)
    assert sent == []
    assert asked("nowhere", "POST", "gone") == before + 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_is_logged_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
