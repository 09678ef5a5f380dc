"""The audit trail: who changed what, when, from what and to what."""

from typing import Any

from sqlalchemy.orm import Session

from catalog.models import Account, AuditEntry


def record(
    session: Session,
    account: Account | None,
    action: str,
    subject: str,
    subject_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry, in the transaction of the change itself.

    It is kept for ever: it names no member and holds none of their words.

    Args:
        account: who did it; None for the command line.
        subject: the table of what was changed; `subject_id` is its key there.
    """
    session.add(
        AuditEntry(
            account_id=account and account.id,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            before=before or {},
            after=after or {},
        )
    )
