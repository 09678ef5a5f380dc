"""Two gateways over one PostgreSQL: a conversation is with one of them at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import make_engine
from catalog.settings import Settings
from web.conversation_locks import ConversationLocks
from web.errors import ApiError

pytestmark = pytest.mark.anyio

CONVERSATION = "c1"


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def gateway_locks(database_url: str) -> Iterator[Callable[..., ConversationLocks]]:
    """A function that gives the locks of one more gateway."""
    engines, made = [], []

    def of_a_gateway(patience_seconds: float = 10) -> ConversationLocks:
        engines.append(make_engine(database_url))
        made.append(ConversationLocks(engines[-1], patience_seconds))
        return made[-1]

    yield of_a_gateway
    for locks in made:
        locks.close()
    for engine in engines:
        engine.dispose()


@pytest.fixture
def cut_connections(database_url: str) -> Iterator[Callable[[], None]]:
    """A function that ends every other connection to the database, as when a process falls."""
    engine = make_engine(database_url)

    def cut() -> None:
        with engine.begin() as connection:
            connection.execute(
                sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    yield cut
    engine.dispose()


async def hold(locks: ConversationLocks, until: asyncio.Event, entered: list[str], name: str):
    async with locks.alone(CONVERSATION):
        entered.append(name)
        await until.wait()


async def held(locks: ConversationLocks) -> tuple[asyncio.Task, asyncio.Event]:
    """A task in which `locks` hold the conversation, and what ends it."""
    until, entered = asyncio.Event(), []
    task = asyncio.create_task(hold(locks, until, entered, "first"))
    while not entered:
        await asyncio.sleep(0.01)
    return task, until


async def test_the_second_gateway_waits_for_the_first(gateway_locks) -> None:
    task, until = await held(gateway_locks())
    second = gateway_locks(patience_seconds=0.2)
    with pytest.raises(ApiError) as refusal:
        async with second.alone(CONVERSATION):
            pytest.fail("both gateways hold it")
    assert (refusal.value.status, refusal.value.code) == (503, "unavailable")
    until.set()
    await task
    async with second.alone(CONVERSATION):
        pass


async def test_other_conversations_do_not_wait(gateway_locks) -> None:
    task, until = await held(gateway_locks())
    async with gateway_locks(patience_seconds=0).alone("c2"):
        until.set()
    await task


async def test_one_waits_for_its_turn_in_the_same_gateway_too(gateway_locks) -> None:
    locks = gateway_locks()
    task, until = await held(locks)
    entered: list[str] = []
    waiting = [
        asyncio.create_task(hold(locks, until, entered, name)) for name in ("second", "third")
    ]
    await asyncio.sleep(0.05)
    assert entered == []
    until.set()
    await asyncio.gather(task, *waiting)
    assert entered == ["second", "third"]
    assert len(locks) == 0


async def test_what_a_gateway_held_is_free_once_it_falls(gateway_locks, cut_connections) -> None:
    task, until = await held(gateway_locks())
    cut_connections()
    async with gateway_locks().alone(CONVERSATION):
        pass
    until.set()
    await task


async def test_after_a_restart_of_the_database_locks_are_given_again(
    gateway_locks, cut_connections
) -> None:
    first = gateway_locks()
    async with first.alone(CONVERSATION):
        pass
    cut_connections()
    async with first.alone(CONVERSATION):
        with pytest.raises(ApiError):
            async with gateway_locks(patience_seconds=0.1).alone(CONVERSATION):
                pytest.fail("both gateways hold it")


async def test_who_gives_up_waiting_leaves_nothing_held(gateway_locks) -> None:
    task, until = await held(gateway_locks())
    second = gateway_locks()
    waiting = asyncio.create_task(hold(second, until, [], "second"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    until.set()
    await asyncio.gather(task, waiting, return_exceptions=True)
    async with gateway_locks().alone(CONVERSATION):
        pass


async def test_without_the_database_nothing_is_held(gateway_locks, database_url: str) -> None:
    nowhere = make_engine("postgresql://nobody@127.0.0.1:1/none")
    locks = ConversationLocks(nowhere, patience_seconds=1)
    with pytest.raises(SQLAlchemyError):
        async with locks.alone(CONVERSATION):
            pytest.fail("held without a database")
    locks.close()


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    return settings.model_copy(update={"database_url": database_url})


@pytest.fixture
async def gateways(start) -> AsyncIterator[list]:
    async with start() as first, start() as second:
        yield [first, second]


async def test_two_tabs_at_two_gateways_are_heard_one_after_the_other(gateways, bot) -> None:
    first, second = gateways
    await first.open()
    second.session = first.session
    running, most = 0, 0

    async def watched() -> list:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return [{"text": "ok"}]

    bot.script += [watched] * 6
    answers = await asyncio.gather(
        *(gateways[n % 2].send(f"m{n}", text=f"mot {n}") for n in range(6))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert most == 1
    assert sorted(bot.payloads) == [f"mot {n}" for n in range(6)]


async def test_one_message_sent_to_two_gateways_at_once_is_heard_once(gateways, bot) -> None:
    first, second = gateways
    await first.open()
    second.session = first.session

    async def slow() -> list:
        await asyncio.sleep(0.05)
        return [{"text": "un"}]

    bot.script.append(slow)
    answers = await asyncio.gather(*(gateway.send("m1", text="allô") for gateway in gateways))
    assert answers[0].json() == answers[1].json()
    assert bot.payloads == ["allô"]
