import pytest
from sqlalchemy import text as sql

from catalog.models import Language
from web.errors import accepted_language
from web.sessions import ChatSession, Sessions

pytestmark = pytest.mark.anyio

FRENCH, ENGLISH = "La requête", "The request"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("fr;q=0.5, en;q=0.7", "en"),
        ("de, en;q=0.1", "en"),
        ("de", "fr"),
        ("en;q=0", "fr"),
        ("en;q=x", "fr"),
        ("en;q=nan", "fr"),
        ("*", "fr"),
        ("english", "fr"),
        (",;=,q", "fr"),
    ],
)
def test_the_language_of_a_browser(header: str, language: str) -> None:
    assert accepted_language(header) == language


async def message_of(gateway, body, **headers: str) -> str:
    response = await gateway.client.post("/chat/message", json=body, headers=headers)
    assert set(response.json()) == {"error"}
    assert set(response.json()["error"]) == {"code", "message"}
    return response.json()["error"]["message"]


async def test_the_language_of_an_error(gateway) -> None:
    await gateway.open(language="en")
    body = {"session": gateway.session, "language": "fr"}
    english, french = {"accept-language": "en"}, {"accept-language": "fr"}
    assert (await message_of(gateway, body, **french)).startswith(ENGLISH)
    assert (await message_of(gateway, {"language": "fr"}, **english)).startswith(FRENCH)
    assert (await message_of(gateway, {"language": "de"}, **english)).startswith(ENGLISH)
    assert (await message_of(gateway, {"language": []}, **english)).startswith(ENGLISH)
    assert (await message_of(gateway, [], **english)).startswith(ENGLISH)
    assert (await message_of(gateway, {})).startswith(FRENCH)


async def test_an_expired_session_is_told_in_its_language(start) -> None:
    async with start(session_hours=-1) as gateway:
        await gateway.open(language="en")
        response = await gateway.send("m1", text="hello")
    assert response.status_code == 401
    assert response.json()["error"] == {
        "code": "session_expired",
        "message": "This conversation ended a while ago: open a new one.",
    }


async def test_a_forged_session_is_refused(gateway, bot) -> None:
    gateway.session = Sessions("guess", 12).issue(ChatSession("victim", Language.EN))
    response = await gateway.send("m1", text="bonjour")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "session_invalid"
    assert "reconnue" in response.json()["error"]["message"]
    assert bot.heard == []


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"{}", "text/plain", 422),
        (b"\xff", "application/json", 400),
        (b"[" * 16000, "application/json", 400),
        (b"9" * 16000, "application/json", 400),
    ],
)
async def test_a_body_that_cannot_be_read(gateway, content, content_type, status) -> None:
    headers = {"content-type": content_type}
    for path in ("/chat/session", "/chat/message"):
        response = await gateway.client.post(path, content=content, headers=headers)
        assert response.status_code == status
        assert response.json()["error"]["code"] == "invalid_request"


async def test_errors_never_echo_what_was_sent(gateway) -> None:
    await gateway.open()
    body = {"session": gateway.session, "id": "intrus !", "text": ["intrus"], "intrus": "intrus"}
    assert "intrus" not in await message_of(gateway, body)
    response = await gateway.client.post("/chat/session", json={"language": "intrus"})
    assert "intrus" not in response.text
    assert "intrus" not in (await gateway.open(key="intrus")).text


async def test_unknown_addresses_and_methods(gateway) -> None:
    response = await gateway.client.get("/nowhere", headers={"accept-language": "en"})
    assert response.status_code == 404
    assert response.json()["error"]["message"].startswith("There is nothing")
    response = await gateway.client.put("/chat/message")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Le service est en panne"), ("en", "The service is down")]
)
async def test_a_database_that_is_down(gateway, bot, engine, caplog, language, words) -> None:
    await gateway.open(language=language)
    with engine.begin() as connection:
        connection.execute(sql("drop table chat_turns"))
    opening = await gateway.client.post("/chat/session", json={"language": language})
    message = await gateway.send("m1", text="confidence")
    for response in (opening, message):
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "unavailable"
        assert response.json()["error"]["message"].startswith(words)
    assert len(bot.heard) == 1
    assert "confidence" not in caplog.text
    assert "the database does not answer: OperationalError" in caplog.messages
    response = await gateway.send("m2")
    assert response.status_code == 422
    assert response.json()["error"]["message"].startswith(FRENCH if language == "fr" else ENGLISH)


async def test_a_database_that_fails_after_the_answer(chat, bot, engine, turns) -> None:
    async def answer_and_break() -> list:
        with engine.begin() as connection:
            connection.execute(sql("alter table chat_turns rename to away"))
        return [{"text": "ok"}]

    bot.script.append(answer_and_break)
    assert (await chat.send("m1", text="bonjour")).status_code == 503
    with engine.begin() as connection:
        connection.execute(sql("alter table away rename to chat_turns"))
    assert turns()[0].failed
    assert (await chat.send("m1", text="bonjour")).status_code == 200


async def test_an_unforeseen_failure_hides_its_text(chat, monkeypatch, caplog) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("confidence")

    monkeypatch.setattr(chat.app.state.conversations, "hear", broken)
    response = await chat.send("m1", text="confidence")
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal"
    assert "confidence" not in caplog.text
    assert any("RuntimeError at" in message for message in caplog.messages)
