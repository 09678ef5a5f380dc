"""Take the person out of requests: what tells who made one goes, what is counted stays."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.after_commit import after_commit
from catalog.models import Consent, MessageKind, Note, OutboxMessage, Request, utc_now
from catalog.places import fold
from catalog.retention import erase_conversations
from catalog.shredding import shred

# Addressed to the person; the others go to teams.
TO_THE_PERSON = (MessageKind.MEMBER, MessageKind.ANSWER, MessageKind.LINK)
GONE = ""


def forget_people(
    session: Session, requests: Sequence[Request], var_dir: Path, *, reviewed_too: bool = False
) -> None:
    """Erase from `requests`, and all that belongs to them, what tells who made them.

    Fields, dates, pôle, region, status and kind of organisation stay, and so do the references.
    E-mails that did not leave never will.

    Args:
        var_dir: holds the e-mails that were written as files, which go once this is committed.
        reviewed_too: erase as well what was reviewed of the conversations.
    """
    shred(session)
    ids = [request.id for request in requests]
    for request in requests:
        _forget(request)
    session.flush()
    for part in (Note, Consent):
        session.execute(delete(part).where(part.request_id.in_(ids)))
    _forget_messages(session, ids, var_dir)
    for request in requests:
        session.expire(request, ["notes", "consents", "outbox_messages"])
    conversations = {request.conversation_id for request in requests} - {None}
    erase_conversations(session, sorted(conversations), reviewed_too=reviewed_too)


def remove_files(session: Session, outbox_ids: Sequence[int], var_dir: Path) -> None:
    """Remove the files of these e-mails, once the transaction of `session` is committed."""
    paths = [var_dir / "outbox" / f"{outbox_id}.eml" for outbox_id in outbox_ids]

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    after_commit(session, remove)


def _forget(request: Request) -> None:
    request.organisation_name = GONE
    request.contact_name = GONE
    request.contact_email = GONE
    request.contact_phone = None
    request.description = GONE
    request.deadline_words = None
    request.budget = None
    request.search_text = fold(request.reference)
    request.erased_at = utc_now()


def _forget_messages(session: Session, request_ids: Sequence[int], var_dir: Path) -> None:
    of_requests = OutboxMessage.request_id.in_(request_ids)
    written = session.scalars(select(OutboxMessage.id).where(of_requests)).all()
    remove_files(session, written, var_dir)
    session.execute(delete(OutboxMessage).where(of_requests, OutboxMessage.sent_at.is_(None)))
    blank = update(OutboxMessage).where(of_requests)
    session.execute(blank.values(subject=GONE, body=GONE, last_error=None))
    to_them = OutboxMessage.kind.in_(TO_THE_PERSON)
    session.execute(blank.where(to_them).values(recipient=GONE))
