"""`make run`: prepare, start, wait until healthy, and stop at Ctrl-C."""

import argparse
import signal
import sys
import time
from collections.abc import Collection, Sequence

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.database import make_engine, migrate
from catalog.seed import seed
from catalog.settings import Settings, SettingsError, get_settings
from stack.checks import check_ports, check_writable
from stack.errors import StackError
from stack.model import MODELS, train_if_needed
from stack.supervision import Supervision

HEALTHY_WITHIN_SECONDS = 180
POLL_SECONDS = 0.5
REVIVE_SECONDS = 15
# Parts that members are served without.
ELSEWHERE = ("worker", "learner")


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=ELSEWHERE,
        help="a part that runs elsewhere",
    )
    without = parser.parse_args(arguments).without
    # Both stop the parts on the way out; a shell's background job ignores the first by default.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        settings = get_settings()
        prepare(settings)
        run(settings, without)
    except KeyboardInterrupt:
        print("\nStopped.")
    except (SettingsError, StackError) as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(settings: Settings) -> None:
    """Check the ground, bring the database up to date and train the model if needed."""
    check_ports(settings)
    check_writable(settings.var_dir, MODELS)
    prepare_database(settings)
    train_if_needed(settings.var_dir / "log" / "train.log")


def prepare_database(settings: Settings) -> None:
    try:
        migrate(settings.database_url)
        engine = make_engine(settings.database_url)
        with Session(engine) as session, session.begin():
            seed(session)
        engine.dispose()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StackError(f"the database refused: {reason}; check DATABASE_URL") from None


def run(settings: Settings, without: Collection[str] = ()) -> None:
    supervision = Supervision(settings, without)
    supervision.start()
    try:
        wait_until_healthy(settings, supervision)
        print(f"Aiguilleur answers at {settings.web_url} (Ctrl-C to stop).", flush=True)
        while not supervision.wait(REVIVE_SECONDS):
            supervision.revive()
        raise StackError(f"supervisord stopped: see {supervision.logs}/supervisord.log")
    finally:
        supervision.stop()


def wait_until_healthy(settings: Settings, supervision: Supervision) -> None:
    """Wait until the bot, the actions and the web server all answer.

    Raises:
        StackError: one of them fell, or time ran out.
    """
    print("Starting the bot, the actions and the web server…", flush=True)
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if not supervision.is_running():
            raise StackError(f"supervisord stopped: see {supervision.logs}/supervisord.log")
        if fallen := supervision.fallen():
            raise StackError(f"{fallen} does not start: see {supervision.logs}/{fallen}.log")
        if is_healthy(settings):
            return
        time.sleep(POLL_SECONDS)
    raise StackError(f"not healthy after {HEALTHY_WITHIN_SECONDS} s: see {supervision.logs}/")


def is_healthy(settings: Settings) -> bool:
    try:
        return httpx.get(f"{settings.web_url}/health", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
