"""Conversations past their term are erased; requests and counts stay."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text

import catalog.retention
from catalog.database import SessionFactory
from catalog.models import (
    Account,
    ChatTurn,
    Conversation,
    Interpretation,
    Language,
    Outcome,
    Request,
    Role,
    utc_now,
)
from catalog.requests import file_requests
from catalog.retention import purge
from catalog.reviews import Queue, review, undo
from tests.catalog.drafts import draft


def say(sessions: SessionFactory, conversation: str, days_ago: float) -> None:
    with sessions.begin() as session:
        session.add(
            ChatTurn(
                conversation_id=conversation,
                message_id=f"m{days_ago}",
                fingerprint="",
                payload="nos secrets",
                language=Language.FR,
                created_at=utc_now() - dt.timedelta(days=days_ago),
            )
        )


def understand(sessions: SessionFactory, event_id: int, conversation: str) -> int:
    interpretation = Interpretation(
        event_id=event_id,
        conversation_id=conversation,
        said_at=utc_now(),
        language=Language.FR,
        text="nos secrets",
        text_key="",
        intent="greet",
        outcome=Outcome.OTHER,
        fields=[],
        ranking={},
        confidence=0.5,
        model_version="m1",
    )
    with sessions.begin() as session:
        session.add(interpretation)
    return interpretation.id


def left_interpretations(sessions: SessionFactory) -> list[tuple[int, str]]:
    query = select(Interpretation.id, Interpretation.conversation_id).order_by(Interpretation.id)
    with sessions() as session:
        return [tuple(row) for row in session.execute(query)]


def spoken(sessions: SessionFactory, table: str, column: str) -> set[str]:
    with sessions() as session:
        return set(session.scalars(text(f"select {column} from {table}")))


@pytest.fixture
def events(sessions: SessionFactory) -> None:
    """Rasa's table, with what was said in three conversations."""
    with sessions.begin() as session:
        session.execute(text("create table events (sender_id varchar(255), data text)"))
        for sender in ("old", "resumed", "new"):
            session.execute(text(f"insert into events values ('{sender}', 'nos secrets')"))


def test_what_was_said_goes_once_all_of_it_is_past_its_term(sessions, events) -> None:
    for conversation, days_ago in [("old", 91), ("resumed", 200), ("resumed", 5), ("new", 89)]:
        say(sessions, conversation, days_ago)
    assert purge(sessions, days=90) == 1
    left = {"resumed", "new"}
    assert spoken(sessions, "chat_turns", "conversation_id") == left
    assert spoken(sessions, "events", "sender_id") == left


def test_a_database_that_rasa_has_not_used_yet_can_be_purged(sessions) -> None:
    say(sessions, "old", 91)
    assert purge(sessions, days=90) == 1


def test_requests_and_the_count_of_conversations_stay(sessions) -> None:
    with sessions.begin() as session:
        session.add(
            Conversation(id="old", language=Language.FR, member_id="42", identity_nonce="n")
        )
    say(sessions, "old", 91)
    file_requests(sessions, [draft("1", conversation_id="old")])
    purge(sessions, days=90)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 1
        conversation = session.get_one(Conversation, "old")
        assert (conversation.member_id, conversation.identity_nonce) == (None, None)


@pytest.fixture
def reviewer(sessions: SessionFactory) -> Account:
    account = Account(email="r@consortium.example", name="R", role=Role.REVIEWER)
    with sessions.begin() as session:
        session.add(account)
    return account


def test_of_what_was_understood_only_what_was_reviewed_stays_cut_from_its_conversation(
    sessions, reviewer
) -> None:
    reviewed = [understand(sessions, event_id, "old") for event_id in (7, 8)]
    understand(sessions, 9, "old")
    recent = understand(sessions, 10, "new")
    say(sessions, "old", 91)
    say(sessions, "new", 89)
    with sessions.begin() as session:
        for interpretation_id in reviewed:
            review(session, reviewer, interpretation_id, "thanks", [], Queue.ALL)
    purge(sessions, days=90)
    left = [(interpretation_id, "") for interpretation_id in reviewed]
    assert left_interpretations(sessions) == [*left, (recent, "new")]
    assert spoken(sessions, "reviews", "intent") == {"thanks"}


def test_what_stayed_for_its_review_goes_once_that_is_taken_back(sessions, reviewer) -> None:
    interpretation_id = understand(sessions, 7, "old")
    say(sessions, "old", 91)
    with sessions.begin() as session:
        review(session, reviewer, interpretation_id, "thanks", [], Queue.ALL)
    purge(sessions, days=90)
    with sessions.begin() as session:
        assert undo(session, reviewer) == [interpretation_id]
    purge(sessions, days=90)
    assert left_interpretations(sessions) == []


def test_many_go_in_several_transactions(sessions, monkeypatch) -> None:
    monkeypatch.setattr(catalog.retention, "BATCH", 2)
    for number in range(5):
        say(sessions, f"old {number}", 91)
    assert purge(sessions, days=90) == 5
    assert spoken(sessions, "chat_turns", "conversation_id") == set()
