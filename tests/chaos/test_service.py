"""The whole service, really running and spoken to by many at once, while its parts fall."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from catalog.database import SessionFactory
from catalog.models import Language
from stack.__main__ import is_healthy
from stack.checks import check_ports
from tests.chaos.conftest import LONG, Extent
from tests.chaos.faults import (
    KILLED,
    database_locked,
    database_stopped,
    everything_stopped,
    hanging,
    in_mood,
    in_place_of,
    kill,
)
from tests.chaos.ledger import Ledger, Wish
from tests.chaos.mail_server import MailServer, Mood
from tests.chaos.visitor import Visitor
from tests.conversations.stack import Stack, running_stack
from tests.conversations.steps import BOOKKEEPING, EMAIL
from tests.postgresql import Cluster
from tests.redis_server import RedisServer, throwaway_redis

AT_ONCE = 6
ANSWER_TIMEOUT_SECONDS = 3
LETTERS = "bcdfghjklmnpqrstvwxz"
# Between two faults, and how long one lasts that is not a kill.
CALM_SECONDS = 3
FAULT_SECONDS = 2
HEALTHY_SECONDS = 240
EVERYTHING = "everything stopped"
HALF_A_BODY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    b'[{"recipient_id": "c", "text": "C-2026-000'
)
GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\xff\xfe<html"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with throwaway_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["postgresql", "sqlite"])
def database(
    request: pytest.FixtureRequest, extent: Extent, tmp_path: Path
) -> tuple[str, Callable[[], AbstractContextManager[None]]]:
    """The URL of a database, and how it fails."""
    if request.param == "sqlite":
        if extent is not LONG:
            pytest.skip("the build tries SQLite in tests/conversations; --long does here")
        path = f"{tmp_path}/aiguilleur.db"
        return f"sqlite:///{path}", lambda: database_locked(path)
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    return cluster.create_database(), lambda: database_stopped(cluster)


@pytest.fixture
def service(
    database: tuple[str, Callable], redis: RedisServer, mail_server: MailServer, tmp_path: Path
) -> Iterator[Stack]:
    """With all that it may lean on: a database, Redis and a mail server."""
    with running_stack(
        database[0],
        tmp_path,
        REDIS_URL=redis.url,
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(mail_server.port),
        SMTP_STARTTLS="false",
        ANSWER_TIMEOUT_SECONDS=str(ANSWER_TIMEOUT_SECONDS),
    ) as running:
        yield running
    # What was killed left nothing behind that would keep the next one from its port.
    check_ports(running.settings)


@pytest.fixture
def sessions(service: Stack) -> SessionFactory:
    """Of the service's own database, for what all scenarios share."""
    return service.sessions


def make_wish(number: int, chance: random.Random) -> Wish:
    language = chance.choice(list(Language))
    # In letters: nine digits may be an insurance number, and ten a telephone's.
    name = f"Coop {number} {''.join(chance.choices(LETTERS, k=10))}"
    return Wish(name, language, BOOKKEEPING[language], wants_news=chance.random() < 0.5)


@dataclass
class Crowd:
    """Members who come one after the other, some at once, until `leave`, or `least` have come."""

    stack: Stack
    ledger: Ledger
    chance: random.Random
    least: int
    people: list[Visitor] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _entering: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def coming(self) -> Iterator[None]:
        """While the faults go on; afterwards, each has come to the end of their request."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            queues = [pool.submit(self._come) for _ in range(AT_ONCE)]
            try:
                yield
            finally:
                self._is_over.set()
        for queue in queues:
            queue.result()

    def _come(self) -> None:
        while visitor := self._next():
            visitor.file()

    def _next(self) -> Visitor | None:
        with self._entering:
            if self._is_over.is_set() and len(self.people) >= self.least:
                return None
            wish = make_wish(len(self.people), self.chance)
            self.people.append(Visitor(self.stack, self.ledger, wish))
            return self.people[-1]


@pytest.fixture
def faults(
    service: Stack, database: tuple[str, Callable], redis: RedisServer, mail_server: MailServer
) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    """The faults that last a while."""
    stack, settings = service, service.settings
    return {
        "database down": database[1],
        "redis hanging": lambda: hanging(redis),
        EVERYTHING: lambda: everything_stopped(stack),
        "actions hanging": lambda: in_place_of(stack, "actions", settings.actions_port, None),
        "bot hanging": lambda: in_place_of(stack, "bot", settings.rasa_port, None),
        "half a body": lambda: in_place_of(stack, "bot", settings.rasa_port, HALF_A_BODY),
        "garbage": lambda: in_place_of(stack, "bot", settings.rasa_port, GARBAGE),
        **{
            f"mail server {mood}": lambda mood=mood: in_mood(mail_server, mood)
            for mood in Mood
            if mood not in (Mood.KIND, Mood.HANGING, Mood.RUDE)
        },
    }


def wait_until_healthy(stack: Stack) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while not is_healthy(stack.settings):
        assert time.monotonic() < deadline, f"it does not come back: {stack.log_text()[-3000:]}"
        # As `make run` does for a part that was killed as often as it was started.
        stack.supervision.revive()
        time.sleep(0.2)


def test_members_are_told_the_truth_whatever_falls(
    service: Stack,
    ledger: Ledger,
    faults: dict[str, Callable[[], AbstractContextManager[None]]],
    mail_server: MailServer,
    chance: random.Random,
    extent: Extent,
    post: Callable[[float], int],
) -> None:
    plan = [*KILLED * extent.rounds, *chance.choices(list(faults), k=extent.faults)]
    chance.shuffle(plan)
    crowd = Crowd(service, ledger, random.Random(chance.random()), extent.conversations)
    with crowd.coming():
        for fault in plan:
            time.sleep(chance.uniform(0, CALM_SECONDS))
            if fault in KILLED:
                kill(service, fault)
            else:
                wait_until_healthy(service)
                with faults[fault]():
                    time.sleep(FAULT_SECONDS)
        wait_until_healthy(service)
    assert ledger.check_requests() == len(crowd.people) == len(ledger.told)
    service.supervision.stop_part("worker")
    post(hours=3)
    # Of those that the worker was at when it was stopped, SMTP cannot tell whether they left.
    cut_off = plan.count("worker") + plan.count(EVERYTHING)
    ledger.check_emails(mail_server.delivered, cut_off + mail_server.untold)
    log = service.log_text()
    assert not [words for words in (*service.typed, EMAIL) if words and words in log]
    troubles = sum(visitor.troubles for visitor in crowd.people)
    print(f"{len(crowd.people)} conversations, {troubles} troubles told; {Counter(plan)}")
