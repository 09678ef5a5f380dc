"""Whatever is put in any input of the chat is words, or refused: no error, and no command."""

import json
import unicodedata

import pytest

from tests.abuse.corpus import COMMANDS, EVERYTHING, NUMBERS, PATHS, SQL
from web.body_limit import MAX_BODY_BYTES
from web.schemas import MAX_TEXT

pytestmark = [
    pytest.mark.anyio,
    # The stricter of the two about what a text may hold.
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]

# Halves of a character, which JSON can write and no encoding can.
HALVES = ("\ud800", "a\udfffb", "\udc00/restart")


def assert_plain(payload: str) -> None:
    """Nothing in what the bot hears commands it or is unseen."""
    assert not payload.strip().startswith("/") and not payload.strip().startswith("EXTERNAL:")
    assert not [c for c in payload if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert not set(payload) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


async def test_whatever_is_typed_is_words(chat, bot, turns, tried) -> None:
    for number, typed in enumerate(EVERYTHING):
        before = len(bot.heard)
        answer = await chat.send(f"m{number}", text=typed)
        assert answer.status_code in (200, 422), (typed, answer.text)
        assert answer.headers["content-type"] == "application/json"
        if answer.status_code == 200:
            assert_plain(bot.payloads[-1])
            assert len(bot.payloads[-1]) <= MAX_TEXT
        assert len(bot.heard) - before == (answer.status_code == 200)
    assert [turn.payload for turn in turns()] == bot.payloads
    tried("chat: nasty texts", len(EVERYTHING))


@pytest.mark.parametrize("name", ["session", "id", "choice", "to_language"])
async def test_nothing_else_of_a_message_is_believed(chat, bot, tried, name: str) -> None:
    right = {"session": chat.session, "id": "m1"}
    if name in ("session", "id"):
        right["text"] = "allô"
    for nasty in EVERYTHING:
        answer = await chat.client.post("/chat/message", json={**right, name: nasty})
        is_an_id = name == "id" and answer.status_code in (200, 409)
        assert is_an_id or answer.status_code in (401, 422), (nasty, answer.text)
    assert not [payload for payload in bot.payloads if payload != "allô"]
    tried("chat: forged sessions, ids, choices, languages", len(EVERYTHING))


@pytest.mark.parametrize("name", ["key", "grant", "identity", "language"])
async def test_nothing_of_an_opening_is_believed(gateway, bot, widget, tried, name: str) -> None:
    right = {"key": widget.key, "grant": gateway.app.state.grants.issue(widget.key)}
    for nasty in EVERYTHING:
        answer = await gateway.client.post("/chat/session", json={**right, name: nasty})
        assert answer.status_code in (404, 422), (nasty, answer.text)
    assert bot.heard == []
    tried("chat: forged keys, grants, identities", len(EVERYTHING))


@pytest.mark.parametrize("name", ["text", "choice", "session", "id", "key", "grant", "identity"])
async def test_half_a_character_is_refused(chat, bot, tried, name: str) -> None:
    path = "/chat/session" if name in ("key", "grant", "identity") else "/chat/message"
    for half in HALVES:
        body = {"session": chat.session, "id": "m1", "key": None, name: half}
        written = "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in half)
        text = json.dumps(body | {name: "HERE"}).replace("HERE", written)
        headers = {"content-type": "application/json"}
        answer = await chat.client.post(path, content=text, headers=headers)
        assert answer.status_code in (401, 404, 422), answer.text
    assert bot.payloads == []
    tried("chat: halves of characters", len(HALVES))


async def test_a_choice_typed_or_made_up_chooses_nothing(chat, bot, tried) -> None:
    payload = '/choose{"choice":"yes"}'
    bot.answers({"text": "?", "buttons": [{"title": "Oui", "payload": payload}]})
    await chat.send("m0", text="allô")
    for number, made_up in enumerate((*COMMANDS, *SQL, *NUMBERS, *PATHS, "choose", payload, "YES")):
        answer = await chat.send(f"c{number}", choice=made_up)
        assert answer.status_code == 422, made_up
    assert bot.payloads == ["allô"]
    await chat.send("m1", choice="yes")
    assert bot.payloads == ["allô", payload]
    tried("chat: choices not offered", number + 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * MAX_BODY_BYTES,
        b'{"a":' * (MAX_BODY_BYTES // 5),
        b"9" * MAX_BODY_BYTES,
        b"1e99999",
        b"NaN",
        b"null",
        b'{"session":[],"id":{},"text":1,"language":1}',
        b'{"text":"a","choice":"b","session":"","id":"m","grant":1}',
        b'{"language":["fr"]}',
        b'{"language":"fr"' + b" " * 15_000,
        b'{"__proto__":{"admin":true},"constructor":1,"language":1}',
        '{"language":1}'.encode("utf-16"),
        '{"language":1}'.encode("utf-32"),
    ],
    ids=lambda body: ascii(body[:20]),
)
@pytest.mark.parametrize("path", ["/chat/session", "/chat/message"])
async def test_no_body_is_an_error_of_ours(gateway, bot, tried, path: str, body: bytes) -> None:
    for kind in ("application/json", "text/plain", "application/xml", "multipart/form-data"):
        headers = {"content-type": kind}
        answer = await gateway.client.post(path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert set(answer.json()) == {"error"}
        tried("chat: broken bodies")
    assert bot.heard == []
