"""Faults at random moments: the seed of each run is told, and `--seed` gives it again."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

import catalog.outbox
from catalog.database import SessionFactory
from catalog.models import utc_now
from catalog.outbox import SmtpTransport, send_due
from catalog.settings import Settings
from tests.chaos.filers import SENDER
from tests.chaos.ledger import Ledger
from tests.chaos.mail_server import MailServer, running_mail_server
from tests.postgresql import DURABLE, Cluster, PostgresqlMissing, throwaway_cluster

# The same moments at each build; `make chaos` seeks new ones.
SEED_OF_THE_BUILD = 1


@dataclass(frozen=True)
class Extent:
    """How much is tried: little at each build, much with `--long`."""

    filings: int
    # Longest wait between two kills of a process that files, in seconds.
    calm_seconds: float
    conversations: int
    # How often each part is killed under them, and each other fault comes.
    rounds: int
    faults: int


SHORT = Extent(filings=60, calm_seconds=0.15, conversations=12, rounds=1, faults=1)
LONG = Extent(filings=10_000, calm_seconds=2, conversations=60, rounds=4, faults=16)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chaos")
    group.addoption("--seed", type=int, help="repeat the random choices of an earlier run")
    group.addoption("--long", action="store_true", help="many rounds: several minutes")


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "seed", None) is None:
        is_long = getattr(config.option, "long", False)
        config.option.seed = random.randrange(10**6) if is_long else SEED_OF_THE_BUILD


def pytest_report_header(config: pytest.Config) -> str:
    return f"chaos: --seed={config.option.seed}"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The random choices of one test; they do not depend on which tests ran before it."""
    seed = request.config.getoption("seed", SEED_OF_THE_BUILD)
    print(f"--seed={seed}")
    return random.Random(f"{seed} {request.node.name}")


@pytest.fixture(scope="session")
def extent(request: pytest.FixtureRequest) -> Extent:
    return LONG if request.config.getoption("long", False) else SHORT


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """In place of all other tests' cluster: this one is stopped at once, and must lose nothing."""
    try:
        with throwaway_cluster(DURABLE) as cluster:
            yield cluster
    except PostgresqlMissing as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def ledger(sessions: SessionFactory) -> Ledger:
    return Ledger(sessions)


@pytest.fixture
def post(
    sessions: SessionFactory, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[[float], int]:
    """Send what will be due in some hours, claims of senders that were killed among it."""
    settings = Settings(
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_starttls=False,
        mail_from=SENDER,
    )

    def send(hours: float) -> int:
        later = dt.timedelta(hours=hours)
        monkeypatch.setattr(catalog.outbox, "utc_now", lambda: utc_now() + later)
        return send_due(sessions, SmtpTransport(settings), SENDER)

    return send


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server
