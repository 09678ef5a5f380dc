"""Conversations held with an assistant, and how long its answers took."""

import asyncio
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from tests.benchmarks.assistant.conversations import CONVERSATIONS, SMALL_TALK
from tests.benchmarks.assistant.serving import Served
from tests.benchmarks.latencies import latency_figures

TIMEOUT_SECONDS = 300
# How often each number of conversations at once is measured: what else the machine does in the
# meantime falls on all assistants alike, and the median leaves out what fell on one.
ROUNDS = {1: 3, 8: 3, 32: 3, 128: 1}
# So that the quickest level lasts, too.
LEAST_CONVERSATIONS = 8
TURNS = (1, 20, 100, 300)
# As many as a session of ours lasts: its first message costs less than its last.
AROUND = 10


def measure(assistants: dict[str, Served]) -> dict[str, dict[str, Any]]:
    """Latency and throughput of each, by number of conversations at once and by turn of one."""
    for served in assistants.values():
        asyncio.run(_converse(served, 2, 1))
    rounds = {
        level: [
            {name: measure_level(served, level) for name, served in assistants.items()}
            for _ in range(count)
        ]
        for level, count in ROUNDS.items()
    }
    return {
        name: {
            "conversations_at_once": {
                level: median_figures([measured[name] for measured in several])
                for level, several in rounds.items()
            },
            "milliseconds_at_turn": asyncio.run(_long_conversation(served)),
            "memory_megabytes": served.memory_megabytes,
        }
        for name, served in assistants.items()
    }


def median_figures(several: list[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's median."""
    return {
        name: median_figures([each[name] for each in several])
        if isinstance(figure, dict)
        else statistics.median(each[name] for each in several)
        for name, figure in several[0].items()
    }


def measure_level(served: Served, level: int) -> dict[str, Any]:
    """The figures of `level` conversations at once."""
    conversations = max(level, LEAST_CONVERSATIONS)
    filed, lines = served.requests_filed, len(served.stages)
    processor, started = served.processor_seconds, time.perf_counter()
    latencies = asyncio.run(_converse(served, conversations, level))
    took = time.perf_counter() - started
    return {
        "conversations": conversations,
        "requests_filed": served.requests_filed - filed,
        **latency_figures(latencies, took),
        "processor_ms": round(1000 * (served.processor_seconds - processor) / len(latencies), 1),
        "milliseconds_by_stage": _by_stage(served.stages[lines:], statistics.mean(latencies)),
    }


def _by_stage(messages: list[dict[str, float]], latency: float) -> dict[str, float]:
    """Mean milliseconds of a message in each stage; `channel` is what is outside of Rasa's core."""
    seconds = Counter()
    for message in messages:
        seconds.update(message)
    mean = {stage: 1000 * spent / len(messages) for stage, spent in seconds.items()}
    whole = mean.pop("whole")
    mean |= {"rest_of_core": whole - sum(mean.values()), "channel": latency - whole}
    return {stage: round(milliseconds, 1) for stage, milliseconds in mean.items()}


async def _converse(served: Served, conversations: int, at_once: int) -> list[float]:
    """Milliseconds of each answer."""
    turns = asyncio.Semaphore(at_once)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False) as client:

        async def hold(messages: Sequence[str]) -> list[float]:
            async with turns:
                sender = uuid.uuid4().hex
                return [await _say(client, served.url, sender, text) for text in messages]

        held = [hold(CONVERSATIONS[n % len(CONVERSATIONS)]) for n in range(conversations)]
        return [latency for latencies in await asyncio.gather(*held) for latency in latencies]


async def _long_conversation(served: Served) -> dict[int, float]:
    """Median milliseconds around some turns of one conversation that goes on and on."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        sender = uuid.uuid4().hex
        await _say(client, served.url, sender, CONVERSATIONS[0][0])
        took = [
            await _say(client, served.url, sender, SMALL_TALK) for _ in range(max(TURNS) + AROUND)
        ]
    return {turn: round(statistics.median(took[turn - 1 : turn - 1 + AROUND]), 1) for turn in TURNS}


async def _say(client: httpx.AsyncClient, url: str, sender: str, text: str) -> float:
    started = time.perf_counter()
    response = await client.post(url, json={"sender": sender, "message": text})
    took = 1000 * (time.perf_counter() - started)
    response.raise_for_status()
    if not response.json():
        # So answers Rasa, at once, to a message that it failed to hear.
        raise RuntimeError(f"no answer to {text!r}")
    return took
