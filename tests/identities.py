"""Identities as a partner's server signs them."""

import base64
import json
import time
from typing import Any

from web.identity import sign_identity

SECRET = "a secret that only the partner holds"


def signed(secret: str = SECRET, **changes: Any) -> str:
    identity = {
        "member": "42",
        "organisation": "Coop du Lac",
        "expires": int(time.time()) + 600,
        "nonce": "n" * 16,
    }
    content = {name: value for name, value in (identity | changes).items() if value is not None}
    payload = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return f"{payload}.{sign_identity(payload, secret)}"
