"""What the worker does over and over; a duty that fails holds none of the others back."""

import datetime as dt
import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from catalog.backup.errors import BackupError
from catalog.backup.make import back_up_if_due
from catalog.database import SessionFactory
from catalog.interpretations import follow
from catalog.last_runs import Heart, record_run
from catalog.logs import raised
from catalog.models import Job, utc_now
from catalog.outbox import make_transport, send_due
from catalog.purges import purge_all
from catalog.settings import Settings

PURGE_SECONDS = 3600
# How often to look whether one is due, or to try again.
BACKUP_SECONDS = 3600
# Less than the shortest term that anyone would set, more than a clock is put right by.
LONGEST_JUMP = dt.timedelta(days=1)

logger = logging.getLogger(__name__)


class Worker:
    """Sends e-mails, interprets messages, removes what is past its term, and backs up."""

    def __init__(self, sessions: SessionFactory, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings
        self._transport = make_transport(settings)
        self._heart = Heart(sessions, Job.WORK)
        self._next_purge = self._next_backup = time.monotonic()
        self._started = utc_now(), time.monotonic()

    def do_round(self) -> None:
        """Do each duty, whatever becomes of the others."""
        duties = (self._send, self._follow, self._purge, self._back_up)
        if all([_done(duty) for duty in duties]):
            _done(self._heart.beat)

    def _send(self) -> None:
        if sent := send_due(self._sessions, self._transport, self._settings.mail_from):
            logger.info("%s e-mail(s) sent", sent)

    def _follow(self) -> None:
        if added := follow(self._sessions):
            logger.info("%s message(s) to review", added)

    def _purge(self) -> None:
        if time.monotonic() < self._next_purge:
            return
        if self._jump() > LONGEST_JUMP:
            # What a wrong date takes for old is gone for good.
            logger.error("the clock jumped: nothing is purged until the worker starts again")
        else:
            purge_all(self._sessions, self._settings)
            with self._sessions.begin() as session:
                record_run(session, Job.PURGE)
        self._next_purge = time.monotonic() + PURGE_SECONDS

    def _back_up(self) -> None:
        if time.monotonic() < self._next_backup:
            return
        self._next_backup = time.monotonic() + BACKUP_SECONDS
        try:
            if backup := back_up_if_due(self._sessions, self._settings):
                logger.info("backed up to %s", backup.path)
        except (BackupError, OSError) as error:
            logger.error("no back-up was made: %s", error)

    def _jump(self) -> dt.timedelta:
        """How far the clock was put forward since this worker began."""
        began, monotonic = self._started
        return utc_now() - began - dt.timedelta(seconds=time.monotonic() - monotonic)


def _done(duty: Callable[[], None]) -> bool:
    try:
        duty()
    except SQLAlchemyError as error:
        logger.error("the database does not answer: %s", type(error).__name__)
    except Exception as error:
        logger.error("%s failed: %s", duty.__name__, raised(error))
    else:
        return True
    return False
