"""Sessions, grants and identities: only the one that was given opens what it was given for."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Language
from tests.abuse.effort import many
from tests.identities import SECRET, signed
from web.errors import ApiError
from web.grants import Grants
from web.identity import IdentityInvalid, read_identity
from web.sessions import ChatSession, Sessions

KEY = "a secret that is long enough for production"
SESSION = ChatSession("c0ffee", Language.EN, "pole_0123456789abcdef")

sessions, grants = Sessions(KEY, 12), Grants(KEY)
TOKENS: dict[str, tuple[str, Callable[[str], object]]] = {
    "session": (sessions.issue(SESSION), sessions.recognize),
    "grant": (grants.issue(SESSION.key), lambda token: grants.covers(token, SESSION.key) or None),
    "identity": (signed(), lambda token: _identity(token)),
}


def _identity(token: str) -> object:
    try:
        return read_identity(token, SECRET)
    except IdentityInvalid:
        return None


@pytest.mark.parametrize("kind", TOKENS)
def test_the_right_one_is_known(kind: str) -> None:
    token, read = TOKENS[kind]
    assert read(token)


@pytest.mark.parametrize("kind", TOKENS)
def test_any_text_is_no_token(kind: str, tried) -> None:
    _, read = TOKENS[kind]

    @given(st.one_of(st.text(), st.from_regex(r"[\w-]{0,80}\.[\w-]{0,10}\.[\w-]{0,30}")))
    @many
    def check(token: str) -> None:
        assert read(token) is None
        tried("forged tokens")

    check()


@pytest.mark.parametrize("kind", TOKENS)
def test_one_changed_character_is_one_too_many(kind: str, tried) -> None:
    token, read = TOKENS[kind]
    # Of base64's last character some bits say nothing.
    last = len(token) - (1 if kind != "identity" else 0)

    @given(st.integers(0, last - 1), st.sampled_from("AZaz09-_.=\0é "))
    @many
    def check(place: int, character: str) -> None:
        altered = token[:place] + character + token[place + 1 :]
        assert altered == token or read(altered) is None
        tried("altered tokens")

    check()


def test_no_token_serves_for_another(tried) -> None:
    for kind, (token, _) in TOKENS.items():
        for other, (_, read) in TOKENS.items():
            assert kind == other or read(token) is None
            tried("tokens of another kind")
    with pytest.raises(ApiError):
        sessions.read(TOKENS["grant"][0])


@pytest.mark.anyio
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_stolen_id_says_nothing_of_another_conversation(gateway, bot, tried) -> None:
    await gateway.open()
    victim = gateway.session
    secret = (await gateway.send("m1", text="nous manquons d'argent")).json()
    await gateway.open()
    answer = (await gateway.send("m1", text="nous manquons d'argent")).json()
    assert (gateway.session != victim and answer != secret) or len(bot.payloads) == 2
    replayed = await gateway.client.post(
        "/chat/message", json={"session": victim, "id": "m1", "text": "autre chose"}
    )
    assert replayed.status_code == 409
    assert len(bot.payloads) == 2
    tried("replayed messages", 2)
