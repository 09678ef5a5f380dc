"""What several processes carry: `python -m tests.benchmarks.scale`.

Whole conversations through the gateways, on PostgreSQL and Redis, with more and more Rasa workers
and gateways. Writes `docs/benchmarks/scale.json`.
"""

import asyncio
import json
import os
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.latencies import latency_figures
from tests.benchmarks.processor import processor_seconds
from tests.conversations.stack import Stack, running_stack
from tests.conversations.steps import ANSWERS, BOOKKEEPING, LOGO, asked, count_requests
from tests.ports import free_ports_in_a_row
from tests.postgresql import throwaway_cluster
from tests.redis_server import throwaway_redis

OUTPUT = Path("docs/benchmarks/scale.json")
# Rasa workers and gateways.
PROCESSES = ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2))
AT_ONCE = (1, 8, 32)
# So that the quickest level lasts, too.
LEAST_CONVERSATIONS = 8
TIMEOUT_SECONDS = 60


# What members say besides their answers to the form.
GREETINGS = {"fr": "Bonsoir", "en": "hi there"}
PRICES = {"fr": "c'est quoi vos tarifs?", "en": "what are your fees?"}
THANKS = {"fr": "merci beaucoup", "en": "thank you"}


@dataclass
class Told:
    """What the answers were like: how long each took, and how many said that the bot was silent."""

    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0


def main() -> None:
    report = {
        "processors": os.cpu_count(),
        "runs": [run(workers, gateways) for workers, gateways in PROCESSES],
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def run(workers: int, gateways: int) -> dict[str, Any]:
    """The figures of one number of processes, from a start on an empty database."""
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_cluster() as cluster,
        throwaway_redis(Path(folder)) as redis_server,
        running_stack(
            cluster.create_database(),
            Path(folder),
            REDIS_URL=redis_server.url,
            RASA_PORT=str(free_ports_in_a_row(workers)),
            RASA_WORKERS=str(workers),
            WEB_WORKERS=str(gateways),
            ANSWER_TIMEOUT_SECONDS=str(TIMEOUT_SECONDS),
        ) as stack,
    ):
        _wait_for_all(stack)
        asyncio.run(_converse(stack, 2 * workers, at_once=workers))
        figures = {"rasa_workers": workers, "gateways": gateways, "conversations_at_once": {}}
        for at_once in AT_ONCE:
            figures["conversations_at_once"][at_once] = measure(stack, at_once)
        print(json.dumps(figures), flush=True)
        return figures


def measure(stack: Stack, at_once: int) -> dict[str, float]:
    """Latency, throughput and use of the processor with so many conversations at once."""
    conversations = max(at_once, LEAST_CONVERSATIONS)
    filed, load = count_requests(stack), os.getloadavg()[0]
    used, started = _processor_seconds(stack), time.perf_counter()
    told = asyncio.run(_converse(stack, conversations, at_once))
    took = time.perf_counter() - started
    used = _processor_seconds(stack) - used
    filed = count_requests(stack) - filed
    if filed != conversations:
        raise RuntimeError(f"{filed} requests filed in {conversations} conversations")
    return {
        "load_before": round(load, 1),
        **latency_figures(told.milliseconds, took),
        # Of the bot, the actions and the gateways; PostgreSQL's and Redis's is not in it.
        "processor_ms_a_message": round(1000 * used / len(told.milliseconds), 1),
        "failed": told.failed,
    }


async def _converse(stack: Stack, conversations: int, at_once: int) -> Told:
    told, turns = Told(), asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(
        base_url=stack.settings.web_url,
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
        # A connection for each message: the gateways share them out.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    ) as client:

        async def hold(number: int) -> None:
            async with turns:
                need = (BOOKKEEPING, LOGO)[number // 2 % 2]
                await Talker(client, told, ("fr", "en")[number % 2]).file(need)

        await asyncio.gather(*map(hold, range(conversations)))
    return told


class Talker:
    """Someone in a conversation; `said`, `choices` and `answered_in` are of the last answer."""

    def __init__(self, client: httpx.AsyncClient, told: Told, language: str) -> None:
        self._client = client
        self._told = told
        self._language = language

    async def file(self, need: dict[str, str]) -> None:
        """Greet, tell a need, ask for the fees on the way, file, and thank."""
        opening = {"language": self._language}
        self._session = (await self._post("/chat/session", opening))["session"]
        for words in (GREETINGS, need, PRICES):
            await self._say(words[self._language])
        while question := asked(self):
            await self._say(ANSWERS.get(question, "Coop du Vieux-Moulin"))
        await self._say(THANKS[self._language])

    async def _say(self, step: str) -> None:
        said = {"choice": step[1:]} if step.startswith(">") else {"text": step}
        body = {"session": self._session, "id": uuid.uuid4().hex, **said}
        await self._post("/chat/message", body)

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        started = time.perf_counter()
        response = await self._client.post(path, json=body)
        self._told.milliseconds.append(1000 * (time.perf_counter() - started))
        response.raise_for_status()
        answer = response.json()
        self._told.failed += answer["failed"]
        self.said = "\n".join(message["text"] for message in answer["messages"])
        self.answered_in = answer["language"]
        return answer


def _wait_for_all(stack: Stack) -> None:
    """Until every Rasa worker listens: one is enough for the stack to be healthy."""
    for url in stack.settings.rasa_urls:
        while True:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.2)


def _processor_seconds(stack: Stack) -> float:
    pids = [pid for part in ("bot", "actions", "web") for pid in stack.supervision.processes(part)]
    return sum(map(processor_seconds, pids))


if __name__ == "__main__":
    main()
