import asyncio
import json

import httpx
import pytest

from web.bot_client import BotClient, BotSilent, value_of

pytestmark = pytest.mark.anyio


async def answer_to(bot, timeout_seconds: float = 5):
    async with httpx.AsyncClient(transport=httpx.MockTransport(bot)) as client:
        return await BotClient(client, "http://bot", timeout_seconds).say("c1", "bonjour")


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
