"""What people may ask of the learning loop, and when."""

from collections.abc import Callable
from functools import partial

import pytest

from catalog.database import SessionFactory
from catalog.learning import (
    LearningError,
    ask_promotion,
    ask_rollback,
    ask_training,
    move,
    runs,
)
from catalog.models import Account, AuditEntry, LearningRun, LearningState, Role
from tests.accounts import add_account, audited

DONE = [
    LearningState.READY,
    LearningState.WORSE,
    LearningState.PROMOTED,
    LearningState.ROLLED_BACK,
    LearningState.FAILED,
]
UNDER_WAY = [state for state in LearningState if state not in DONE]
Decide = Callable[..., None]


@pytest.fixture
def zoe(sessions: SessionFactory) -> Account:
    with sessions.begin() as session:
        return add_account(session, Role.ADMINISTRATOR)


@pytest.fixture
def add(sessions: SessionFactory) -> Callable[[LearningState], int]:
    """A function that adds a run in a state."""

    def added(state: LearningState) -> int:
        with sessions.begin() as session:
            run = LearningRun(state=state)
            session.add(run)
        return run.id

    return added


@pytest.fixture
def promote(sessions: SessionFactory, zoe: Account) -> Decide:
    return partial(decide, sessions, zoe, ask_promotion)


@pytest.fixture
def roll_back(sessions: SessionFactory, zoe: Account) -> Decide:
    return partial(decide, sessions, zoe, ask_rollback)


def decide(sessions: SessionFactory, by: Account | None, ask: Decide, run_id: int) -> None:
    with sessions.begin() as session:
        ask(session, session.get_one(LearningRun, run_id), by)


def train(sessions: SessionFactory, by: Account | None = None) -> int:
    with sessions.begin() as session:
        return ask_training(session, by).id


def states(sessions: SessionFactory) -> list[LearningState]:
    """The latest first."""
    with sessions() as session:
        return [run.state for run in runs(session)]


def test_a_training_that_is_asked_waits(sessions, zoe) -> None:
    run_id = train(sessions, zoe)
    with sessions() as session:
        [run] = runs(session)
        assert (run.id, run.state, run.account.name) == (run_id, LearningState.ASKED, zoe.name)
        assert (run.lessons, run.diff, run.comparison, run.error) == (0, "", None, None)


@pytest.mark.parametrize("state", UNDER_WAY)
def test_while_a_run_is_under_way_nothing_else_can_be_asked(
    sessions, add, promote, roll_back, state: LearningState
) -> None:
    promoted, ready = add(LearningState.PROMOTED), add(LearningState.READY)
    add(state)
    asked = (partial(train, sessions), partial(promote, ready), partial(roll_back, promoted))
    for ask in asked:
        with pytest.raises(LearningError) as refusal:
            ask()
        assert refusal.value.code == "under_way"
    assert states(sessions) == [state, LearningState.READY, LearningState.PROMOTED]
    assert audited(sessions, "learning_runs") == []


@pytest.mark.parametrize("state", DONE)
def test_once_a_run_is_done_another_can_be_asked(sessions, add, state: LearningState) -> None:
    add(state)
    train(sessions)
    assert states(sessions) == [LearningState.ASKED, state]


@pytest.mark.parametrize("state", DONE)
def test_only_what_was_found_no_worse_is_promoted(
    sessions, add, promote, state: LearningState
) -> None:
    run_id = add(state)
    if state is LearningState.READY:
        promote(run_id)
        assert states(sessions) == [LearningState.PROMOTION_ASKED]
        return
    with pytest.raises(LearningError, match="not_ready"):
        promote(run_id)
    assert states(sessions) == [state]


@pytest.mark.parametrize("later", DONE)
def test_only_the_latest_run_is_promoted(sessions, add, promote, later: LearningState) -> None:
    """Its candidate is the file that is there."""
    ready = add(LearningState.READY)
    add(later)
    with pytest.raises(LearningError, match="not_ready"):
        promote(ready)
    assert states(sessions) == [later, LearningState.READY]


@pytest.mark.parametrize("state", DONE)
def test_only_what_was_promoted_is_taken_back(
    sessions, add, roll_back, state: LearningState
) -> None:
    run_id = add(state)
    if state is LearningState.PROMOTED:
        roll_back(run_id)
        assert states(sessions) == [LearningState.ROLLBACK_ASKED]
        return
    with pytest.raises(LearningError, match="not_promoted"):
        roll_back(run_id)
    assert states(sessions) == [state]


def test_only_the_latest_that_was_promoted_is_taken_back(sessions, add, roll_back) -> None:
    first, second = add(LearningState.PROMOTED), add(LearningState.PROMOTED)
    add(LearningState.WORSE)
    with pytest.raises(LearningError, match="not_promoted"):
        roll_back(first)
    roll_back(second)
    assert states(sessions)[1:] == [LearningState.ROLLBACK_ASKED, LearningState.PROMOTED]


def test_each_thing_asked_is_in_the_trail_under_its_name(sessions, zoe, promote, roll_back) -> None:
    run_id = train(sessions, zoe)
    for reached, ask in ((LearningState.READY, promote), (LearningState.PROMOTED, roll_back)):
        with sessions.begin() as session:
            move(session.get_one(LearningRun, run_id), reached)
        ask(run_id)
    assert audited(sessions, "learning_runs") == [
        ("ask_training", {}, {}),
        ("ask_promotion", {"state": "ready"}, {"state": "promotion_asked"}),
        ("ask_rollback", {"state": "promoted"}, {"state": "rollback_asked"}),
    ]
    with sessions() as session:
        entries = session.query(AuditEntry).filter_by(subject="learning_runs").all()
        assert {(entry.account_id, entry.subject_id) for entry in entries} == {
            (zoe.id, str(run_id))
        }


def test_the_command_line_asks_in_no_ones_name(sessions) -> None:
    run_id = train(sessions)
    with sessions() as session:
        assert session.get_one(LearningRun, run_id).account_id is None
        [entry] = session.query(AuditEntry).filter_by(subject="learning_runs")
        assert entry.account_id is None


def test_a_move_tells_since_when(sessions) -> None:
    train(sessions)
    with sessions.begin() as session:
        [run] = runs(session)
        asked_at = run.state_since
        move(run, LearningState.TRAINING)
    with sessions() as session:
        [run] = runs(session)
        assert run.state is LearningState.TRAINING
        assert run.asked_at <= asked_at < run.state_since


def test_the_latest_runs_come_first_and_no_more_than_asked(sessions, add) -> None:
    ids = [add(LearningState.FAILED) for _ in range(4)]
    with sessions() as session:
        assert [run.id for run in runs(session, limit=3)] == ids[:0:-1]
