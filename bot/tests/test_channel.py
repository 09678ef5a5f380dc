"""What the gateway sends is heard one message at a time, and not on top of a late one."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import SQLTrackerStore
from sanic import Blueprint
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.serving.channel import HEARD_AT_ONCE, GatewayInput

Event = SQLTrackerStore.SQLEvent


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/tracker.db")
    SQLTrackerStore.Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def listen(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    """A function that gives what the channel calls for each message, before `on_new_message`."""

    def listening(on_new_message):
        given = []

        def blueprint(_self, on_new_message) -> Blueprint:
            given.append(on_new_message)
            return Blueprint("rest")

        monkeypatch.setattr("bot.serving.channel.RestInput.blueprint", blueprint)
        GatewayInput(engine).blueprint(on_new_message)
        return given[0]

    return listening


@pytest.fixture
def hear(listen):
    """A function that sends one message: whether it was heard."""

    def heard(metadata: dict | None) -> bool:
        texts: list[str] = []

        async def on_new_message(message: UserMessage) -> None:
            texts.append(message.text)

        asyncio.run(listen(on_new_message)(message("oui", metadata)))
        return texts == ["oui"]

    return heard


def message(text: str, metadata: dict | None = None, sender: str = "c1") -> UserMessage:
    return UserMessage(text, CollectingOutputChannel(), sender, metadata=metadata)


def keep(engine: Engine, *metadata: dict | None, sender: str = "c1") -> None:
    """Keep a message of each, as heard."""
    with Session(engine) as session, session.begin():
        for value in metadata:
            data = json.dumps({"event": "user", "text": "oui", "metadata": value})
            session.add(Event(sender_id=sender, type_name="user", data=data))
            session.add(Event(sender_id=sender, type_name="bot", data="{}"))


@pytest.mark.parametrize(
    "metadata", [None, {}, {"turn": 8}, {"turn": 8, "answered": None}, {"turn": 8, "answered": 7}]
)
def test_what_follows_an_answer_is_heard(engine, hear, metadata) -> None:
    keep(engine, None, {"turn": 6}, {"turn": 7})
    assert hear(metadata)


def test_what_follows_a_message_that_was_heard_late_is_not(engine, hear) -> None:
    keep(engine, {"turn": 6}, {"turn": 7})
    assert not hear({"turn": 8, "answered": 6})
    assert not hear({"turn": 7, "answered": 6})


def test_at_the_start_nothing_may_have_been_heard_late(engine, hear) -> None:
    assert hear({"turn": 1, "answered": 0})
    keep(engine, {"turn": 1})
    assert not hear({"turn": 2, "answered": 0})


def test_only_the_same_conversation_tells(engine, hear) -> None:
    keep(engine, {"turn": 7}, sender="c2")
    assert hear({"turn": 8, "answered": 6})


def test_a_conversation_is_heard_one_message_at_a_time(listen) -> None:
    at_once: dict[str, int] = {"c1": 0, "c2": 0}
    order: list[str] = []
    together = []

    async def on_new_message(message: UserMessage) -> None:
        at_once[message.sender_id] += 1
        assert at_once[message.sender_id] == 1
        together.append(sum(at_once.values()))
        await asyncio.sleep(0.01)
        order.append(message.text)
        at_once[message.sender_id] -= 1

    async def say() -> None:
        hear = listen(on_new_message)
        await asyncio.gather(
            *(hear(message(f"{sender} {n}", sender=sender)) for n in range(5) for sender in at_once)
        )

    asyncio.run(say())
    assert [text for text in order if text.startswith("c1")] == [f"c1 {n}" for n in range(5)]
    assert max(together) == 2


def test_a_message_that_fails_leaves_the_next_one_to_be_heard(listen) -> None:
    async def say() -> list:
        hear = listen(on_new_message)
        both = (hear(message(text)) for text in ("fails", "oui"))
        return await asyncio.gather(*both, return_exceptions=True)

    async def on_new_message(message: UserMessage) -> None:
        if message.text == "fails":
            raise ValueError

    failed, heard = asyncio.run(say())
    assert isinstance(failed, ValueError)
    assert heard is None


def test_few_are_heard_at_once_and_none_waits_for_ever(listen) -> None:
    hearing, together, heard = [], [], []

    async def on_new_message(message: UserMessage) -> None:
        hearing.append(message.sender_id)
        together.append(len(hearing))
        await asyncio.sleep(0.01)
        hearing.remove(message.sender_id)
        heard.append(message.sender_id)

    senders = [f"c{n}" for n in range(3 * HEARD_AT_ONCE)]

    async def say() -> None:
        hear = listen(on_new_message)
        await asyncio.gather(*(hear(message("allo", sender=sender)) for sender in senders))

    asyncio.run(say())
    assert max(together) == HEARD_AT_ONCE
    assert heard == senders
