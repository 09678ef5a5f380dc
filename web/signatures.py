"""Read what we signed and dated, whatever became of the clock since."""

import time
from typing import Any

from itsdangerous import SignatureExpired, URLSafeTimedSerializer


def load_within(serializer: URLSafeTimedSerializer, token: str, seconds: float) -> Any:
    """What `token` holds, if it was signed no more than `seconds` from now.

    From now either way: once a clock is put right, what was signed just before seems to come from
    the future, and itsdangerous would take it for expired.

    Raises:
        BadSignature: it is forged.
        SignatureExpired: it was signed too long ago.
    """
    value, signed_at = serializer.loads(token, return_timestamp=True)
    if abs(time.time() - signed_at.timestamp()) > seconds:
        raise SignatureExpired("signed too long ago", date_signed=signed_at)
    return value
