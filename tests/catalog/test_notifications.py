"""The e-mails that a filed request owes: to whom, and what they say."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.models import Field, OutboxMessage
from catalog.outbox import FolderTransport, send_due
from catalog.requests import RequestDraft, file_requests
from tests.catalog.drafts import chosen, draft

SENDER = "aiguilleur@consortium.example"
FULL = {
    "contact_phone": "418 555-0123",
    "region_code": "12",
    "deadline": "2026-03-15",
    "deadline_words": "avant le 15 mars",
    "urgency": "urgent",
    "budget": "40 heures",
}


def owed(sessions: SessionFactory, filed: RequestDraft) -> list[OutboxMessage]:
    file_requests(sessions, [filed])
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def delivered(sessions: SessionFactory, folder: Path) -> list[EmailMessage]:
    send_due(sessions, FolderTransport(folder), SENDER)
    return [message_from_bytes(p.read_bytes(), policy=default) for p in sorted(folder.iterdir())]


def recipients(messages: list[OutboxMessage]) -> list[tuple[str, str]]:
    return [(message.kind, message.recipient) for message in messages]


def test_each_team_gets_one_message_and_the_member_one(sessions: SessionFactory) -> None:
    assert recipients(owed(sessions, draft())) == [
        ("team", "accounting@consortium.example"),
        ("team", "governance@consortium.example"),
        ("member", "marie@erables.example"),
    ]


def test_a_team_of_two_fields_gets_one_message(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.get_one(Field, "governance").team_email = "accounting@consortium.example"
    messages = owed(sessions, draft())
    assert recipients(messages) == [
        ("team", "accounting@consortium.example"),
        ("member", "marie@erables.example"),
    ]
    assert "Comptabilité, Gouvernance et vie associative" in messages[0].body


def test_a_request_to_qualify_goes_to_the_intake(
    sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_EMAIL", "intake@consortium.example")
    messages = owed(sessions, draft(fields=[]))
    assert recipients(messages) == [
        ("team", "intake@consortium.example"),
        ("member", "marie@erables.example"),
    ]
    assert "à qualifier par une personne" in messages[0].subject
    assert "à qualifier par une personne" in messages[1].body


def test_a_message_is_due_at_once(sessions: SessionFactory) -> None:
    for message in owed(sessions, draft()):
        assert message.next_attempt_at is not None
        assert (message.attempts, message.sent_at, message.parked_at) == (0, None, None)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("details", [{}, FULL, {"outside_quebec": True, "fields": []}], ids=str)
@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_placeholder_is_left(sessions: SessionFactory, language: str, details: dict) -> None:
    for message in owed(sessions, draft(language=language, **details)):
        text = message.subject + message.body
        assert not re.search(r"[{}]|\bNone\b|[A-Z]\w+\.[A-Z_]{3,}", text), text


@pytest.mark.parametrize(
    ("language", "said", "not_said"),
    [
        ("fr", ["Bonjour Marie Tremblay,", "Comptabilité", "non précisé"], "Hello"),
        ("en", ["Hello Marie Tremblay,", "Accounting", "not given"], "Bonjour"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_member_is_written_to_in_their_language_and_the_team_in_french(
    sessions: SessionFactory, language: str, said: list[str], not_said: str
) -> None:
    team, _, member = owed(sessions, draft(language=language))
    assert (team.language, member.language) == ("fr", language)
    assert "Nouvelle demande" in team.body
    assert all(words in member.body for words in said) and not_said not in member.body


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_team_reads_all_that_it_needs_to_answer(sessions: SessionFactory) -> None:
    team = owed(sessions, draft(language="en", **FULL))[0]
    for words in (
        *("Coopérative des Érables", "(coopérative)", "Marie Tremblay", "marie@erables.example"),
        *("418 555-0123", "Chaudière-Appalaches", "2026-03-15", "40 heures", "anglais"),
        *("URGENT", "Notre trésorière est partie."),
    ):
        assert words in team.body
    assert team.subject.startswith("URGENT – C-")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_both_are_told_the_reference(sessions: SessionFactory) -> None:
    messages = owed(sessions, draft())
    [reference] = set(re.findall(r"C-\d{4}-\d{5}", "".join(m.subject + m.body for m in messages)))
    assert all(reference in message.subject and reference in message.body for message in messages)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_braces_in_the_words_of_a_member_are_words(sessions: SessionFactory) -> None:
    words = "{contact_email} {0} {} %(reference)s"
    for message in owed(sessions, draft(description=words)):
        assert words in message.body


@pytest.mark.parametrize(
    "break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"], ids=ascii
)
def test_a_line_break_in_a_name_adds_no_header(
    sessions: SessionFactory, tmp_path: Path, break_: str
) -> None:
    name = f"Coop{break_}Bcc: victim@example.com{break_}{break_}Buy!"
    file_requests(sessions, [draft(organisation_name=name, contact_name=name)])
    emails = delivered(sessions, tmp_path / "mail")
    assert len(emails) == 3
    for email in emails:
        assert email["Bcc"] is None
        assert not email.defects
        assert "victim" not in str(email["To"]) + str(email["From"])
        assert email["Subject"].count("\n") == 0


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_subject_fits_its_column_whatever_the_names(sessions: SessionFactory) -> None:
    with sessions() as session:
        slugs = list(session.scalars(select(Field.slug)))
    messages = owed(sessions, draft(organisation_name="É" * 200, fields=chosen(*slugs)))
    assert max(len(message.subject) for message in messages) == 300


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_message_is_what_mail_programs_expect(sessions: SessionFactory, tmp_path: Path) -> None:
    file_requests(sessions, [draft(description="Ça presse 🚂\n.\n" + "mot " * 500)])
    team, _, member = delivered(sessions, tmp_path / "mail")
    assert (member["From"], member["To"]) == (SENDER, "marie@erables.example")
    assert (member["Content-Language"], member["Auto-Submitted"]) == ("fr", "auto-generated")
    assert member["Date"].datetime.tzinfo is not None
    assert re.fullmatch(r"<outbox-\d+-\d{14}@consortium\.example>", member["Message-ID"])
    assert member["Message-ID"] != team["Message-ID"]
    assert "Ça presse 🚂\n.\n" + "mot " * 500 in member.get_content().replace("\r\n", "\n")
    assert not member.defects


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_sender_with_a_name_makes_a_sound_message_id(
    sessions: SessionFactory, tmp_path: Path
) -> None:
    file_requests(sessions, [draft()])
    send_due(sessions, FolderTransport(tmp_path), f"Aiguilleur <{SENDER}>")
    raw = next(tmp_path.glob("*.eml")).read_text("utf-8")
    assert re.search(r"^Message-ID: <outbox-\d+-\d{14}@consortium\.example>$", raw, re.MULTILINE)
