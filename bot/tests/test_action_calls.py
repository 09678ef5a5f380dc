"""The actions get what they read, over connections that are kept."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.serving.action_calls import shorten_action_calls

ANSWERS = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "email", "value": "x"}], "responses": [{"text": "a"}]},
    {"events": [{"name": "email"}], "responses": []},
    {"events": [], "responses": ["a"]},
    {"events": {}, "responses": []},
    [],
]


@pytest.fixture
def shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in (
        (RemoteAction, "_action_call_format"),
        (RemoteAction, "_validate_action_result"),
        (EndpointConfig, "session"),
    ):
        # What is replaced is put back.
        monkeypatch.setattr(owner, name, getattr(owner, name))
    shorten_action_calls()


def verdict(answer: Any) -> bool:
    try:
        return RemoteAction("action_x", None)._validate_action_result(answer)
    except ValidationError:
        return False


def test_answers_of_actions_are_judged_alike(request: pytest.FixtureRequest) -> None:
    by_rasa = [verdict(answer) for answer in ANSWERS]
    request.getfixturevalue("shortened")
    assert [verdict(answer) for answer in ANSWERS] == by_rasa
    assert {True, False} == set(by_rasa)


def test_a_call_holds_the_last_message_and_what_followed(request) -> None:
    happened = [
        ActionExecuted("action_listen"),
        UserUttered("allo"),
        ActionExecuted("action_listen"),
        UserUttered("marie@exemple.coop"),
        SlotSet("email", "marie@exemple.coop"),
    ]
    tracker = DialogueStateTracker.from_events("someone", happened, [])
    action = RemoteAction("action_x", EndpointConfig(enable_selective_domain=True))
    by_rasa = action._action_call_format(tracker, Domain.empty())
    request.getfixturevalue("shortened")
    call = action._action_call_format(tracker, Domain.empty())
    assert call["tracker"].pop("events") == by_rasa["tracker"].pop("events")[3:]
    assert call == by_rasa


@pytest.mark.usefixtures("shortened")
def test_calls_share_a_connection_and_outlive_it() -> None:
    connections = []

    async def answer(request: web.Request) -> web.Response:
        connections.append(request.transport.get_extra_info("peername"))
        return web.json_response({"events": [], "responses": []})

    async def call() -> None:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
        for _ in range(3):
            assert await endpoint.request(json={}) == {"events": [], "responses": []}
        await runner.cleanup()
        # Another stands in its place, as when one was killed.
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        assert await endpoint.request(json={})
        async with endpoint.session() as session:
            await session.close()
        await runner.cleanup()

    asyncio.run(call())
    assert len(connections) == 4
    assert len(set(connections)) == 2
