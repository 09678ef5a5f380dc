"""What people ask of the learning loop; `stack.learner` does it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.models import Account, LearningRun, LearningState, utc_now

UNDER_WAY = (
    LearningState.ASKED,
    LearningState.TRAINING,
    LearningState.COMPARING,
    LearningState.PROMOTION_ASKED,
    LearningState.ROLLBACK_ASKED,
)


class LearningError(Exception):
    """What was asked cannot be done now; `code` names the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def runs(session: Session, limit: int = 20) -> list[LearningRun]:
    """The latest runs first."""
    return list(session.scalars(select(LearningRun).order_by(LearningRun.id.desc()).limit(limit)))


def ask_training(session: Session, by: Account | None) -> LearningRun:
    """Have a candidate trained and compared.

    Raises:
        LearningError: another run is under way.
    """
    _check_nothing_under_way(session)
    run = LearningRun(account_id=by and by.id)
    session.add(run)
    session.flush()
    record(session, by, "ask_training", "learning_runs", run.id)
    return run


def ask_promotion(session: Session, run: LearningRun, by: Account | None) -> None:
    """Have the candidate of `run` serve.

    Raises:
        LearningError: it is not the latest, was not found to be no worse, or a run is under way.
    """
    _check_nothing_under_way(session)
    if run.state is not LearningState.READY or run is not runs(session, limit=1)[0]:
        raise LearningError("not_ready")
    _ask(session, run, LearningState.PROMOTION_ASKED, by)


def ask_rollback(session: Session, run: LearningRun, by: Account | None) -> None:
    """Have the model that `run` took the place of serve again.

    Raises:
        LearningError: a later one was promoted, none was by this run, or a run is under way.
    """
    _check_nothing_under_way(session)
    promoted = select(LearningRun).where(LearningRun.state == LearningState.PROMOTED)
    latest = session.scalar(promoted.order_by(LearningRun.id.desc()).limit(1))
    if run.state is not LearningState.PROMOTED or run is not latest:
        raise LearningError("not_promoted")
    _ask(session, run, LearningState.ROLLBACK_ASKED, by)


def move(run: LearningRun, state: LearningState) -> None:
    run.state = state
    run.state_since = utc_now()


def _ask(session: Session, run: LearningRun, state: LearningState, by: Account | None) -> None:
    record(
        session,
        by,
        f"ask_{state.value.removesuffix('_asked')}",
        "learning_runs",
        run.id,
        before={"state": run.state},
        after={"state": state},
    )
    move(run, state)


def _check_nothing_under_way(session: Session) -> None:
    query = select(LearningRun.id).where(LearningRun.state.in_(UNDER_WAY)).limit(1)
    if session.scalar(query) is not None:
        raise LearningError("under_way")
