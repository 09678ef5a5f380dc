import asyncio
import json
from contextlib import suppress

import httpx
import pytest

from web.bot_client import BotClient, BotSilent, preferred, value_of

pytestmark = pytest.mark.anyio


async def answer_to(bot, timeout_seconds: float = 5):
    async with httpx.AsyncClient(transport=httpx.MockTransport(bot)) as client:
        return await BotClient(client, ["http://bot"], timeout_seconds).say("c1", "bonjour")


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        ('/choose{"choice":"yes"}', "yes"),
        ('/choose_field{"choice":"accounting"}', "accounting"),
        ('/choose{"choice": "a", "other": 1}', "a"),
        ('/choose@0.9{"choice":"x"}', "x"),
        ("/ask_human", "ask_human"),
        ("/retry", "retry"),
        ('/choose{"choice":5}', "choose"),
        ("/choose{broken}", "choose"),
        ("bonjour", "bonjour"),
    ],
)
def test_the_value_of_a_payload(payload: str, value: str) -> None:
    assert value_of(payload) == value


async def test_messages_are_kept_with_their_payloads(bot) -> None:
    button = {"title": "Oui", "payload": '/choose{"choice":"yes"}', "type": "postback"}
    bot.answers(
        {"recipient_id": "c1", "text": "Est-ce exact ?", "buttons": [button]},
        {"recipient_id": "c1", "text": "Suite"},
        {"recipient_id": "c1", "image": "https://exemple.coop/x.png"},
    )
    answer = await answer_to(bot)
    choice = {"title": "Oui", "value": "yes", "payload": '/choose{"choice":"yes"}'}
    assert answer.messages == [
        {"text": "Est-ce exact ?", "choices": [choice]},
        {"text": "Suite", "choices": []},
    ]
    assert answer.language is None
    assert bot.heard == [("c1", "bonjour")]


async def test_a_custom_message_names_the_language(bot) -> None:
    bot.answers({"custom": {"language": "en"}}, {"text": "Hello"})
    answer = await answer_to(bot)
    assert answer.language == "en"
    assert answer.messages == [{"text": "Hello", "choices": []}]


@pytest.mark.parametrize("custom", [{"language": "de"}, {"language": ["en"]}, {}, ["en"], "en"])
async def test_a_custom_message_without_a_known_language_is_dropped(bot, custom) -> None:
    bot.answers({"custom": custom}, {"text": "Bonjour"})
    answer = await answer_to(bot)
    assert (answer.language, len(answer.messages)) == (None, 1)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{"custom": {"language": "en"}}],
        [{"recipient_id": "c1"}],
        {"text": "x"},
        [{"text": 5}],
        [{"text": "x", "buttons": [{"title": "sans charge"}]}],
        [{"text": "x", "buttons": "oui"}],
        "x",
        None,
        httpx.Response(500, json=[{"text": "x"}]),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(302, headers={"location": "http://elsewhere/"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
    ],
)
async def test_what_cannot_be_shown_is_silence(bot, answer) -> None:
    bot.script.append(answer)
    with pytest.raises(BotSilent):
        await answer_to(bot)


async def test_a_late_answer_is_silence(bot) -> None:
    bot.script.append(lambda: asyncio.sleep(30))
    with pytest.raises(BotSilent, match="late"):
        await answer_to(bot, timeout_seconds=0.05)


async def test_silence_says_nothing_of_what_was_said(bot) -> None:
    bot.script.append(httpx.Response(200, content=json.dumps([{"text": ["secret"]}])))
    with pytest.raises(BotSilent) as silence:
        await answer_to(bot)
    assert str(silence.value) == "malformed"
    assert silence.value.__suppress_context__


URLS = [f"http://bot:{port}" for port in range(5005, 5009)]


async def heard_by(conversation_id: str, *failures: Exception) -> list[str]:
    """The workers that a message was sent to, of which the first ones fail."""
    sent: list[str] = []

    def worker(request: httpx.Request) -> httpx.Response:
        sent.append(f"http://{request.url.netloc.decode()}")
        if len(sent) <= len(failures):
            raise failures[len(sent) - 1]
        return httpx.Response(200, json=[{"text": "entendu"}])

    async with httpx.AsyncClient(transport=httpx.MockTransport(worker)) as client:
        with suppress(BotSilent):
            await BotClient(client, URLS, 5).say(conversation_id, "bonjour")
    return sent


async def test_a_conversation_goes_to_the_same_worker_each_time() -> None:
    assert await heard_by("c1") == await heard_by("c1") == preferred(URLS, "c1")[:1]


async def test_a_worker_that_refuses_the_connection_is_left_for_the_next() -> None:
    refused = httpx.ConnectError("refused")
    assert await heard_by("c1", refused, refused) == preferred(URLS, "c1")[:3]


async def test_workers_that_all_refuse_are_asked_once_each() -> None:
    assert await heard_by("c1", *[httpx.ConnectError("refused")] * 4) == preferred(URLS, "c1")


@pytest.mark.parametrize(
    "failure",
    [httpx.ReadError("cut"), httpx.RemoteProtocolError("half"), httpx.WriteError("cut")],
    ids=lambda failure: type(failure).__name__,
)
async def test_no_other_worker_hears_what_one_may_have_heard(failure: Exception) -> None:
    assert len(await heard_by("c1", failure)) == 1


def test_conversations_are_spread_and_move_only_from_a_worker_that_is_gone() -> None:
    homes = {str(n): preferred(URLS, str(n))[0] for n in range(2000)}
    shares = [list(homes.values()).count(url) for url in URLS]
    assert min(shares) > 400
    for conversation_id, home in homes.items():
        if home != URLS[0]:
            assert preferred(URLS[1:], conversation_id)[0] == home
