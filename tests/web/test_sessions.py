import itsdangerous.timed
import pytest

from catalog.models import Language
from web.errors import ApiError
from web.sessions import ChatSession, Sessions

SESSION = ChatSession("c0ffee", Language.EN)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions("a secret", hours=12)


def test_a_token_reads_back(sessions: Sessions) -> None:
    assert sessions.read(sessions.issue(SESSION)) == SESSION


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "é.b.c", "\x00", "." * 300])
def test_a_made_up_token_is_invalid(sessions: Sessions, token: str) -> None:
    with pytest.raises(ApiError) as refusal:
        sessions.read(token)
    assert (refusal.value.status, refusal.value.code) == (401, "session_invalid")
    assert sessions.recognize(token) is None


def test_a_token_of_another_secret_is_invalid(sessions: Sessions) -> None:
    token = Sessions("another secret", hours=12).issue(SESSION)
    with pytest.raises(ApiError, match="session_invalid"):
        sessions.read(token)
    assert sessions.recognize(token) is None


def test_an_altered_token_is_invalid(sessions: Sessions) -> None:
    other = sessions.issue(ChatSession("badcafe", Language.EN))
    payload, rest = other.split(".", 1)
    forged = f"{payload}.{sessions.issue(SESSION).split('.', 1)[1]}"
    assert rest not in forged
    with pytest.raises(ApiError, match="session_invalid"):
        sessions.read(forged)


def test_a_token_expires_but_tells_its_language(sessions: Sessions, monkeypatch) -> None:
    token = sessions.issue(SESSION)
    now = itsdangerous.timed.time.time()
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + 12 * 3600 - 5)
    assert sessions.read(token) == SESSION
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + 12 * 3600 + 5)
    with pytest.raises(ApiError) as refusal:
        sessions.read(token)
    assert (refusal.value.status, refusal.value.code) == (401, "session_expired")
    assert sessions.recognize(token) == SESSION


def test_what_is_no_text_is_not_recognized(sessions: Sessions) -> None:
    assert sessions.recognize(None) is None
    assert sessions.recognize(["x"]) is None
