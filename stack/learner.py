"""Do what is asked of the learning loop, as it is asked: `python -m stack.learner`."""

import fcntl
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xmlrpc.client import Fault

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import SessionFactory, make_session_factory
from catalog.last_runs import Heart
from catalog.learning import move
from catalog.lessons import difference, lessons, proposed
from catalog.logs import configure_logs
from catalog.models import Job, LearningRun, LearningState, utc_now
from catalog.review_sample import reviewed_sample
from catalog.settings import Settings, get_settings
from stack.candidates import Workshop
from stack.errors import StackError
from stack.supervision import SOCKET_VARIABLE, start_part, stop_part

POLL_SECONDS = 2
MAX_ERROR = 1000
INTERRUPTED = "it was interrupted: ask again"
BOT = "bot"

# By hand: the module is run as `__main__`.
logger = logging.getLogger("stack.learner")


class Learner:
    """Carries runs from one state to the next, one learner at a time."""

    def __init__(self, sessions: SessionFactory, settings: Settings) -> None:
        self._sessions = sessions
        self._folder = settings.var_dir / "learning"

    def fail_interrupted(self) -> None:
        """Tell of runs that were under way when a learner fell; call before anything is done."""
        with self._alone(), self._sessions.begin() as session:
            session.execute(
                update(LearningRun)
                .where(LearningRun.state.in_((LearningState.TRAINING, LearningState.COMPARING)))
                .values(state=LearningState.FAILED, state_since=utc_now(), error=INTERRUPTED)
            )

    def do_next(self) -> LearningRun | None:
        """Do what was asked first, if anything was; the run it was asked of."""
        with self._alone():
            return self._do_next()

    def _do_next(self) -> LearningRun | None:
        asked = {
            LearningState.ASKED: self._train_and_compare,
            LearningState.PROMOTION_ASKED: self._promote,
            LearningState.ROLLBACK_ASKED: self._roll_back,
        }
        with self._sessions.begin() as session:
            query = select(LearningRun).where(LearningRun.state.in_(asked))
            run = session.scalar(query.order_by(LearningRun.id).limit(1))
        if run is None:
            return None
        try:
            asked[run.state](run)
        except (StackError, OSError) as error:
            run.error = str(error)[-MAX_ERROR:]
            self._move(run, LearningState.FAILED)
        return run

    def _train_and_compare(self, run: LearningRun) -> None:
        # From now on, whatever stops it, it is known to have begun.
        self._move(run, LearningState.TRAINING)
        with self._sessions.begin() as session:
            learnt, sample = lessons(session), reviewed_sample(session)
        files = proposed(learnt)
        run.lessons, run.diff = len(learnt), difference(files)
        workshop = self._workshop(run)
        workshop.prepare(files, sample)
        self._keep(run)
        workshop.train(lambda: None)
        self._move(run, LearningState.COMPARING)
        run.comparison = workshop.compare()
        is_worse = bool(run.comparison["falls"])
        self._move(run, LearningState.WORSE if is_worse else LearningState.READY)

    def _promote(self, run: LearningRun) -> None:
        self._workshop(run).promote()
        restart_bot()
        self._move(run, LearningState.PROMOTED)

    def _roll_back(self, run: LearningRun) -> None:
        self._workshop(run).roll_back()
        restart_bot()
        self._move(run, LearningState.ROLLED_BACK)

    def _workshop(self, run: LearningRun) -> Workshop:
        return Workshop(self._folder / str(run.id))

    def _move(self, run: LearningRun, state: LearningState) -> None:
        move(run, state)
        self._keep(run)

    def _keep(self, run: LearningRun) -> None:
        with self._sessions.begin() as session:
            session.merge(run)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for another learner: `make learn` may be asked while the service runs its own."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def restart_bot() -> None:
    """Have the bot load the model that is now in place; nothing to do where it is not running.

    A restart rather than a reload: each reload of Rasa's leaves memory behind. Conversations are
    in the tracker store, and a message that comes meanwhile is sent again by the member's page.

    Raises:
        StackError: it does not start.
    """
    socket = os.environ.get(SOCKET_VARIABLE)
    if not socket:
        return
    try:
        stop_part(Path(socket), BOT)
        start_part(Path(socket), BOT)
    except Fault as fault:
        raise StackError(f"the bot does not start again: {fault.faultString}") from None


def main() -> int:
    configure_logs()
    settings = get_settings()
    sessions = make_session_factory(settings.database_url)
    learner, heart = Learner(sessions, settings), Heart(sessions, Job.LEARN)
    is_started = False
    while True:
        try:
            if not is_started:
                learner.fail_interrupted()
                is_started = True
            learner.do_next()
            heart.beat()
        except SQLAlchemyError as error:
            is_started = False
            logger.error("the database does not answer: %s", type(error).__name__)
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
