"""Grants: a signed proof that a page of ours was served for a widget's key.

Only a page that a pôle's origins may frame holds one, so no other can open its conversations.
"""

from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.signatures import load_within

SALT = "widget-grant"
# A tab left open for days can still start over.
SECONDS = 7 * 24 * 3600


class Grants:
    """Issues and checks the grants of pages."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=SALT)

    def issue(self, key: str) -> str:
        return self._serializer.dumps(key)

    def covers(self, grant: object, key: str) -> bool:
        """Whether `grant` was issued for `key`, and still holds."""
        if not isinstance(grant, str) or not grant.isascii():
            return False
        try:
            return load_within(self._serializer, grant, SECONDS) == key
        except BadSignature:
            return False
