"""A person who left something everywhere, and where any of it is found."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from catalog.casework import add_note, answer, merge
from catalog.database import SessionFactory
from catalog.interpretations import text_key
from catalog.lessons import BULLET
from catalog.models import (
    Account,
    ChatTurn,
    Conversation,
    Interpretation,
    Language,
    LearningRun,
    OutboxMessage,
    Outcome,
    Request,
    Role,
    SavedView,
    utc_now,
)
from catalog.places import fold
from catalog.requests import file_requests
from catalog.reviews import Queue, review
from tests.catalog.drafts import consent, draft

EVENTS = (
    "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), type_name VARCHAR(255),"
    " action_name VARCHAR(255), data TEXT)"
)


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str
    organisation: str
    need: str
    budget: str

    @property
    def words(self) -> tuple[str, ...]:
        """What tells them from anyone else, and what they said."""
        first, last = self.name.split()
        part = self.need.split()[2]
        return (first, last, self.email, self.phone[-8:], self.organisation, part, self.budget)

    @property
    def conversation(self) -> str:
        """Its number, which tells nothing of the person."""
        return hashlib.sha256(self.email.encode()).hexdigest()[:32]


MARIE = Person(
    "Marie Tremblay",
    "marie@erables.example",
    "418 555-0123",
    "Coopérative des Érables",
    "Notre comptable Gontran-le-disparu est parti.",
    "deux mille écus",
)
LUC = Person(
    "Luc Bouchard",
    "luc@pins.example",
    "819 555-9876",
    "Mutuelle des Pins",
    "Nos livres zinzolins sont perdus.",
    "mille sesterces",
)


def file(sessions: SessionFactory, person: Person, key: str, **changes: Any) -> Request:
    """A request of `person`, filed as the bot does."""
    values = {
        "contact_name": person.name,
        "contact_email": person.email,
        "contact_phone": person.phone,
        "organisation_name": person.organisation,
        "description": person.need,
        "deadline_words": f"quand {person.name} revient",
        "budget": person.budget,
        "consents": [consent(), consent("news")],
    }
    return file_requests(sessions, [draft(key, **values | changes)])[0]


def live(sessions: SessionFactory, person: Person, var_dir: Path) -> Request:
    """A request of `person`, after a conversation, with all that staff and the worker add."""
    name = person.conversation
    request = file(sessions, person, name, conversation_id=name)
    with sessions.begin() as session:
        request = session.merge(request)
        agent = _account(session, Role.ADMINISTRATOR)
        _converse(session, name, person, agent)
        add_note(session, request, f"Rappeler {person.name} au {person.phone}", agent)
        answer(session, request, f"Pour {person.organisation}", f"Bonjour {person.name}", agent)
        session.add(
            SavedView(account_id=agent.id, name=name, query=f"q={person.name.replace(' ', '+')}")
        )
    double = file(sessions, person, f"{name}-double", conversation_id=name)
    with sessions.begin() as session:
        merge(session, session.merge(double), session.merge(request), session.merge(agent))
        _mail(session, request, person, var_dir)
    _learn(sessions, person, var_dir)
    return request


def found(sessions: SessionFactory, var_dir: Path, person: Person) -> list[str]:
    """Each column of each table, and each file, that holds anything of `person`."""
    # JSON escapes accents; what is searched has none.
    ways = [(word, json.dumps(word)[1:-1], fold(word)) for word in person.words]
    words = {word.casefold() for way in ways for word in way}
    places = set()
    with sessions() as session:
        for name in inspect(session.connection()).get_table_names():
            for row in session.execute(text(f"SELECT * FROM {name}")).mappings():
                places |= {
                    f"{name}.{column}" for column, value in row.items() if _holds(value, words)
                }
    for path in sorted(var_dir.rglob("*")):
        if path.is_file() and _holds(path.read_text("utf-8"), words):
            places.add(path.name)
    return sorted(places)


def _holds(value: Any, words: set[str]) -> bool:
    shown = str(value).casefold()
    return any(word in shown for word in words)


def _account(session: Session, role: Role) -> Account:
    email = f"{role}@consortium.example"
    account = session.scalar(select(Account).where(Account.email == email))
    if account is None:
        account = Account(email=email, name="Camille Roy", role=role)
        session.add(account)
        session.flush()
    return account


def _converse(session: Session, name: str, person: Person, agent: Account) -> None:
    session.add(
        Conversation(id=name, language=Language.FR, member_id=person.email, identity_nonce=name)
    )
    session.add(
        ChatTurn(
            conversation_id=name,
            message_id="m1",
            fingerprint="",
            payload=person.need,
            language=Language.FR,
            messages=[{"text": f"Merci, {person.name}", "choices": []}],
        )
    )
    if not inspect(session.connection()).has_table("events"):
        session.execute(text(EVENTS))
    event = {"event": "user", "text": f"{person.need} {person.name}", "slot": person.email}
    session.execute(
        text(
            "INSERT INTO events SELECT coalesce(max(id), 0) + 1, :sender, 'user', NULL, :data"
            " FROM events"
        ),
        {"sender": name, "data": json.dumps(event)},
    )
    understood = [_understood(session, where, person) for where in (name, name, "")]
    session.flush()
    for interpretation in understood[1:]:
        review(session, agent, interpretation.id, "need", ["accounting"], Queue.ALL)


def _understood(session: Session, conversation: str, person: Person) -> Interpretation:
    interpretation = Interpretation(
        event_id=hash((person, conversation, utc_now())) % 10**8,
        conversation_id=conversation,
        said_at=utc_now(),
        language=Language.FR,
        text=person.need,
        text_key=text_key(person.need),
        intent="need",
        outcome=Outcome.ROUTE,
        fields=["accounting"],
        ranking={"accounting": 0.9},
        confidence=0.9,
        model_version="m1",
    )
    session.add(interpretation)
    return interpretation


def _mail(session: Session, request: Request, person: Person, var_dir: Path) -> None:
    """The e-mails on filing have left, as files; the answer was refused by its mail server."""
    folder = var_dir / "outbox"
    folder.mkdir(exist_ok=True)
    messages = session.scalars(select(OutboxMessage).where(OutboxMessage.request_id == request.id))
    for message in messages:
        if message.kind == "answer":
            message.last_error = f"SMTPRecipientsRefused: {person.email}"
            continue
        message.sent_at, message.next_attempt_at = utc_now(), None
        (folder / f"{message.id}.eml").write_text(f"To: {message.recipient}\n\n{message.body}")


def _learn(sessions: SessionFactory, person: Person, var_dir: Path) -> None:
    """Their words were proposed as a lesson, in a run whose comparison tells of them too."""
    told = {"text": person.need, "language": "fr", "gained": True}
    run = LearningRun(
        diff=f"+++ data/nlu/fr/need_accounting.yml\n+{BULLET}{person.need}\n",
        comparison={"changed": [told], "groups": {"fr": 1}},
    )
    with sessions.begin() as session:
        session.add(run)
    folder = var_dir / "learning" / person.conversation
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "need.yml").write_text(f"nlu:\n{BULLET}{person.need}\n{BULLET}autre\n")
    (folder / "sample.jsonl").write_text(json.dumps(told, ensure_ascii=False) + "\n")
    (folder / "report.json").write_text(json.dumps({"changed": [told]}, ensure_ascii=False))
