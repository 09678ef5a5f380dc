"""A mail server in every mood: no e-mail is lost, and none leaves twice unless SMTP cannot tell."""

import random
import threading
from collections.abc import Callable

import pytest

import catalog.outbox
from catalog.database import SessionFactory
from catalog.models import Language
from catalog.outbox import SmtpTransport
from catalog.requests import file_requests
from tests.chaos.filers import draft_of
from tests.chaos.ledger import Ledger, Wish
from tests.chaos.mail_server import MailServer, Mood
from tests.postgresql import Cluster

REQUESTS = 2
BAD_MOODS = [mood for mood in Mood if mood is not Mood.KIND]
# Seconds.
PATIENCE, IMPATIENCE = 30, 1


@pytest.fixture(autouse=True)
def filed(sessions: SessionFactory, ledger: Ledger) -> None:
    """Some requests, whose e-mails are due."""
    for number in range(REQUESTS):
        wish = Wish(f"Coop {number}", Language.FR, "Tenue de livres")
        ledger.wished(wish)
        file_requests(sessions, [draft_of(wish)])


@pytest.fixture
def put_in(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mood], None]:
    """A function that changes the server's mood."""

    def changed(mood: Mood) -> None:
        mail_server.mood = mood
        # A server that hangs outlasts any patience; a busy machine must not outlast it.
        patience = PATIENCE if mood is Mood.KIND else IMPATIENCE
        monkeypatch.setattr(catalog.outbox, "SMTP_TIMEOUT_SECONDS", patience)

    return changed


@pytest.mark.parametrize("mood", BAD_MOODS)
def test_each_email_leaves_once_after_a_bad_mood(
    mood: Mood,
    put_in: Callable[[Mood], None],
    ledger: Ledger,
    mail_server: MailServer,
    post: Callable[[float], int],
) -> None:
    put_in(mood)
    post(hours=0)
    put_in(Mood.KIND)
    post(hours=2)
    # What was taken in, and not said to be, may be sent again, under the same Message-ID.
    ledger.check_emails(mail_server.delivered, mail_server.untold)


def test_each_email_leaves_once_after_all_moods(
    chance: random.Random,
    put_in: Callable[[Mood], None],
    ledger: Ledger,
    mail_server: MailServer,
    post: Callable[[float], int],
) -> None:
    for hours, mood in enumerate(chance.sample(BAD_MOODS, len(BAD_MOODS))):
        put_in(mood)
        post(hours=2 * hours)
    put_in(Mood.KIND)
    post(hours=2 * len(BAD_MOODS))
    ledger.check_emails(mail_server.delivered, mail_server.untold)


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_database_that_stops_as_an_email_leaves_does_not_send_it_twice(
    postgresql_cluster: Cluster,
    ledger: Ledger,
    mail_server: MailServer,
    post: Callable[[float], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = SmtpTransport.send
    back: list[threading.Timer] = []

    def send_and_stop(*arguments: object) -> None:
        send(*arguments)
        if not back:
            postgresql_cluster.stop_at_once()
            back.append(threading.Timer(0.5, postgresql_cluster.start))
            back[0].start()

    monkeypatch.setattr(SmtpTransport, "send", send_and_stop)
    monkeypatch.setattr(catalog.outbox, "RECORD_AGAIN_SECONDS", 0.1)
    post(hours=0)
    back[0].join()
    post(hours=2)
    ledger.check_emails(mail_server.delivered, doubles_allowed=0)
