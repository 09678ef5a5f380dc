"""`make learn`: train a candidate on what reviewers taught, and compare it with the model.

`make learn ARGS=--promote` has the last candidate serve, `ARGS=--roll-back` takes that back.
"""

import argparse
import sys

from sqlalchemy.orm import Session

from catalog.database import make_session_factory
from catalog.learning import LearningError, ask_promotion, ask_rollback, ask_training, runs
from catalog.models import LearningRun, LearningState
from catalog.settings import SettingsError, get_settings
from stack.learner import Learner

REASONS = {
    "under_way": "a run is under way: wait until it is done",
    "not_ready": "the last candidate is not one to promote: train another",
    "not_promoted": "no candidate of the last runs serves: there is nothing to take back",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--promote", action="store_true")
    choice.add_argument("--roll-back", action="store_true")
    arguments = parser.parse_args()
    try:
        settings = get_settings()
        sessions = make_session_factory(settings.database_url)
        with sessions.begin() as session:
            run = _asked(session, arguments)
        print("Two to six minutes on two cores…", flush=True)
        # The service's own learner may have done it first.
        Learner(sessions, settings).do_next()
        with sessions() as session:
            run = session.get_one(LearningRun, run.id)
    except SettingsError as error:
        print(f"learn: {error}", file=sys.stderr)
        return 1
    except LearningError as error:
        print(f"learn: {REASONS[error.code]}", file=sys.stderr)
        return 1
    return tell(run)


def _asked(session: Session, arguments: argparse.Namespace) -> LearningRun:
    if not (arguments.promote or arguments.roll_back):
        return ask_training(session, by=None)
    latest = runs(session)
    if arguments.roll_back:
        latest = [run for run in latest if run.state is LearningState.PROMOTED]
    if not latest:
        raise LearningError("not_promoted" if arguments.roll_back else "not_ready")
    ask = ask_rollback if arguments.roll_back else ask_promotion
    ask(session, latest[0], by=None)
    return latest[0]


def tell(run: LearningRun) -> int:
    """Print what came of a run; the exit code."""
    if run.state is LearningState.FAILED:
        print(f"learn: {run.error}", file=sys.stderr)
        return 1
    if run.comparison and run.state in (LearningState.READY, LearningState.WORSE):
        print(run.diff, end="")
        for name, group in sorted(run.comparison["groups"].items()):
            print(
                f"{name:40} {group['before']:5} → {group['after']:5} of {group['messages']:5}"
                f"  +{group['gained']} -{group['lost']}"
            )
    if run.state is LearningState.WORSE:
        print(f"Worse, beyond the noise: {', '.join(run.comparison['falls'])}.")
        return 1
    print(f"Run {run.id}: {run.state}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
