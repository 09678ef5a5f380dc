"""Those who answer and review: their accounts, sign-ins, saved views, and what they changed."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, utc_now
from catalog.models.enums import Language, Role
from catalog.models.reference import Pole


class Account(Base):
    """A person of the staff, or of a pôle; never deleted, as the audit trail names them."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    # Of a pôle's person, who sees that pôle alone.
    pole_slug: Mapped[str | None] = mapped_column(ForeignKey("poles.slug"))
    language: Mapped[Language] = mapped_column(default=Language.FR)
    active: Mapped[bool] = mapped_column(default=True)
    # None for who signs in by OpenID Connect alone.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # How the provider names the person, from the first time it sent them; addresses may change.
    openid_subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    last_sign_in_at: Mapped[dt.datetime | None]
    pole: Mapped[Pole | None] = relationship()


class AccountSession(Base):
    """A browser in which someone signed in; kept after its end, so that its use can be shown."""

    __tablename__ = "account_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Digest of the cookie: who reads this table can't sign in with it.
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    last_seen_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    account: Mapped[Account] = relationship()


class AuditEntry(Base):
    """A change, by whom and of what; the database itself refuses to change or erase one."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    # None for the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(String(64))
    # What was changed: the name of its table, and its key there.
    subject: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    account: Mapped[Account | None] = relationship()


class SavedView(Base):
    """A filter of the inbox under a name, as the query of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(String(2000))
