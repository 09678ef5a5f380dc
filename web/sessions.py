"""Sessions: a signed, expiring proof that a browser opened a conversation."""

from dataclasses import dataclass

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from catalog.models import Language
from web.errors import ApiError
from web.signatures import load_within

SALT = "chat-session"
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class ChatSession:
    """A conversation, the language it was opened in, and the key of its widget if it has one."""

    conversation_id: str
    language: Language
    key: str | None = None


class Sessions:
    """Issues and reads the tokens of sessions."""

    def __init__(self, secret_key: str, hours: float) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=SALT)
        self._seconds = hours * SECONDS_PER_HOUR

    def issue(self, session: ChatSession) -> str:
        return self._serializer.dumps(
            [session.conversation_id, session.language.value, session.key]
        )

    def read(self, token: str) -> ChatSession:
        """The session of `token`.

        Raises:
            ApiError: the token is forged or has expired.
        """
        try:
            return _session(load_within(self._serializer, _signable(token), self._seconds))
        except SignatureExpired:
            raise ApiError(401, "session_expired") from None
        except BadSignature:
            raise ApiError(401, "session_invalid") from None

    def recognize(self, token: object) -> ChatSession | None:
        """The session of `token` even if it has expired: enough to choose a language."""
        try:
            if not isinstance(token, str):
                return None
            return _session(self._serializer.loads(_signable(token)))
        except BadSignature:
            return None


def _session(signed: list) -> ChatSession:
    conversation_id, language, key = signed
    return ChatSession(conversation_id, Language(language), key)


def _signable(token: str) -> str:
    # itsdangerous encodes before it verifies, and a lone surrogate cannot be encoded.
    return token if token.isascii() else ""
