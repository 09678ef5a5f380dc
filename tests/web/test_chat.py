"""The chat API as a browser meets it: opening, choices, languages, what the bot hears."""

import json
import re

import pytest
from sqlalchemy import text as sql

pytestmark = pytest.mark.anyio


def buttons(*choices: str, intent: str = "choose") -> list[dict]:
    return [{"title": c.title(), "payload": f'/{intent}{{"choice":"{c}"}}'} for c in choices]


async def test_a_conversation_opens_in_french(gateway, bot) -> None:
    bot.answers({"text": "Bonjour !", "buttons": [{"title": "Voir", "payload": "/ask_offer"}]})
    response = await gateway.open()
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == {"session", "language", "messages", "failed"}
    assert answer["language"] == "fr"
    assert answer["messages"] == [
        {"text": "Bonjour !", "choices": [{"title": "Voir", "value": "ask_offer"}]}
    ]
    sender, message = bot.heard[0]
    assert re.fullmatch(r"[0-9a-f]{32}", sender)
    assert message == '/start{"requested_language":"fr"}'


async def test_a_conversation_opens_in_english_on_the_page_of_a_pole(gateway, bot, widget) -> None:
    response = await gateway.open(key=widget.key, language="en")
    assert response.json()["language"] == "en"
    assert bot.heard[0][1] == '/start{"requested_language":"en","pole":"estrie"}'


async def test_each_conversation_has_its_own_id(gateway, bot) -> None:
    await gateway.open()
    await gateway.open()
    assert len({sender for sender, _ in bot.heard}) == 2


async def test_unknown_paused_and_mistyped_keys_look_alike(gateway, bot, widget, change) -> None:
    paused, retired = change("laval", enabled=False).key, change("nunavik").key
    near = [widget.key[:-1], widget.key + "x", widget.key.upper(), f"{widget.key} "]
    wrong = ["personne", "", "a\x00b", "é" * 500, 12, ["estrie"], {}]
    answers = [await gateway.open(key=key) for key in (paused, retired, *near, *wrong)]
    answers.append(await gateway.open(key=widget.key, grant=None))
    answers.append(await gateway.open(key=widget.key, grant="forged"))
    answers.append(await gateway.open(key=widget.key, grant=gateway.app.state.grants.issue(paused)))
    assert {response.status_code for response in answers} == {404}
    assert len({response.text for response in answers}) == 1
    assert answers[0].json()["error"]["code"] == "key_unknown"
    assert bot.heard == []


async def test_a_message_is_heard_and_answered(chat, bot) -> None:
    bot.answers({"text": "Est-ce la comptabilité ?", "buttons": buttons("yes", "other")})
    response = await chat.send("m1", text="  Nos livres sont en retard \n")
    assert response.status_code == 200
    assert response.json() == {
        "messages": [
            {
                "text": "Est-ce la comptabilité ?",
                "choices": [
                    {"title": "Yes", "value": "yes"},
                    {"title": "Other", "value": "other"},
                ],
            }
        ],
        "language": "fr",
        "failed": False,
    }
    assert bot.payloads == ["Nos livres sont en retard"]
    assert len({sender for sender, _ in bot.heard}) == 1


async def test_a_choice_sends_the_payload_that_was_offered(chat, bot) -> None:
    bot.answers(
        {"text": "Un ?", "buttons": buttons("accounting", intent="choose_field")},
        {"text": "Deux ?", "buttons": [{"title": "Humain", "payload": "/ask_human"}]},
    )
    await chat.send("m1", text="bonjour")
    await chat.send("m2", choice="ask_human")
    assert bot.payloads[-1] == "/ask_human"


async def test_the_choices_of_the_opening_are_offered(gateway, bot) -> None:
    bot.answers({"text": "Bonjour", "buttons": [{"title": "Voir", "payload": "/ask_offer"}]})
    await gateway.open()
    response = await gateway.send("m1", choice="ask_offer")
    assert response.status_code == 200
    assert bot.payloads == ["/ask_offer"]


async def test_of_two_buttons_with_one_value_the_last_wins(chat, bot) -> None:
    bot.answers(
        {"text": "Un", "buttons": buttons("accounting", intent="choose_field")},
        {"text": "Deux", "buttons": buttons("accounting")},
    )
    await chat.send("m1", text="bonjour")
    await chat.send("m2", choice="accounting")
    assert bot.payloads[-1] == '/choose{"choice":"accounting"}'


@pytest.mark.parametrize("choice", ["maybe", "/restart", '/choose{"choice":"yes"}', "", "retry"])
async def test_only_what_is_offered_can_be_chosen(chat, bot, choice: str) -> None:
    bot.answers({"text": "Exact ?", "buttons": buttons("yes", "no")})
    await chat.send("m1", text="bonjour")
    response = await chat.send("m2", choice=choice)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "choice_not_offered"
    assert len(bot.payloads) == 1


async def test_the_choices_of_an_older_answer_are_no_longer_offered(chat, bot) -> None:
    bot.answers({"text": "Exact ?", "buttons": buttons("yes")})
    await chat.send("m1", text="bonjour")
    await chat.send("m2", text="une question")
    assert (await chat.send("m3", choice="yes")).status_code == 422


async def test_a_refused_choice_leaves_the_offered_ones(chat, bot) -> None:
    bot.answers({"text": "Exact ?", "buttons": buttons("yes")})
    await chat.send("m1", text="bonjour")
    await chat.send("m2", choice="no")
    assert (await chat.send("m2", choice="yes")).status_code == 200


async def test_payloads_never_reach_the_browser(chat, bot) -> None:
    bot.answers({"text": "Exact ?", "buttons": buttons("yes")})
    response = await chat.send("m1", text="bonjour")
    assert "payload" not in response.text
    assert "/choose" not in response.text


