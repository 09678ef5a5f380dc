"""A duty that one process at a time does, of those that share the database."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from catalog.database import SessionFactory


@contextmanager
def sole(sessions: SessionFactory, duty: str) -> Iterator[bool]:
    """Whether no other process is at `duty`; if so, others are kept from it until the end.

    On SQLite always: each transaction that writes is alone there.
    """
    engine = sessions.kw["bind"]
    if engine.dialect.name != "postgresql":
        yield True
        return
    digest = hashlib.blake2b(duty.encode(), digest_size=8, person=b"duty").digest()
    key = int.from_bytes(digest, "big", signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_sole = connection.scalar(select(func.pg_try_advisory_lock(key)))
        try:
            yield is_sole
        finally:
            if is_sole:
                connection.execute(select(func.pg_advisory_unlock(key)))
