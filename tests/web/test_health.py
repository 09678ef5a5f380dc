import asyncio
import datetime as dt

import httpx
import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from catalog.models import Job, LastRun, utc_now
from tests.ports import free_port

pytestmark = pytest.mark.anyio

WELL = {
    "database": "ok",
    "bot": "ok",
    "actions": "ok",
    "worker": "ok",
    "learner": "ok",
}


@pytest.fixture(autouse=True)
def ran(engine):
    """A function that has a job end well some minutes ago; both just have."""

    def run(job: Job, minutes_ago: float = 0) -> None:
        ended_at = utc_now() - dt.timedelta(minutes=minutes_ago)
        with Session(engine) as session, session.begin():
            session.merge(LastRun(job=job, ended_at=ended_at))

    run(Job.WORK)
    run(Job.LEARN)
    return run


async def test_all_is_well(gateway, bot) -> None:
    response = await gateway.client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "parts": WELL}


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
        assert response.json() == {"status": "down", "parts": WELL | {"bot": "down"}}
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
    assert response.json()["parts"] == WELL | {"actions": "down"}


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
    assert response.json()["parts"] == WELL | {"database": "down"}


@pytest.mark.parametrize(
    ("job", "part", "minutes"), [(Job.WORK, "worker", 3), (Job.LEARN, "learner", 16)]
)
async def test_members_are_served_while_what_follows_is_late(
    gateway, ran, job: Job, part: str, minutes: float
) -> None:
    ran(job, minutes)
    response = await gateway.client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "parts": WELL | {part: "down"}}
    ran(job, minutes - 2)
    assert (await gateway.client.get("/health")).json()["status"] == "ok"


async def test_a_job_that_never_ran_is_down(gateway, engine) -> None:
    with engine.begin() as connection:
        connection.execute(sql("delete from last_runs"))
    parts = (await gateway.client.get("/health")).json()["parts"]
    assert (parts["worker"], parts["learner"]) == ("down", "down")


async def test_members_are_served_while_redis_is_down(start) -> None:
    async with start(redis_url=f"redis://127.0.0.1:{free_port()}/0") as gateway:
        response = await gateway.client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "parts": WELL | {"redis": "down"}}
