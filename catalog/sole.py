"""A duty that one process at a time does, of those that share the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from catalog.advisory_locks import lock_number
from catalog.database import SessionFactory

PURPOSE = b"duty"


@contextmanager
def sole(sessions: SessionFactory, duty: str) -> Iterator[bool]:
    """Whether no other process is at `duty`; if so, others are kept from it until the end.

    On SQLite always: each transaction that writes is alone there.
    """
    engine = sessions.kw["bind"]
    if engine.dialect.name != "postgresql":
        yield True
        return
    key = lock_number(duty, PURPOSE)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_sole = connection.scalar(select(func.pg_try_advisory_lock(key)))
        try:
            yield is_sole
        finally:
            if is_sole:
                connection.execute(select(func.pg_advisory_unlock(key)))
