"""Names of PostgreSQL's advisory locks, which it knows by numbers of 64 bits."""

import hashlib


def lock_number(name: str, purpose: bytes) -> int:
    """The number of the lock `name` among those of a purpose, of 16 bytes at most."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=purpose).digest()
    return int.from_bytes(digest, "big", signed=True)
