"""Accounts of the staff and of the pôles: sign-in, sessions, roles."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, EmailStr, StringConstraints, model_validator
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.models import Account, AccountSession, Language, Pole, Role, utc_now

MIN_PASSWORD = 12
MAX_PASSWORD = 200
MAX_FAILED_ATTEMPTS = 5
LOCKED = dt.timedelta(minutes=15)
SESSION = dt.timedelta(hours=10)
# A session is no longer its own after so long without a request.
IDLE = dt.timedelta(hours=1)
SEEN_EVERY = dt.timedelta(minutes=1)
TOKEN_BYTES = 32

# The library's own costs, those that RFC 9106 recommends where memory is scarce.
_hasher = PasswordHasher()
# Verified where there is no account, so that an unknown address takes as long as a known one.
_NO_ONE = _hasher.hash(secrets.token_hex(TOKEN_BYTES))

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class AccountError(Exception):
    """What was asked of an account cannot be done; the message says in one line what to change.

    `field` is what is wrong, and `code` names the text that tells it on a page.
    """

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


@dataclass(frozen=True)
class SignIn:
    """The token of a session, which no one else is told, and the language of its console."""

    token: str
    language: Language


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    name: Name
    role: Role
    pole_slug: str | None = None
    language: Language = Language.FR

    @model_validator(mode="after")
    def check_pole(self) -> "NewAccount":
        if (self.role is Role.POLE) != (self.pole_slug is not None):
            raise ValueError("name a pôle for the role “pole”, and for it alone")
        return self


def create_account(session: Session, new: NewAccount, by: Account | None) -> Account:
    """Add an account, without a password.

    Raises:
        AccountError: the address is taken, or the pôle unknown.
    """
    values = _values(session, new)
    if find_account(session, new.email):
        raise _taken(new.email)
    account = Account(**values)
    session.add(account)
    session.flush()
    record(session, by, "create", "accounts", account.id, after=_visible(account))
    return account


def change_account(
    session: Session, account: Account, changed: NewAccount, by: Account | None
) -> None:
    """Make the account what `changed` says; a change of role ends its sessions.

    Raises:
        AccountError: the address is another's, the pôle unknown, or no administrator would be left.
    """
    values = _values(session, changed)
    if changed.role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, account, "role")
    if find_account(session, changed.email) not in (account, None):
        raise _taken(changed.email)
    before = _visible(account)
    for name, value in values.items():
        setattr(account, name, value)
    after = _visible(account)
    if after == before:
        return
    record(session, by, "change", "accounts", account.id, before=before, after=after)
    if (before["role"], before["pole_slug"]) != (account.role, account.pole_slug):
        revoke_sessions(session, account, by)


def find_account(session: Session, email: str) -> Account | None:
    # PostgreSQL fails on a text that holds NUL.
    email = email.replace("\0", "").strip().casefold()
    return session.scalar(select(Account).where(Account.email == email))


def set_password(session: Session, account: Account, password: str, by: Account | None) -> None:
    """Set it, unlock the account and end its sessions.

    Raises:
        AccountError: it is too short or too long.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise AccountError(
            "password",
            "password_length",
            f"a password holds {MIN_PASSWORD} to {MAX_PASSWORD} characters",
        )
    account.password_hash = _hasher.hash(password)
    account.failed_attempts, account.locked_until = 0, None
    revoke_sessions(session, account, by)
    record(session, by, "set_password", "accounts", account.id)


def set_active(session: Session, account: Account, active: bool, by: Account | None) -> None:
    """Open or close an account; closing it ends its sessions.

    Raises:
        AccountError: no administrator would be left.
    """
    if not active:
        _keep_an_administrator(session, account, "active")
    record(
        session,
        by,
        "set_active",
        "accounts",
        account.id,
        before={"active": account.active},
        after={"active": active},
    )
    account.active = active
    if not active:
        revoke_sessions(session, account, by)


