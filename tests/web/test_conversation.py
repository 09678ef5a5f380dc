"""Each message is heard once, in order, and a failed one can be tried again."""

import asyncio
import gc

import httpx
import pytest
from sqlalchemy import text as sql

pytestmark = pytest.mark.anyio

RETRY_FR = [{"title": "Réessayer", "value": "retry"}]


def is_failure(response: httpx.Response) -> bool:
    assert response.status_code == 200
    (message,) = response.json()["messages"]
    return [choice["value"] for choice in message["choices"]] == ["retry"]


async def test_a_repeated_message_gets_the_same_answer_and_is_heard_once(chat, bot, turns) -> None:
    bot.answers({"text": "un"})
    first = await chat.send("m1", text="bonjour")
    again = await chat.send("m1", text="bonjour")
    assert again.json() == first.json()
    assert bot.payloads == ["bonjour"]
    assert len(turns()) == 1


async def test_concurrent_repeats_are_heard_once(chat, bot) -> None:
    async def slow() -> list:
        await asyncio.sleep(0.05)
        return [{"text": "un"}]

    bot.script.append(slow)
    responses = await asyncio.gather(*(chat.send("m1", text="bonjour") for _ in range(8)))
    assert {response.text for response in responses} == {responses[0].text}
    assert responses[0].json()["messages"][0]["text"] == "un"
    assert bot.payloads == ["bonjour"]