async def test_the_choices_of_one_conversation_are_not_those_of_another(gateway, bot) -> None:
    await gateway.open()
    first = gateway.session
    bot.answers({"text": "Exact ?", "buttons": buttons("yes")})
    await gateway.send("m1", text="bonjour")
    await gateway.open()
    assert gateway.session != first
    assert (await gateway.send("m1", choice="yes")).status_code == 422


async def test_the_language_is_the_bot_s_and_stays(chat, bot) -> None:
    bot.answers({"custom": {"language": "en"}}, {"text": "Hello"})
    assert (await chat.send("m1", text="Hello, we need help")).json()["language"] == "en"
    assert (await chat.send("m2", text="ok")).json()["language"] == "en"
    bot.answers({"custom": {"language": "fr"}}, {"text": "Bonjour"})
    assert (await chat.send("m3", text="en français svp")).json()["language"] == "fr"


async def test_a_refusal_is_in_the_language_of_the_conversation(chat, bot) -> None:
    assert "choix" in (await chat.send("m1", choice="x")).json()["error"]["message"]
    bot.answers({"custom": {"language": "en"}}, {"text": "Hello"})
    await chat.send("m2", text="hello")
    response = await chat.send("m3", choice="x")
    assert "choice" in response.json()["error"]["message"]


@pytest.mark.parametrize("typed", ["/restart", " /restart", "\u200b/restart", "EXTERNAL: restart"])
async def test_typed_commands_reach_the_bot_as_words(chat, bot, typed: str) -> None:
    await chat.send("m1", text=typed)
    assert bot.payloads == ["restart"]


async def test_control_characters_never_reach_the_bot_or_the_database(chat, bot, turns) -> None:
    await chat.send("m1", text="un\x00 deux\x1b[31m")
    assert bot.payloads == ["un deux[31m"]
    assert turns()[0].payload == "un deux[31m"


async def test_forbidden_numbers_are_neither_sent_nor_stored(chat, bot, engine, caplog) -> None:
    caplog.set_level("DEBUG")
    bot.script.append([])
    await chat.send("m1", text="NAS 123-456-782 carte 4111 1111 1111 1111 tél 418 555-0123")
    expected = "NAS [NAS retiré] carte [numéro de carte retiré] tél 418 555-0123"
    assert bot.payloads == [expected]
    with engine.begin() as connection:
        stored = str(connection.execute(sql("select * from chat_turns")).all())
    assert expected in stored
    for number in ("456-782", "456782", "4111"):
        assert number not in stored
        assert number not in caplog.text


async def test_the_mark_is_in_the_language_of_the_conversation(gateway, bot) -> None:
    await gateway.open(language="en")
    await gateway.send("m1", text="123 456 782")
    assert bot.payloads == ["[SIN removed]"]


async def test_members_words_are_never_logged(chat, bot, caplog) -> None:
    caplog.set_level("DEBUG")
    bot.script += [[], [{"text": ["confidence"]}]]
    await chat.send("m1", text="confidence")
    await chat.send("m2", text="confidence")
    await chat.send("m3", text="confidence")
    await chat.send("m3", text="autre confidence")
    await chat.send("confidence!", text="confidence")
    await chat.send("m4", choice="confidence")
    await chat.send("m5", text="confidence" * 1000)
    await chat.send("m6", confidence="confidence")
    chat.session = "confidence"
    await chat.send("m7", text="confidence")
    assert "confidence" not in caplog.text
    assert "the bot did not answer: empty" in caplog.messages
    assert "the bot did not answer: malformed" in caplog.messages


async def test_the_text_is_counted_once_trimmed(chat, bot) -> None:
    assert (await chat.send("m1", text=f"  {'é' * 2000}\n")).status_code == 200
    assert bot.payloads == ["é" * 2000]
    response = await chat.send("m2", text="é" * 2001)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "text_too_long"


@pytest.mark.parametrize("typed", ["", "  \n", "/", "\u200b", "\x00"])
async def test_a_text_without_words_is_refused(chat, bot, typed: str) -> None:
    response = await chat.send("m1", text=typed)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "text_empty"
    assert bot.payloads == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, "text, choice, to_language"),
        ({"text": None}, "text, choice, to_language"),
        ({"text": "a", "choice": "b"}, "text, choice, to_language"),
        ({"text": ["a"]}, "text"),
        ({"text": "a\ud800"}, "text"),
        ({"choice": 1}, "choice"),
        ({"id": "m 1", "text": "a"}, "id"),
        ({"id": "m1\n", "text": "a"}, "id"),
        ({"id": "é", "text": "a"}, "id"),
        ({"id": "", "text": "a"}, "id"),
        ({"id": "m" * 65, "text": "a"}, "id"),
        ({"id": 5, "text": "a"}, "id"),
        ({"session": None, "text": "a"}, "session"),
    ],
)
async def test_a_malformed_message_is_told_what_to_correct(chat, bot, body, fields) -> None:
    message = {"session": chat.session, "id": "m1", **body}
    response = await chat.client.post(
        "/chat/message", content=json.dumps(message), headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "invalid_request"
    assert error["message"].endswith(f": {fields}.")
    assert bot.payloads == []


@pytest.mark.parametrize("message_id", ["m", "m" * 64, "A-z_0"])
async def test_ids_of_the_allowed_form_are_taken(chat, message_id: str) -> None:
    assert (await chat.send(message_id, text="bonjour")).status_code == 200


async def test_an_opening_in_an_unknown_language_is_refused(gateway) -> None:
    response = await gateway.open(language="de")
    assert response.status_code == 422
    assert "language" in response.json()["error"]["message"]
