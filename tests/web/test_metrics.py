import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text as sql
from sqlalchemy.orm import sessionmaker

from catalog.models import Job
from catalog.requests import file_requests
from tests.catalog.drafts import draft
from web.metrics import FOLDER_VARIABLE, counts

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
TOKEN = "a token of the tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def observed(start):
    """A gateway whose metrics may be read, with an open conversation."""
    async with start(metrics_token=SecretStr(TOKEN)) as gateway:
        await gateway.open()
        yield gateway


async def values(gateway) -> dict[tuple[str, ...], float]:
    """What /metrics tells: names of samples and values of their labels."""
    answer = await gateway.client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return samples(answer)


def samples(answer: httpx.Response) -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("aiguilleur_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def grown(observed) -> Callable:
    """A function that tells by how much a sample grew since it was last asked for it."""
    seen: dict[tuple[str, ...], float] = {}

    async def by(*sample: str) -> float:
        now = (await values(observed))[sample]
        before, seen[sample] = seen.get(sample, now), now
        return now - before

    return by


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": TOKEN},
        {"authorization": "Bearer"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer é".encode()},
        {"authorization": f"Bearer {TOKEN}x"},
    ],
)
async def test_who_does_not_bear_the_token_finds_nothing(observed, headers) -> None:
    answer = await observed.client.get("/metrics", headers=headers)
    nowhere = await observed.client.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, nowhere.text)


@pytest.mark.parametrize("token", [None, SecretStr("")])
async def test_without_a_token_there_is_nothing(start, token) -> None:
    async with start(metrics_token=token) as gateway:
        for headers in (BEARER, {}, {"authorization": "Bearer "}):
            assert (await gateway.client.get("/metrics", headers=headers)).status_code == 404


async def test_messages_are_counted_by_what_they_got(observed, bot, grown) -> None:
    results = ("answered", "failed", "repeated", "limited")
    for result in results:
        await grown("messages_total", "fr", result)
    await grown("bot_answer_seconds_count")
    await observed.send("m1", text="bonjour")
    await observed.send("m1", text="bonjour")
    bot.script.append([])
    await observed.send("m2", text="allô")
    assert [await grown("messages_total", "fr", result) for result in results] == [1, 1, 1, 0]
    assert await grown("bot_answer_seconds_count") == 2


async def test_a_message_that_a_limit_stops_is_counted(start) -> None:
    async with start(metrics_token=SecretStr(TOKEN), messages_per_session="1/minute") as gateway:
        await gateway.open(language="en")
        sample = ("messages_total", "en", "limited")
        before = (await values(gateway))[sample]
        for number in range(3):
            await gateway.send(f"m{number}", text="hello")
        assert (await values(gateway))[sample] == before + 2


async def test_openings_are_counted_by_their_door(observed, widget, grown) -> None:
    doors = ("page", "widget", "form")
    for door in doors:
        await grown("openings_total", door)
    await observed.open()
    await observed.open(key=widget.key)
    await observed.open(key="unknown")
    await observed.client.get("/request")
    assert [await grown("openings_total", door) for door in doors] == [1, 1, 1]


async def test_what_waits_is_read_from_the_database(observed, engine) -> None:
    before = await values(observed)
    assert before["queue_length", "outbox"] == before["requests_filed_total",] == 0
    file_requests(sessionmaker(engine), [draft("1")])
    after = await values(observed)
    # To two teams and the member.
    assert after["queue_length", "outbox"] == 3
    assert after["requests_filed_total",] == 1
    assert after["last_run_timestamp_seconds", "backup"] == 0
    assert after["disk_size_bytes",] >= after["disk_free_bytes",] > 0
    jobs = {sample[1] for sample in after if sample[0] == "last_run_timestamp_seconds"}
    assert jobs == set(Job)


async def test_a_database_that_is_down_is_told_and_the_rest_stands(observed, engine) -> None:
    with engine.begin() as connection:
        connection.execute(sql("drop table chat_turns"))
        connection.execute(sql("drop table outbox_messages"))
    found = await values(observed)
    assert found["part_up", "database"] == 0
    assert found["part_up", "bot"] == 1
    assert ("messages_total", "fr", "answered") in found
    assert ("queue_length", "outbox") not in found


async def test_labels_hold_nothing_that_a_browser_wrote(observed, widget) -> None:
    await observed.open(key=widget.key)
    await observed.send("m1", text="intrus")
    for path in ("/chat/intrus", f"/chat/{widget.key}", "/intrus", "/console/intrus"):
        await observed.client.request("INTRUS", path, params={"intrus": "intrus"})
    told = (await observed.client.get("/metrics", headers=BEARER)).text
    assert "intrus" not in told.lower()
    assert widget.key not in told


COUNT = """
from catalog.metrics import CHAT, FILING_FAILURES
FILING_FAILURES.labels(CHAT).inc()
"""


def test_counts_of_several_processes_are_added_up(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], cwd=tmp_path, check=True)
    assert 'aiguilleur_filing_failures_total{door="chat"} 2.0' in counts().decode()
