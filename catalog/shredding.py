"""Have SQLite overwrite what is erased, rather than leave it in the free room of its file."""

import logging

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from catalog.after_commit import after_commit

logger = logging.getLogger(__name__)


def shred(session: Session) -> None:
    """Overwrite what this transaction erases from here on, in the file and in its log of writes.

    PostgreSQL does so by its own vacuum.
    """
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
        after_commit(session, lambda: _empty_log(engine))


def _empty_log(engine: Engine) -> None:
    """Have the log of writes, which holds former pages, written to the file and cut."""
    connection = engine.raw_connection()
    try:
        is_busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    if is_busy:
        logger.info("the log of writes is in use: a later purge empties it")
