"""An answer that was lost between the bot and the database is given, not asked for twice."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from web.conversation import TEXTS

pytestmark = pytest.mark.anyio

CONSENT = {
    "text": "Consentez-vous ?",
    "buttons": [{"title": "Oui", "payload": '/choose{"choice":"yes"}'}],
}


@pytest.fixture
def heard(engine: Engine, bot):
    """Note the bot's last message and `answers` as Rasa's tracker store does."""
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id, type_name, data)")
        )

    def note(*answers: dict[str, Any]) -> None:
        sender, payload = bot.heard[-1]
        said = {"text": payload, "metadata": {"turn": bot.turns[-1], "model_id": "m"}}
        told = [
            {
                "text": answer["text"],
                "data": {"buttons": answer.get("buttons"), "custom": answer.get("custom")},
            }
            for answer in answers
        ]
        events = [("user", said), *(("bot", answer) for answer in told)]
        with engine.begin() as connection:
            for kind, data in events:
                connection.execute(
                    text("INSERT INTO events (sender_id, type_name, data) VALUES (:s, :k, :d)"),
                    {"s": sender, "k": kind, "d": json.dumps(data)},
                )

    return note


async def lose(chat, bot, heard, *answers: dict[str, Any], **message: str) -> None:
    """Say something that the bot hears, and whose answer does not come."""
    bot.script.append([])
    await chat.send("lost", **message)
    heard(*answers)


@pytest.mark.parametrize(
    "again",
    [
        {"message_id": "lost", "text": "oui"},
        {"message_id": "m2", "choice": "retry"},
        {"message_id": "m2", "text": "réessayer"},
        {"message_id": "m2", "text": "oui"},
    ],
    ids=["sent again", "retried", "asked again", "typed again"],
)
async def test_a_lost_answer_is_given_and_its_message_heard_once(chat, bot, heard, again) -> None:
    await lose(chat, bot, heard, CONSENT, text="oui")
    answer = (await chat.send(**again)).json()
    assert [message["text"] for message in answer["messages"]] == [CONSENT["text"]]
    assert answer["messages"][0]["choices"] == [{"title": "Oui", "value": "yes"}]
    assert bot.payloads == ["oui"]
    await chat.send("m3", choice="yes")
    assert bot.payloads == ["oui", '/choose{"choice":"yes"}']


async def test_other_words_do_not_answer_a_question_that_was_not_seen(chat, bot, heard) -> None:
    english = {**CONSENT, "custom": {"language": "en"}}
    await lose(chat, bot, heard, english, text="oui")
    answer = (await chat.send("m2", text="allô?")).json()
    told = [message["text"] for message in answer["messages"]]
    assert told == [TEXTS.get("answer_missed", "en"), CONSENT["text"]]
    assert answer["language"] == "en"
    assert bot.payloads == ["oui"]
    assert (await chat.send("m2", text="allô?")).json() == answer


async def test_a_change_of_language_is_heard_since_it_asks_the_question_again(
    chat, bot, heard
) -> None:
    await lose(chat, bot, heard, CONSENT, text="oui")
    await chat.send("m2", to_language="en")
    assert bot.payloads == ["oui", '/switch_language{"requested_language":"en"}']


async def test_a_message_that_the_bot_did_not_hear_is_heard(chat, bot, heard) -> None:
    bot.answers({"text": "Nom ?"})
    await chat.send("m1", text="bonjour")
    heard({"text": "Nom ?"})
    bot.script.append([])
    await chat.send("m2", text="Marie")
    await chat.send("m3", choice="retry")
    assert bot.payloads == ["bonjour", "Marie", "Marie"]


async def test_a_message_heard_without_an_answer_is_heard_again(chat, bot, heard) -> None:
    await lose(chat, bot, heard, text="oui")
    await chat.send("lost", text="oui")
    assert bot.payloads == ["oui", "oui"]


async def test_what_another_heard_is_not_told(gateway, bot, heard) -> None:
    await gateway.open()
    await lose(gateway, bot, heard, CONSENT, text="oui")
    await gateway.open()
    bot.script.append([])
    await gateway.send("m1", text="oui")
    await gateway.send("m1", text="oui")
    assert bot.payloads == ["oui"] * 3
