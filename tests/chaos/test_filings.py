"""Processes that file and send are killed at any moment, and the database under them."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.models import Language
from tests.chaos.conftest import Extent
from tests.chaos.crew import Crew, Post
from tests.chaos.filers import file_all, send_all
from tests.chaos.ledger import Ledger, Wish
from tests.chaos.mail_server import MailServer
from tests.postgresql import Cluster

FILERS = 3
SENDERS = 2
# Of the kills, how many the database server shares, and of the filings, how many nobody retries.
DATABASE_STOPS = 0.05
GIVEN_UP = 0.05
# A request is handed to two processes at once, as a double tap is.
TWICE = 0.3


def make_wishes(count: int, chance: random.Random) -> list[Wish]:
    return [
        Wish(
            f"Coop {number}",
            chance.choice(list(Language)),
            f"Besoin {number}, « tenue de livres » et l’impôt",
            wants_news=chance.random() < 0.5,
        )
        for number in range(count)
    ]


class Told:
    """What the filers wrote down as told, read as it grows."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._path, self._ledger, self._read = path, ledger, 0

    def read(self) -> dict[str, str]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        for line in lines[self._read :]:
            self._ledger.acknowledged(*line.split("\t"))
        self._read = len(lines)
        return self._ledger.told


def share_of(
    wishes: list[Wish], told: Told, url: str, path: Path, chance: random.Random
) -> Callable[[], tuple | None]:
    """What is left of `wishes`, less what is given up, each time that a filer begins."""
    begun = False

    def left() -> tuple | None:
        nonlocal begun
        known = told.read()
        remaining = [wish for wish in wishes if wish.organisation not in known]
        if begun and remaining and chance.random() < GIVEN_UP * FILERS:
            # The one that was under way at the kill.
            wishes.remove(remaining.pop(0))
        begun = True
        return (url, remaining, path) if remaining else None

    return left


def test_filed_once_and_sent_once_whoever_is_killed(
    database_url: str,
    backend: str,
    request: pytest.FixtureRequest,
    chance: random.Random,
    extent: Extent,
    ledger: Ledger,
    mail_server: MailServer,
    post: Callable[[float], int],
    tmp_path: Path,
) -> None:
    wishes = make_wishes(extent.filings, chance)
    for wish in wishes:
        ledger.wished(wish)
    path = tmp_path / "told"
    told = Told(path, ledger)
    shares: list[list[Wish]] = [[] for _ in range(FILERS)]
    for wish in wishes:
        for share in chance.sample(shares, 2 if chance.random() < TWICE else 1):
            share.append(wish)
    filers = [Post(file_all, share_of(share, told, database_url, path, chance)) for share in shares]
    senders = [Post(send_all, lambda: (database_url, mail_server.port)) for _ in range(SENDERS)]
    crew = Crew(chance, extent.calm_seconds, [*filers, *senders])
    stops = 0

    def stop_database() -> None:
        nonlocal stops
        if backend == "postgresql" and chance.random() < DATABASE_STOPS:
            cluster: Cluster = request.getfixturevalue("postgresql_cluster")
            cluster.stop_at_once()
            time.sleep(chance.uniform(0, extent.calm_seconds))
            cluster.start()
            stops += 1

    try:
        crew.work_until_done(filers, stop_database)
    finally:
        crew.dismiss()
    filed = ledger.check_requests()
    post(hours=3)
    kills = sum(post.kills for post in senders)
    ledger.check_emails(mail_server.delivered, doubles_allowed=kills)
    print(
        f"{backend}: {filed} requests, {len(ledger.told)} acknowledged, "
        f"{sum(post.kills for post in filers)} kills of filers, {kills} of senders, "
        f"{stops} stops of the database, {mail_server.delivered.total()} e-mails taken in"
    )
    assert len(ledger.told) > extent.filings * 0.8
