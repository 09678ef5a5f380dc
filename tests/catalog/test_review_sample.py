"""What models are measured by: messages drawn at random, as reviewers called them."""

import pytest

from catalog.database import SessionFactory
from catalog.models import Account, Language, Role
from catalog.review_sample import reviewed_sample
from catalog.reviews import Queue
from tests.catalog.test_reviews import Desk, need


@pytest.fixture
def desk(sessions: SessionFactory) -> Desk:
    return Desk(sessions)


@pytest.fixture
def reviewers(sessions: SessionFactory) -> list[Account]:
    pair = [Account(email=f"{n}@c.example", name=n, role=Role.REVIEWER) for n in ("anne", "bill")]
    with sessions.begin() as session:
        session.add_all(pair)
    return pair


def sample(desk: Desk) -> list[dict]:
    with desk.sessions() as session:
        return reviewed_sample(session)


def test_without_a_review_there_is_none(desk) -> None:
    desk.add()
    assert sample(desk) == []


def test_what_was_drawn_is_told_as_it_was_called_and_not_as_it_was_understood(
    desk, reviewers
) -> None:
    anne, _ = reviewers
    said = desk.add("On cherche un comptable", fields=["accounting"])
    desk.review(anne, said, *need("recruitment", "accounting"), Queue.SAMPLE)
    desk.review(anne, desk.add("hello", language=Language.EN), "greet", [], Queue.SAMPLE)
    assert sample(desk) == [
        {
            "text": "On cherche un comptable",
            "language": "fr",
            "intent": "need",
            "fields": ["recruitment", "accounting"],
        },
        {"text": "hello", "language": "en", "intent": "greet", "fields": []},
    ]


@pytest.mark.parametrize("queue", [queue for queue in Queue if queue is not Queue.SAMPLE])
def test_what_another_queue_showed_is_left_out(desk, reviewers, queue: Queue) -> None:
    """It was chosen for being hard."""
    desk.review(reviewers[0], desk.add(), *need("training"), queue)
    assert sample(desk) == []


def test_of_two_verdicts_the_latest_on_the_drawn_message_stands(desk, reviewers) -> None:
    anne, bill = reviewers
    drawn = desk.add()
    desk.review(anne, drawn, *need("training"), Queue.SAMPLE)
    desk.review(bill, drawn, *need("governance"), Queue.SAMPLE)
    assert [row["fields"] for row in sample(desk)] == [["governance"]]
    desk.review(anne, drawn, *need("accounting"), Queue.SAMPLE)
    assert [row["fields"] for row in sample(desk)] == [["accounting"]]


def test_only_the_message_drawn_is_in_it_and_not_its_twins(desk, reviewers) -> None:
    drawn, _ = desk.add("bonjour"), desk.add("bonjour")
    desk.review_alike(reviewers[0], drawn, "greet", [], Queue.SAMPLE)
    assert len(sample(desk)) == 1
