"""E-mails that could not leave are sent again, once."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select

from catalog.models import Language, OutboxMessage, utc_now
from catalog.outbox import MAX_ATTEMPTS, send_due
from tests.accounts import audited

pytestmark = pytest.mark.anyio

MARIE = "marie@erables.example"


class Postman:
    """A mail server that is down, until it is not."""

    def __init__(self) -> None:
        self.is_down = True
        self.sent: list[str] = []

    def send(self, message: EmailMessage, _outbox_id: int) -> None:
        if self.is_down:
            raise OSError("no route to <b>host</b>")
        self.sent.append(message["To"])


@pytest.fixture
def postman(file, sessions) -> Postman:
    """One who gave up the three e-mails of a request."""
    file()
    postman = Postman()
    for _ in range(MAX_ATTEMPTS):
        with sessions.begin() as session:
            for message in session.scalars(select(OutboxMessage)):
                message.next_attempt_at = utc_now()
        send_due(sessions, postman, "aiguilleur@consortium.example")
    postman.is_down = False
    return postman


def numbers(sessions) -> list[int]:
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)))


@pytest.mark.parametrize("language", Language)
async def test_what_was_given_up_is_shown_with_its_reason(enter, postman, language: str) -> None:
    page = await enter("administrator", language=language).get("/outbox/list")
    assert len(page.rows("last_error")) == 3
    assert set(page.rows("last_error")) == {"OSError: no route to <b>host</b>"}
    assert "<b>host" not in page.html
    assert set(page.rows("attempts")) == {str(MAX_ATTEMPTS)}
    kind = {"fr": "Au membre, au dépôt", "en": "To the member, on filing"}[language]
    assert kind in page.rows("kind")


async def test_chosen_e_mails_leave_once(administrator, postman, sessions) -> None:
    *_, member = numbers(sessions)
    assert send_due(sessions, postman, "a@b.example") == 0
    page = await administrator.act("outbox", "send_again", member)
    assert page.status == 200
    for _ in range(2):
        send_due(sessions, postman, "a@b.example")
    assert postman.sent == [MARIE]
    done = ("send_again", {}, {})
    assert audited(sessions, "outbox_messages") == [done]


async def test_what_has_left_is_not_sent_twice(administrator, postman, sessions) -> None:
    await administrator.act("outbox", "send_again")
    assert send_due(sessions, postman, "a@b.example") == 3
    page = await administrator.act("outbox", "send_again")
    assert page.status == 200
    assert send_due(sessions, postman, "a@b.example") == 0
    assert len(postman.sent) == 3
    assert (await administrator.get("/outbox/list")).alerts == ["Fait : 0."]


async def test_only_what_the_filter_shows_is_sent_again(administrator, postman, sessions) -> None:
    await administrator.act("outbox", "send_again", where="?filter=kind__eq%3Dmember")
    send_due(sessions, postman, "a@b.example")
    assert postman.sent == [MARIE]


async def test_one_that_waits_is_left_to_its_time(administrator, file, sessions) -> None:
    file()
    with sessions() as session:
        before = session.scalars(select(OutboxMessage.next_attempt_at)).all()
    await administrator.act("outbox", "send_again")
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.next_attempt_at)).all() == before
    assert audited(sessions, "outbox_messages") == []
