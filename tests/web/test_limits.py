"""Who writes too often waits, and is told how long; the others go on."""

import pytest

pytestmark = pytest.mark.anyio


def assert_told_to_wait(response) -> None:
    assert response.status_code == 429
    seconds = int(response.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert response.json()["error"]["code"] == "rate_limited"
    assert str(seconds) in response.json()["error"]["message"]


async def test_a_conversation_that_sends_too_much(start, bot) -> None:
    async with start(messages_per_session="2/minute") as gateway:
        await gateway.open()
        busy = gateway.session
        for number in range(2):
            assert (await gateway.send(f"m{number}", text="allô")).status_code == 200
        assert_told_to_wait(await gateway.send("m3", text="allô"))
        await gateway.open()
        assert gateway.session != busy
        assert (await gateway.send("m1", text="allô")).status_code == 200
    assert len(bot.payloads) == 3


async def test_an_address_that_sends_too_much(start) -> None:
    async with start(messages_per_address="2/minute") as gateway:
        for _ in range(2):
            await gateway.open()
            assert (await gateway.send("m1", text="allô")).status_code == 200
        await gateway.open()
        assert_told_to_wait(await gateway.send("m1", text="allô"))


async def test_an_address_that_opens_too_many_conversations(start, bot) -> None:
    async with start(conversations_per_address="2/minute") as gateway:
        for _ in range(2):
            assert (await gateway.open()).status_code == 200
        assert_told_to_wait(await gateway.open(language="en"))
    assert len(bot.heard) == 2


async def test_a_widget_by_which_too_much_comes(start, widget) -> None:
    async with start(messages_per_key="2/minute") as gateway:
        await gateway.open(key=widget.key)
        assert (await gateway.send("m1", text="allô")).status_code == 200
        assert_told_to_wait(await gateway.send("m2", text="allô"))
        await gateway.open()
        assert (await gateway.send("m1", text="allô")).status_code == 200


async def test_a_session_that_is_not_ours_counts_for_nobody(start) -> None:
    async with start(messages_per_address="1/minute") as gateway:
        gateway.session = "forged"
        for number in range(3):
            assert (await gateway.send(f"m{number}", text="allô")).status_code == 401