async def test_a_repeat_after_a_restart_is_not_heard_again(start, bot) -> None:
    async with start() as gateway:
        await gateway.open()
        bot.answers({"text": "un", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
        first = await gateway.send("m1", text="bonjour")
    async with start() as restarted:
        restarted.session = gateway.session
        assert (await restarted.send("m1", text="bonjour")).json() == first.json()
        assert bot.payloads == ["bonjour"]
        await restarted.send("m2", choice="affirm")
        assert bot.payloads == ["bonjour", "/affirm"]


async def test_a_message_cut_by_a_stop_is_tried_again_after_the_restart(start, bot, turns) -> None:
    async with start() as gateway:
        await gateway.open()
        bot.script.append(lambda: asyncio.sleep(60))
        sending = asyncio.create_task(gateway.send("m1", text="bonjour"))
        while not bot.payloads:
            await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert turns()[0].failed
    async with start() as restarted:
        restarted.session = gateway.session
        response = await restarted.send("m1", text="bonjour")
        assert response.json()["messages"][0]["text"] == "entendu : bonjour"


async def test_an_id_cannot_be_used_for_other_words(chat, bot) -> None:
    bot.answers({"text": "un", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
    await chat.send("m1", text="bonjour")
    for body in ({"text": "bonsoir"}, {"choice": "affirm"}, {"choice": "bonjour"}):
        response = await chat.send("m1", **body)
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "id_reused"
    assert bot.payloads == ["bonjour"]


async def test_a_repeated_choice_is_heard_once(chat, bot) -> None:
    bot.answers({"text": "un", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
    await chat.send("m1", text="bonjour")
    first = await chat.send("m2", choice="affirm")
    assert (await chat.send("m2", choice="affirm")).json() == first.json()
    assert (await chat.send("m2", text="affirm")).status_code == 409
    assert bot.payloads == ["bonjour", "/affirm"]


async def test_a_redacted_message_repeats_after_a_change_of_language(chat, bot) -> None:
    bot.answers({"custom": {"language": "en"}}, {"text": "ok"})
    first = await chat.send("m1", text="my SIN is 123 456 782")
    assert (await chat.send("m1", text="my SIN is 123 456 782")).json() == first.json()
    assert len(bot.payloads) == 1


async def test_one_id_serves_in_two_conversations(gateway, bot) -> None:
    for words in ("un", "deux"):
        await gateway.open()
        await gateway.send("m1", text=words)
    assert bot.payloads == ["un", "deux"]


async def test_messages_of_one_conversation_are_handled_in_order(chat, bot) -> None:
    running, most = 0, 0

    async def watched() -> list:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return [{"text": "ok"}]

    bot.script += [watched] * 10
    await asyncio.gather(*(chat.send(f"m{n}", text=f"mot {n}") for n in range(10)))
    assert bot.payloads == [f"mot {n}" for n in range(10)]
    assert most == 1


async def test_conversations_do_not_wait_for_each_other(gateway, bot) -> None:
    await gateway.open()
    first = gateway.session
    await gateway.open()
    released = asyncio.Event()

    async def held() -> list:
        await released.wait()
        return [{"text": "enfin"}]

    bot.script.append(held)
    waiting = asyncio.create_task(gateway.send("m1", text="lent"))
    while not bot.payloads:
        await asyncio.sleep(0.01)
    gateway.session = first
    assert (await gateway.send("m1", text="vite")).status_code == 200
    assert not waiting.done()
    released.set()
    assert (await waiting).json()["messages"][0]["text"] == "enfin"


async def test_idle_conversations_hold_no_lock(chat) -> None:
    await asyncio.gather(*(chat.send(f"m{n}", text="bonjour") for n in range(3)))
    gc.collect()
    assert len(chat.app.state.conversations._locks) == 0


@pytest.mark.parametrize(
    "failure",
    [[], {"malformed": True}, httpx.Response(500), httpx.ConnectError("refused")],
    ids=["empty", "malformed", "failed", "unreachable"],
)
async def test_silence_is_told_plainly_and_stored_as_failed(chat, bot, turns, failure) -> None:
    bot.script.append(failure)
    response = await chat.send("m1", text="bonjour")
    assert response.status_code == 200
    answer = response.json()
    assert answer["language"] == "fr"
    assert answer["messages"][0]["choices"] == RETRY_FR
    for words in ("ne répond pas", "Aucun dépôt n’est confirmé", "rien n’est perdu"):
        assert words in answer["messages"][0]["text"]
    (turn,) = turns()
    assert (turn.failed, turn.payload) == (True, "bonjour")


async def test_a_late_answer_is_silence(start, bot) -> None:
    async with start(answer_timeout_seconds=0.1) as gateway:
        await gateway.open(language="en")
        bot.script.append(lambda: asyncio.sleep(30))
        response = await gateway.send("m1", text="hello")
        assert is_failure(response)
        assert "No filing is confirmed and nothing is lost" in response.text


@pytest.mark.parametrize(
    "again",
    [
        {"choice": "retry"},
        {"text": "Réessayer"},
        {"text": "reessayer."},
        {"text": "Try again!"},
        {"text": "retry"},
        {"text": "/retry"},
    ],
)
async def test_a_retry_sends_the_failed_message_again(chat, bot, turns, again: dict) -> None:
    bot.script.append([])
    await chat.send("m1", text="Nos livres sont en retard")
    response = await chat.send("m2", **again)
    assert response.json()["messages"][0]["text"] == "entendu : Nos livres sont en retard"
    assert bot.payloads == ["Nos livres sont en retard"] * 2
    assert [turn.failed for turn in turns()] == [True, False]


async def test_a_retry_that_fails_can_be_tried_again(chat, bot) -> None:
    bot.script += [[], []]
    await chat.send("m1", text="un besoin")
    assert is_failure(await chat.send("m2", choice="retry"))
    assert not is_failure(await chat.send("m3", choice="retry"))
    assert bot.payloads == ["un besoin"] * 3


async def test_a_failed_choice_is_tried_again(chat, bot) -> None:
    bot.answers({"text": "un", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
    await chat.send("m1", text="bonjour")
    bot.script.append([])
    await chat.send("m2", choice="affirm")
    await chat.send("m3", choice="retry")
    assert bot.payloads == ["bonjour", "/affirm", "/affirm"]


async def test_a_repeated_retry_is_heard_once(chat, bot) -> None:
    bot.script.append([])
    await chat.send("m1", text="un besoin")
    first = await chat.send("m2", choice="retry")
    assert (await chat.send("m2", choice="retry")).json() == first.json()
    assert bot.payloads == ["un besoin"] * 2


async def test_the_same_id_after_a_failure_tries_again(chat, bot, turns) -> None:
    bot.script.append([])
    assert is_failure(await chat.send("m1", text="un besoin"))
    assert not is_failure(await chat.send("m1", text="un besoin"))
    await chat.send("m1", text="un besoin")
    assert bot.payloads == ["un besoin"] * 2
    assert [turn.failed for turn in turns()] == [False]


async def test_a_failed_message_is_not_heard_once_the_conversation_has_moved_on(chat, bot) -> None:
    bot.script.append([])
    await chat.send("m1", text="un besoin")
    await chat.send("m2", choice="retry")
    assert is_failure(await chat.send("m1", text="un besoin"))
    assert bot.payloads == ["un besoin"] * 2


async def test_other_words_after_a_failure_are_heard_as_they_are(chat, bot) -> None:
    bot.script.append([])
    await chat.send("m1", text="un besoin")
    await chat.send("m2", text="autre chose")
    assert bot.payloads == ["un besoin", "autre chose"]


async def test_retry_without_a_failure_is_the_bot_s_to_hear(chat, bot) -> None:
    bot.answers({"text": "panne", "buttons": [{"title": "Réessayer", "payload": "/retry"}]})
    await chat.send("m1", text="bonjour")
    await chat.send("m2", choice="retry")
    await chat.send("m3", text="réessayer")
    assert bot.payloads == ["bonjour", "/retry", "réessayer"]


async def test_after_a_silence_the_bot_is_told_which_turn_was_answered_last(
    chat, bot, turns
) -> None:
    await chat.send("m1", text="un")
    bot.script += [[], []]
    await chat.send("m2", text="deux")
    await chat.send("m2", text="deux")
    await chat.send("m3", choice="retry")
    await chat.send("m4", text="quatre")
    answered = turns()[0].id
    assert bot.answered[1:] == [None, None, answered, answered, None]


async def test_only_retry_is_offered_after_a_failure(chat, bot) -> None:
    bot.answers({"text": "un", "buttons": [{"title": "Oui", "payload": "/affirm"}]})
    await chat.send("m1", text="bonjour")
    bot.script.append([])
    await chat.send("m2", text="oui")
    assert (await chat.send("m3", choice="affirm")).status_code == 422


async def test_an_opening_that_fails_can_be_tried_again(gateway, bot, widget) -> None:
    bot.script.append([])
    response = await gateway.open(language="en", key=widget.key)
    assert is_failure(response)
    assert response.json()["messages"][0]["choices"][0]["title"] == "Try again"
    assert not is_failure(await gateway.send("m1", choice="retry"))
    assert bot.heard[0] == bot.heard[1]


async def test_a_conversation_whose_turns_were_erased_goes_on(chat, bot, engine) -> None:
    with engine.begin() as connection:
        connection.execute(sql("delete from chat_turns"))
    response = await chat.send("m1", text="bonjour")
    assert response.json()["language"] == "fr"
    assert bot.payloads == ["bonjour"]
