"""Who a partner's server says that its signed-in member is.

The partner signs `payload`, base64url of the JSON {"member", "organisation", "expires", "nonce"},
with HMAC-SHA256 (RFC 2104) and its widget's secret, and sends `payload.hexadecimal digest`.
"""

import base64
import binascii
import hmac
import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from web.disarm import plain_words

# Longer, a copied signature would be worth stealing.
MAX_SECONDS = 24 * 3600

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class IdentityInvalid(Exception):
    """The signature, the form or the term of a signed identity is not right."""


class Identity(BaseModel):
    """A member as its partner knows it; `expires` in seconds since 1970."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    organisation: Name
    expires: int
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


def sign_identity(payload: str, secret: str) -> str:
    return hmac.new(secret.encode(), payload.encode(), "sha256").hexdigest()


def read_identity(signed: str, secret: str) -> Identity:
    """The identity in `signed`.

    Raises:
        IdentityInvalid: it was not signed with `secret`, has expired, or is malformed.
    """
    payload, _, digest = signed.partition(".")
    if not signed.isascii() or not hmac.compare_digest(digest, sign_identity(payload, secret)):
        raise IdentityInvalid
    try:
        decoded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        identity = Identity.model_validate_json(decoded)
    except (binascii.Error, ValidationError):
        raise IdentityInvalid from None
    if not time.time() < identity.expires <= time.time() + MAX_SECONDS:
        raise IdentityInvalid
    organisation = " ".join(plain_words(identity.organisation).split())
    if not organisation:
        raise IdentityInvalid
    return identity.model_copy(update={"organisation": organisation})
