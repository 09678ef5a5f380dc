"""Accounts that can sign in, and what the audit trail says."""

from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

import catalog.accounts
from catalog.accounts import NewAccount, create_account
from catalog.database import SessionFactory
from catalog.models import Account, AuditEntry, Base, Role

PASSWORD = "quatre érables au printemps"


def add_account(session: Session, role: Role = Role.AGENT, **changes: Any) -> Account:
    """An account of `role` that signs in with PASSWORD."""
    values = {
        "email": f"{role}@consortium.example",
        "name": "Camille Roy",
        "role": role,
        "pole_slug": "estrie" if role is Role.POLE else None,
    }
    account = create_account(session, NewAccount(**values | changes), by=None)
    account.password_hash = _hash(catalog.accounts._hasher)
    return account


def audited(sessions: SessionFactory, subject: str) -> list[tuple[str, dict, dict]]:
    """Each change of `subject`: what was done, from what and to what."""
    with sessions() as session:
        query = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
        return [(entry.action, entry.before, entry.after) for entry in session.scalars(query)]


def everything(sessions: SessionFactory) -> str:
    """All that the database holds."""
    with sessions() as session:
        tables = Base.metadata.sorted_tables
        return str([session.execute(select(table)).all() for table in tables])


@cache
def _hash(hasher: PasswordHasher) -> str:
    """Made once: a hash is slow by design."""
    return hasher.hash(PASSWORD)
