"""Take a demo out again, and nothing else."""

from dataclasses import dataclass

from sqlalchemy import Delete, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.database import SessionFactory
from catalog.demo import ledger
from catalog.demo.marks import demo_accounts, demo_interpretations, of_demo
from catalog.models import (
    Account,
    AccountSession,
    AuditEntry,
    ChatTurn,
    Consent,
    Conversation,
    FieldsChange,
    Interpretation,
    Note,
    OutboxMessage,
    Request,
    RequestField,
    Review,
    SavedView,
    StatusChange,
)

PARTS = (RequestField, Consent, StatusChange, Note, OutboxMessage, FieldsChange)


@dataclass(frozen=True)
class Removed:
    """How many requests went, and what had to stay."""

    requests: int
    closed_accounts: int
    audit_entries: int


def remove(sessions: SessionFactory) -> Removed:
    """Remove the demo in one transaction.

    What its accounts did to rows that are not its own stays, under their names.
    """
    with sessions.begin() as session:
        requests = _remove_requests(session)
        _remove_conversations(session)
        closed = _remove_accounts(session)
        entries = select(func.count()).select_from(AuditEntry).join(AuditEntry.account)
        return Removed(requests, closed, session.scalar(entries.where(demo_accounts())))


def _remove_requests(session: Session) -> int:
    is_demo = of_demo(Request.idempotency_key)
    ids = select(Request.id).where(is_demo)
    # A real request that someone merged into one of the demo goes on by itself.
    session.execute(
        update(Request)
        .where(Request.merged_into_id.in_(ids))
        .values(merged_into_id=None)
        .execution_options(synchronize_session=False)
    )
    for part in PARTS:
        session.execute(_quietly(delete(part).where(part.request_id.in_(ids))))
    removed = session.execute(_quietly(delete(Request).where(is_demo))).rowcount
    ledger.give_numbers_back(session)
    return removed


def _remove_conversations(session: Session) -> None:
    ledger.uncount(session)
    messages = select(Interpretation.id).where(demo_interpretations())
    session.execute(_quietly(delete(Review).where(Review.interpretation_id.in_(messages))))
    session.execute(_quietly(delete(Interpretation).where(demo_interpretations())))
    session.execute(_quietly(delete(ChatTurn).where(of_demo(ChatTurn.conversation_id))))
    session.execute(_quietly(delete(Conversation).where(of_demo(Conversation.id))))


def _remove_accounts(session: Session) -> int:
    """Delete those that nothing names; close the others, of whom the audit trail tells."""
    closed = 0
    for account in session.scalars(select(Account).where(demo_accounts())).all():
        for owned in (SavedView, AccountSession):
            session.execute(_quietly(delete(owned).where(owned.account_id == account.id)))
        if not _delete_unless_named(session, account):
            _close(session, account)
            closed += 1
    return closed


def _delete_unless_named(session: Session, account: Account) -> bool:
    """Whether the database let it go."""
    try:
        with session.begin_nested():
            session.execute(_quietly(delete(Account).where(Account.id == account.id)))
    except IntegrityError:
        return False
    return True


def _close(session: Session, account: Account) -> None:
    """Close it, be it the last administrator's, and forget the password, which everyone knows."""
    account.password_hash = None
    if account.active:
        account.active = False
        change = {"before": {"active": True}, "after": {"active": False}}
        record(session, None, "set_active", "accounts", account.id, **change)


def _quietly(statement: Delete) -> Delete:
    """Without telling the session, which holds none of the rows."""
    return statement.execution_options(synchronize_session=False)
