"""Each message typed becomes an interpretation once, whatever stops, is late, or comes twice."""

import datetime as dt
import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, event, func, select

import catalog.interpretations
from catalog.database import SessionFactory, make_session_factory
from catalog.interpretations import follow, forget, text_key
from catalog.models import (
    Account,
    ChatTurn,
    Conversation,
    Interpretation,
    Language,
    Outcome,
    Review,
    Role,
    utc_now,
)
from catalog.retention import purge
from catalog.reviews import Queue, review
from tests.catalog.processes import KILLED, PATIENCE_SECONDS, context, finish, start

SAID_AT = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
ROUTED = {
    "language": "fr",
    "intent": "need",
    "outcome": "route",
    "fields": ["accounting"],
    "ranking": {"accounting": 0.75, "governance": 0.25},
}
GREETED = {"language": "en", "intent": "greet", "outcome": "other", "fields": [], "ranking": {}}
# As Rasa makes it.
EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)


class Rasa:
    """Writes events as Rasa's tracker store does."""

    def __init__(self, sessions: SessionFactory) -> None:
        self.sessions = sessions
        EVENTS.create(sessions.kw["bind"])

    def type(self, text: str, conversation: str = "c1", **changes: Any) -> None:
        self.type_all([text], conversation, **changes)

    def type_all(
        self,
        texts: list[str],
        conversation: str = "c1",
        understood: dict[str, Any] = ROUTED,
        metadata: dict[str, Any] | None = None,
        event_id: int | None = None,
    ) -> None:
        events = [
            self._event(
                conversation,
                "user",
                text=text,
                parse_data={
                    "intent": {"name": understood["intent"], "confidence": 0.875},
                    "text": text,
                    "metadata": {},
                    "interpretation": understood,
                },
                metadata={"model_id": "m1"} if metadata is None else metadata,
            )
            for text in texts
        ]
        self._write([{**row, **({"id": event_id} if event_id else {})} for row in events])

    def press(self, payload: str, conversation: str = "c1") -> None:
        data = {"intent": {"name": payload[1:], "confidence": 1.0}, "text": payload}
        self.tell("user", conversation, text=payload, parse_data=data)

    def ask(self, slot: str | None, conversation: str = "c1") -> None:
        self.tell("slot", conversation, name="requested_slot", value=slot)

    def tell(self, kind: str, conversation: str = "c1", **data: Any) -> None:
        self._write([self._event(conversation, kind, **data)])

    def _event(self, conversation: str, kind: str, **data: Any) -> dict[str, Any]:
        data = {"event": kind, "timestamp": SAID_AT.timestamp(), "metadata": {}} | data
        return {
            "sender_id": conversation,
            "type_name": kind,
            "timestamp": data["timestamp"],
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _write(self, rows: list[dict[str, Any]]) -> None:
        with self.sessions.begin() as session:
            session.execute(EVENTS.insert(), rows)


@pytest.fixture
def rasa(sessions: SessionFactory) -> Rasa:
    return Rasa(sessions)


def kept(sessions: SessionFactory) -> list[Interpretation]:
    with sessions() as session:
        return list(session.scalars(select(Interpretation).order_by(Interpretation.event_id)))


def texts(sessions: SessionFactory) -> list[str]:
    return [interpretation.text for interpretation in kept(sessions)]


def count(sessions: SessionFactory) -> tuple[int, int]:
    """Of rows, and of events that they come from."""
    event_id = Interpretation.event_id
    with sessions() as session:
        query = select(func.count(), func.count(event_id.distinct()))
        return tuple(session.execute(query.select_from(Interpretation)).one())


def before_each(sessions: SessionFactory, words: str, act: Callable[[], None]) -> None:
    """Call `act` before each statement that holds `words`."""

    def listener(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement:
            act()

    event.listen(sessions.kw["bind"], "before_cursor_execute", listener)


def test_before_rasa_first_starts_there_is_nothing_to_follow(sessions) -> None:
    assert follow(sessions) == 0


def test_a_message_is_kept_as_it_was_understood(sessions, rasa) -> None:
    with sessions.begin() as session:
        session.add(Conversation(id="c1", language=Language.FR, pole_slug="estrie"))
    rasa.type("Notre trésorière est partie.")
    rasa.type("Hi!", "c2", understood=GREETED, metadata={})
    assert follow(sessions) == 2
    need, greeting = kept(sessions)
    assert need.text == "Notre trésorière est partie."
    assert need.text_key == text_key("notre TRESORIERE est partie")
    assert (need.conversation_id, need.pole_slug, need.said_at) == ("c1", "estrie", SAID_AT)
    assert (need.language, need.intent, need.outcome) == (Language.FR, "need", Outcome.ROUTE)
    assert (need.fields, need.ranking) == (ROUTED["fields"], ROUTED["ranking"])
    assert (need.confidence, need.model_version) == (0.75, "m1"), "of the field"
    assert (greeting.language, greeting.outcome) == (Language.EN, Outcome.OTHER)
    assert (greeting.confidence, greeting.model_version) == (0.875, "unknown"), "of the intent"
    assert (greeting.pole_slug, greeting.fields) == (None, [])


def test_what_tells_who_wrote_is_taken_out_in_the_language_of_the_message(sessions, rasa) -> None:
    rasa.type("I'm Marie, marie@erables.coop", understood=GREETED)
    follow(sessions)
    [interpretation] = kept(sessions)
    assert interpretation.text == "I'm [name removed], [e-mail removed]"
    assert interpretation.text_key == text_key(interpretation.text), "or it would betray them"


def test_buttons_and_probes_are_no_messages(sessions, rasa) -> None:
    rasa.press('/choose{"choice":"yes"}')
    rasa.type("bonjour", "health-0a1b")
    rasa.tell("bot", text='"interpretation": {')
    assert follow(sessions) == 0


@pytest.mark.parametrize(
    "slot",
    ["organisation", "contact_name", "email", "phone", "region", "summary", "lookup_email"],
)
def test_answers_to_the_form_are_left_out(sessions, rasa, slot: str) -> None:
    rasa.type("on cherche un comptable")
    rasa.tell("active_loop", name="request_form")
    for asked in ("routing", slot):
        rasa.ask(asked)
        rasa.type(f"answer to {asked}")
    rasa.ask(None)
    rasa.tell("active_loop", name=None)
    rasa.type("merci")
    assert follow(sessions) == 2
    assert texts(sessions) == ["on cherche un comptable", "merci"]


def test_the_need_is_kept_where_the_form_asks_for_it(sessions, rasa) -> None:
    rasa.press("/ask_human")
    rasa.tell("active_loop", name="request_form")
    rasa.ask("description")
    rasa.type("notre paie est fausse")
    rasa.ask("organisation")
    rasa.type("Les Érables")
    follow(sessions)
    assert texts(sessions) == ["notre paie est fausse"]


def test_the_form_of_one_conversation_is_not_that_of_another(sessions, rasa) -> None:
    rasa.tell("active_loop", "c2", name="request_form")
    rasa.ask("email", "c2")
    rasa.type("on cherche un comptable", "c1")
    assert follow(sessions) == 1


@pytest.mark.parametrize("kind", ["session_started", "restart"])
def test_a_form_left_by_a_new_session_asks_nothing(sessions, rasa, kind: str) -> None:
    rasa.tell("active_loop", name="request_form")
    rasa.ask("email")
    rasa.tell(kind)
    # The slots of the session before are carried over.
    rasa.ask("email")
    rasa.type("on cherche un comptable")
    assert follow(sessions) == 1


def test_a_form_that_goes_on_in_a_new_session_still_asks(sessions, rasa) -> None:
    rasa.tell("active_loop", name="request_form")
    rasa.ask("contact_name")
    # As the bot begins a session anew: slots, then the form.
    rasa.tell("session_started")
    rasa.ask("contact_name")
    rasa.tell("active_loop", name="request_form")
    rasa.type("Marie Roy")
    assert follow(sessions) == 0


def test_an_answer_that_was_left_out_stays_so_in_later_rounds(sessions, rasa) -> None:
    rasa.tell("active_loop", name="request_form")
    rasa.ask("contact_name")
    rasa.type("Marie Roy")
    rasa.ask(None)
    rasa.tell("active_loop", name=None)
    assert [follow(sessions), follow(sessions)] == [0, 0]


def test_each_message_is_kept_once_however_often_it_is_followed(sessions, rasa) -> None:
    rasa.type("un")
    assert [follow(sessions), follow(sessions)] == [1, 0]
    rasa.type("deux")
    assert [follow(sessions), follow(sessions)] == [1, 0]
    assert texts(sessions) == ["un", "deux"]


def test_after_a_stop_all_that_was_said_is_caught_up_in_short_transactions(
    sessions, rasa, monkeypatch
) -> None:
    monkeypatch.setattr(catalog.interpretations, "BATCH", 3)
    monkeypatch.setattr(catalog.interpretations, "LATE_EVENTS", 2)
    rasa.type("avant")
    follow(sessions)
    rasa.tell("active_loop", name="request_form")
    rasa.ask("email")
    rasa.type_all(["a@b.ca"] * 7)
    rasa.type_all([f"pendant {n}" for n in range(10)], "c2")
    inserts: list[None] = []
    before_each(sessions, "INSERT INTO interpretations", lambda: inserts.append(None))
    assert follow(sessions) == 10
    assert texts(sessions) == ["avant", *(f"pendant {n}" for n in range(10))]
    assert len(inserts) >= 10 / 3
    inserts.clear()
    assert (follow(sessions), inserts) == (0, [])


def test_an_event_that_appears_after_greater_ids_is_not_lost(sessions, rasa) -> None:
    rasa.type("première", event_id=50)
    rasa.type("troisième", event_id=60)
    assert follow(sessions) == 2
    rasa.type("deuxième", event_id=55)
    assert follow(sessions) == 1
    assert texts(sessions) == ["première", "deuxième", "troisième"]


@pytest.mark.parametrize(
    "wrong",
    [
        {**ROUTED, "outcome": "elsewhere"},
        {**ROUTED, "language": "de"},
        {**ROUTED, "intent": "n" * 65},
        {k: v for k, v in ROUTED.items() if k != "fields"},
    ],
)
def test_an_event_that_is_not_understood_holds_back_no_other(
    sessions, rasa, caplog, wrong: dict
) -> None:
    rasa.type("secret", understood=wrong)
    rasa.type("on cherche un comptable")
    assert follow(sessions) == 1
    assert "event 1 is not understood" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("text", ["a\0b", "\U0001f600", "é" * 20_000, '"interpretation": {'])
def test_any_text_can_be_kept(sessions, rasa, text: str) -> None:
    rasa.type(text)
    assert follow(sessions) == 1
    assert texts(sessions) == [text.replace("\0", "")]


def test_a_conversation_whose_id_is_too_long_is_not_one_of_ours(sessions, rasa) -> None:
    rasa.type("bonjour", "c" * 65)
    assert follow(sessions) == 0


def follow_together(url: str, barrier: Any, answers: Any) -> None:
    sessions = make_session_factory(url)
    sessions.kw["bind"].connect().close()
    barrier.wait(PATIENCE_SECONDS)
    answers.put(follow(sessions))


def test_processes_at_once_keep_each_message_once(sessions, rasa, database_url: str) -> None:
    rasa.type_all([f"message {n}" for n in range(450)])
    barrier, answers = context.Barrier(3), context.SimpleQueue()
    processes = [start(follow_together, database_url, barrier, answers) for _ in range(3)]
    assert [finish(process) for process in processes] == [0, 0, 0]
    added = [answers.get() for _ in processes]
    answers.close()
    assert sum(added) == 450
    assert count(sessions) == (450, 450)


def follow_and_die(url: str, words: str, times: int) -> None:
    """Follow, and be killed before the statement that holds `words` for the n-th time."""
    sessions, left = make_session_factory(url), times

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    before_each(sessions, words, die)
    follow(sessions)


@pytest.mark.parametrize(
    ("words", "times", "left"),
    [
        ("FROM events", 3, 0),
        ("INSERT INTO interpretations", 1, 0),
        ("INSERT INTO interpretations", 2, 200),
        ("INSERT INTO interpretations", 3, 400),
    ],
)
def test_a_kill_at_any_moment_loses_and_doubles_none(
    sessions, rasa, database_url: str, words: str, times: int, left: int
) -> None:
    rasa.type_all([f"message {n}" for n in range(450)])
    assert finish(start(follow_and_die, database_url, words, times)) == KILLED
    assert count(sessions) == (left, left)
    assert follow(sessions) == 450 - left
    assert count(sessions) == (450, 450)


def test_what_a_purge_erases_meanwhile_is_not_kept(sessions, rasa) -> None:
    with sessions.begin() as session:
        session.add(
            ChatTurn(
                conversation_id="c1",
                message_id="m1",
                fingerprint="",
                payload="nos secrets",
                language=Language.FR,
                created_at=utc_now() - dt.timedelta(days=91),
            )
        )
    rasa.type("nos secrets")
    purging = threading.Thread(target=purge, args=(sessions, 90))

    def purge_meanwhile() -> None:
        purging.start()
        # Long enough for it to be done, were it not to wait.
        purging.join(1)

    before_each(sessions, "INSERT INTO interpretations", purge_meanwhile)
    assert follow(sessions) == 1
    purging.join(PATIENCE_SECONDS)
    assert texts(sessions) == []


def test_a_number_that_the_database_gives_again_is_another_message(sessions, rasa) -> None:
    """Once every event is erased, SQLite counts from 1 anew."""
    rasa.type("retenu", event_id=900)
    rasa.type("oublié", event_id=901)
    follow(sessions)
    with sessions.begin() as session:
        account = Account(email="r@consortium.example", name="R", role=Role.REVIEWER)
        session.add(account)
        session.flush()
        first = session.scalars(select(Interpretation).order_by(Interpretation.event_id)).first()
        first.reviews.append(
            Review(account_id=account.id, intent="need", fields=["accounting"], queue="all")
        )
    with sessions.begin() as session:
        session.execute(EVENTS.delete())
        forget(session, ["c1"])
    rasa.type("nouveau", "c2", event_id=1)
    rasa.type("autre", "c2", event_id=900)
    assert follow(sessions) == 2
    assert texts(sessions) == ["retenu", "nouveau", "autre"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("L’été, déjà !", "l'ete deja", True),
        ("paie", "paye", False),
        ("👍", "👎", False),
        ("???", " ??? ", True),
    ],
)
def test_texts_that_differ_in_accents_case_and_punctuation_have_one_key(
    one: str, other: str, same: bool
) -> None:
    assert (text_key(one) == text_key(other)) is same
    assert len(text_key(one)) == 64


def test_what_a_newer_model_understands_otherwise_than_was_judged_is_to_be_looked_at_again(
    sessions, rasa
) -> None:
    account = Account(email="r@consortium.example", name="R", role=Role.REVIEWER)
    rasa.type("Notre paie", metadata={"model_id": "m1"})
    follow(sessions)
    with sessions.begin() as session:
        session.add(account)
    with sessions.begin() as session:
        review(session, account, kept(sessions)[0].id, "need", ["training"], Queue.ALL)
    for model, field in (("m1", "governance"), ("m2", "governance"), ("m2", "training")):
        rasa.type(
            "Notre paie !", understood={**ROUTED, "fields": [field]}, metadata={"model_id": model}
        )
    rasa.type("Autre chose", understood={**ROUTED, "fields": ["governance"]})
    follow(sessions)
    assert [one.recheck for one in kept(sessions)] == [False, False, True, False, False]
