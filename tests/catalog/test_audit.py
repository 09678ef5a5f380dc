"""The audit trail: the database itself keeps it as it is, and no member can be read in it."""

import inspect

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from catalog import casework
from catalog.audit import record
from catalog.database import SessionFactory
from catalog.models import Account, AuditEntry, Request, RequestStatus, Role
from catalog.requests import file_requests
from tests.accounts import add_account, audited
from tests.catalog.drafts import draft

ENTRY = ("set_active", {"active": True}, {"active": False})


@pytest.fixture
def entry(sessions: SessionFactory) -> AuditEntry:
    action, before, after = ENTRY
    with sessions.begin() as session:
        record(session, None, action, "widgets", "estrie", before=before, after=after)
    with sessions() as session:
        return session.scalars(select(AuditEntry)).one()


def refuse(sessions: SessionFactory, statement: str) -> None:
    refusal = pytest.raises(DBAPIError, match="an audit entry stays as it is")
    with refusal, sessions.begin() as session:
        session.execute(text(statement))
    assert audited(sessions, "widgets") == [ENTRY]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'nothing'",
        "UPDATE audit_entries SET at = at WHERE subject_id = 'estrie'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE account_id IS NULL",
    ],
)
def test_the_database_refuses_to_change_or_erase_an_entry(
    sessions: SessionFactory, entry: AuditEntry, statement: str
) -> None:
    refuse(sessions, statement)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_database_refuses_to_write_over_it(sessions: SessionFactory, entry: AuditEntry) -> None:
    refuse(
        sessions,
        "REPLACE INTO audit_entries SELECT id, at, account_id, 'forged', subject, subject_id,"
        " before, after FROM audit_entries",
    )


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("statement", ["TRUNCATE audit_entries", "TRUNCATE accounts CASCADE"])
def test_the_database_refuses_to_empty_it(
    sessions: SessionFactory, entry: AuditEntry, statement: str
) -> None:
    refuse(sessions, statement)


def test_a_program_cannot_change_or_erase_it_either(
    sessions: SessionFactory, entry: AuditEntry
) -> None:
    with pytest.raises(DBAPIError, match="stays as it is"), sessions.begin() as session:
        session.get_one(AuditEntry, entry.id).after = {}
    with pytest.raises(DBAPIError, match="stays as it is"), sessions.begin() as session:
        session.delete(session.get_one(AuditEntry, entry.id))
    assert audited(sessions, "widgets") == [ENTRY]


def test_an_entry_tells_who_and_when_and_of_what(
    sessions: SessionFactory, entry: AuditEntry
) -> None:
    assert (entry.account_id, entry.subject, entry.subject_id) == (None, "widgets", "estrie")
    with sessions.begin() as session:
        agent = add_account(session)
        record(session, agent, "renew_key", "widgets", "estrie")
    with sessions() as session:
        _, _, last = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert (last.account_id, last.before, last.after) == (agent.id, {}, {})
        assert last.at > entry.at


def test_an_entry_goes_with_its_change(sessions: SessionFactory) -> None:
    with pytest.raises(ZeroDivisionError), sessions.begin() as session:
        add_account(session)
        raise ZeroDivisionError
    assert audited(sessions, "accounts") == []


def test_no_word_of_a_member_is_in_an_entry(sessions: SessionFactory) -> None:
    filed = file_requests(
        sessions, [draft("1", contact_phone="418-555-0123"), draft("2", fields=[])]
    )
    words = ["Notre avocate", "Votre trésorière", "Bonjour Marie"]
    with sessions.begin() as session:
        agent: Account = add_account(session, Role.AGENT)
        kept, double = (session.get_one(Request, request.id) for request in filed)
        casework.assign(session, kept, agent, agent)
        casework.set_fields(session, double, ["training"], agent)
        casework.set_status(session, kept, RequestStatus.IN_PROGRESS, agent)
        casework.add_note(session, kept, words[0], agent)
        casework.answer(session, kept, words[1], words[2], agent)
        casework.merge(session, double, kept, agent)
        for request in (kept, double):
            words += [request.organisation_name, request.contact_name, request.contact_email]
            words += [request.description, request.search_text]
        words.append(kept.contact_phone)
    entries = audited(sessions, "requests")
    takers = {
        name
        for name, function in inspect.getmembers(casework, inspect.isfunction)
        if "by" in inspect.signature(function).parameters and not name.startswith("_")
    }
    assert {action for action, _, _ in entries} == takers
    held = str(entries).casefold()
    assert not [word for word in words if word.casefold() in held]
