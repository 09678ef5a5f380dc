"""Links by which a person reaches their own information: signed, short-lived, sent by e-mail."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from catalog.models import Language, MessageKind, OutboxMessage, Request

SALT = "person-link"
LINK_SECONDS = 3600
PATHS = {Language.FR: "/mes-renseignements", Language.EN: "/my-information"}


class PersonLinks:
    """Signs and reads what a link holds: which e-mail it came in, no more."""

    def __init__(self, secret_key: str, browser_url: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=SALT)
        self._browser_url = browser_url

    def url(self, message: OutboxMessage) -> str:
        """The address for `message`, from now on for as long as a link lasts."""
        path = PATHS[Language(message.language)]
        return f"{self._browser_url}{path}/{self._serializer.dumps(_named(message))}"

    def open(self, session: Session, token: str) -> Request | None:
        """The request that `token` was sent for; None if it is forged, late, or no longer theirs.

        A link dies when the address that it was sent to is corrected, or the request is erased.
        """
        try:
            # itsdangerous encodes before it verifies, and a lone surrogate cannot be encoded.
            named = self._serializer.loads(token if token.isascii() else "", LINK_SECONDS)
        except BadSignature:
            return None
        message = session.get(OutboxMessage, named[0])
        if message is None or message.kind is not MessageKind.LINK or _named(message) != named:
            return None
        request = message.request
        is_theirs = request.contact_email == message.recipient and request.erased_at is None
        return request if is_theirs else None


def _named(message: OutboxMessage) -> list:
    """SQLite gives the number of an erased message again: its instant tells them apart."""
    return [message.id, message.created_at.isoformat()]
