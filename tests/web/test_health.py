import asyncio

import httpx
import pytest
from sqlalchemy import text as sql

pytestmark = pytest.mark.anyio


async def test_all_is_well(gateway, bot) -> None:
    response = await gateway.client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "parts": {"database": "ok", "bot": "ok", "actions": "ok"},
    }


async def test_the_bot_is_sent_a_message_only_until_it_has_answered(gateway, bot) -> None:
    for _ in range(3):
        await gateway.client.get("/health")
    assert [message for _, message in bot.heard] == ["/start"]
    assert bot.heard[0][0].startswith("health-")
    assert bot.greetings == 2


async def test_an_answer_to_a_member_proves_that_the_bot_answers(chat, bot) -> None:
    await chat.client.get("/health")
    assert len(bot.heard) == 1


async def test_a_bot_without_a_model_is_down(gateway, bot) -> None:
    bot.script += [[], []]
    for _ in range(2):
        response = await gateway.client.get("/health")
        assert response.status_code == 503
        assert response.json() == {
            "status": "degraded",
            "parts": {"database": "ok", "bot": "down", "actions": "ok"},
        }
    assert (await gateway.client.get("/health")).status_code == 200
    assert len({sender for sender, _ in bot.heard}) == 3


async def test_a_bot_that_failed_a_member_is_asked_again(chat, bot) -> None:
    bot.script += [[], []]
    await chat.send("m1", text="bonjour")
    assert (await chat.client.get("/health")).json()["parts"]["bot"] == "down"
    assert (await chat.client.get("/health")).json()["parts"]["bot"] == "ok"


async def test_a_bot_whose_door_is_closed_is_down(chat, bot) -> None:
    bot.door_status = 500
    assert (await chat.client.get("/health")).json()["parts"]["bot"] == "down"


async def test_actions_that_fail_are_down(gateway, bot) -> None:
    bot.actions_status = 500
    response = await gateway.client.get("/health")
    assert response.status_code == 503
    assert response.json()["parts"] == {"database": "ok", "bot": "ok", "actions": "down"}


async def test_a_part_that_hangs_is_down(gateway, bot, monkeypatch) -> None:
    monkeypatch.setattr("web.health.TIMEOUT_SECONDS", 0.05)
    bot.script.append(lambda: asyncio.sleep(30))
    assert (await gateway.client.get("/health")).json()["parts"]["bot"] == "down"


async def test_an_unreachable_bot_is_down(gateway, bot) -> None:
    bot.script.append(httpx.ConnectError("refused"))
    assert (await gateway.client.get("/health")).json()["parts"]["bot"] == "down"


async def test_a_database_without_its_tables_is_down(gateway, engine) -> None:
    with engine.begin() as connection:
        connection.execute(sql("drop table chat_turns"))
    response = await gateway.client.get("/health")
    assert response.status_code == 503
    assert response.json()["parts"] == {"database": "down", "bot": "ok", "actions": "ok"}