def sign_in(session: Session, email: str, password: str) -> SignIn | None:
    """A new session, or None where the address or the password is wrong.

    A failure is counted in the same transaction: commit in both cases. After MAX_FAILED_ATTEMPTS
    the account is locked for LOCKED, whatever the password.
    """
    account = find_account(session, email)
    matches = _matches(account.password_hash if account else None, password)
    if account:
        # Of guesses made at once, each must count those before it.
        session.refresh(account, with_for_update=True)
    if account is None or not account.active or _is_locked(account):
        return None
    if not matches:
        _count_failure(session, account)
        return None
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    return open_session(session, account)


def sign_in_with_openid(session: Session, subject: str, email: str) -> SignIn | None:
    """A new session of whom the OpenID provider names `subject`, or None.

    The address finds the account the first time alone; then the account keeps the subject.
    """
    account = session.scalar(select(Account).where(Account.openid_subject == subject))
    if account is None:
        account = find_account(session, email)
        if account is None or account.openid_subject is not None:
            return None
        account.openid_subject = subject
    return open_session(session, account) if account.active else None


def open_session(session: Session, account: Account) -> SignIn:
    """A new session of `account`, which was told apart already."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = utc_now()
    session.add(
        AccountSession(token_digest=_digest(token), account_id=account.id, expires_at=now + SESSION)
    )
    account.failed_attempts, account.locked_until = 0, None
    account.last_sign_in_at = now
    record(session, account, "sign_in", "accounts", account.id)
    return SignIn(token, account.language)


def find_session(session: Session, token: str) -> AccountSession | None:
    """The live session of `token`, of an account that is open."""
    found = session.scalar(
        select(AccountSession).where(AccountSession.token_digest == _digest(token))
    )
    now = utc_now()
    if found is None or found.revoked_at or found.expires_at <= now:
        return None
    if found.last_seen_at + IDLE <= now or not found.account.active:
        return None
    if found.last_seen_at + SEEN_EVERY <= now:
        found.last_seen_at = now
    return found


def sign_out(session: Session, token: str) -> None:
    if found := find_session(session, token):
        found.revoked_at = utc_now()
        record(session, found.account, "sign_out", "accounts", found.account_id)


def revoke_sessions(session: Session, account: Account, by: Account | None) -> None:
    """End every live session of `account`."""
    ended = session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account.id, AccountSession.revoked_at.is_(None))
        .values(revoked_at=utc_now())
    )
    if ended.rowcount:
        record(
            session,
            by,
            "revoke_sessions",
            "accounts",
            account.id,
            after={"sessions": ended.rowcount},
        )


def _values(session: Session, written: NewAccount) -> dict[str, object]:
    if written.pole_slug and session.get(Pole, written.pole_slug) is None:
        raise AccountError(
            "pole_slug",
            "pole_unknown",
            f"no pôle is called “{written.pole_slug}”: see catalog/poles.yml",
        )
    return written.model_dump() | {"email": written.email.casefold()}


def _keep_an_administrator(session: Session, account: Account, field: str) -> None:
    """Refuse to take away the last one who can open accounts."""
    query = select(Account.id).where(Account.active, Account.role == Role.ADMINISTRATOR)
    # Locked: two who close each other at once would both be gone.
    if session.scalars(query.with_for_update()).all() == [account.id]:
        raise AccountError(
            field,
            "last_administrator",
            f"{account.email} is the last open administrator account: open another one first",
        )


def _taken(email: str) -> AccountError:
    return AccountError("email", "email_taken", f"{email} has an account already")


def _count_failure(session: Session, account: Account) -> None:
    account.failed_attempts += 1
    if account.failed_attempts >= MAX_FAILED_ATTEMPTS:
        account.failed_attempts = 0
        account.locked_until = utc_now() + LOCKED
        record(session, None, "lock", "accounts", account.id)


def _is_locked(account: Account) -> bool:
    # Locked for longer than LOCKED, it was by a clock that was ahead.
    now = utc_now()
    return account.locked_until is not None and now < account.locked_until <= now + LOCKED


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        # Longer than any that was set: hashing a megabyte is work for nothing.
        return _hasher.verify(password_hash or _NO_ONE, password[: MAX_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _visible(account: Account) -> dict[str, object]:
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "pole_slug": account.pole_slug,
        "language": account.language,
    }
