"""When each background job last ended well: how anyone else knows that it still does."""

import datetime as dt
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import SessionFactory
from catalog.models import Job, LastRun, utc_now

# Jobs that go round every few seconds need not say so each time.
BEAT_SECONDS = 15


def record_run(session: Session, job: Job) -> None:
    """Keep that `job` ended well now."""
    session.merge(LastRun(job=job, ended_at=utc_now()))


def last_runs(session: Session) -> dict[Job, dt.datetime]:
    """When each job last ended well; those that never did are left out."""
    return {run.job: run.ended_at for run in session.scalars(select(LastRun))}


class Heart:
    """Records the rounds of one job, a few times a minute at most."""

    def __init__(self, sessions: SessionFactory, job: Job) -> None:
        self._sessions = sessions
        self._job = job
        self._next = time.monotonic()

    def beat(self) -> None:
        """Say that a round ended well."""
        if time.monotonic() < self._next:
            return
        with self._sessions.begin() as session:
            record_run(session, self._job)
        self._next = time.monotonic() + BEAT_SECONDS
