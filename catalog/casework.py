"""What staff do with a request: assign, route, note, answer, merge. Each change is audited."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from catalog.audit import record
from catalog.models import (
    Account,
    Field,
    FieldsChange,
    MessageKind,
    Note,
    OutboxMessage,
    Request,
    RequestField,
    RequestStatus,
    Role,
    SetBy,
    StatusChange,
    utc_now,
)

MAX_NOTE = 10_000
MAX_SUBJECT = 300
MAX_BODY = 20_000
MAX_CHANGED_BY = 100
# Who may be given a request.
HANDLERS = (Role.AGENT, Role.ADMINISTRATOR)


class CaseworkError(Exception):
    """What was asked of a request cannot be done; `code` names the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_version(request: Request, seen: int) -> None:
    """Refuse a change that was made before the eyes of someone who saw an older state.

    Raises:
        CaseworkError: the request has changed since.
    """
    if request.version != seen:
        raise CaseworkError("changed_meanwhile")


def assign(session: Session, request: Request, assignee: Account | None, by: Account) -> None:
    """Give the request to `assignee`, or to no one.

    Raises:
        CaseworkError: the account is closed or its role does not handle requests.
    """
    if assignee and not (assignee.active and assignee.role in HANDLERS):
        raise CaseworkError("not_a_handler")
    before, after = (person and person.email for person in (request.assignee, assignee))
    if before == after:
        return
    request.assignee = assignee
    _record(session, by, "assign", request, {"assignee": before}, {"assignee": after})


def set_status(session: Session, request: Request, status: RequestStatus, by: Account) -> None:
    """Move the request to `status`.

    Raises:
        CaseworkError: it needs a field first.
    """
    if status is not RequestStatus.TO_QUALIFY and not request.fields:
        raise CaseworkError("no_field")
    if status is request.status:
        return
    _move(session, request, status, by)


def set_fields(session: Session, request: Request, slugs: Sequence[str], by: Account) -> None:
    """Route the request to the fields `slugs`, the main one first.

    What they were is kept: it tells what the bot should have said. One that waited for a field
    counts as received.

    Raises:
        CaseworkError: no field is given, one is given twice, or one is not served.
    """
    fields = [session.get(Field, slug) for slug in slugs]
    if not fields or len(set(slugs)) < len(slugs):
        raise CaseworkError("fields_wanted")
    if not all(field and field.active for field in fields):
        raise CaseworkError("field_unknown")
    before = [row.field_slug for row in request.fields]
    if request.status is RequestStatus.TO_QUALIFY:
        _move(session, request, RequestStatus.RECEIVED, by)
    elif before == list(slugs):
        return
    confidences = {row.field_slug: row.confidence for row in request.fields}
    request.fields = []
    _count_as_change(request)
    # The old rows must go before the new ones come: a rank is held once.
    session.flush()
    request.fields = [
        RequestField(
            field_slug=field.slug,
            field=field,
            rank=rank,
            confidence=confidences.get(field.slug),
            set_by=SetBy.STAFF,
        )
        for rank, field in enumerate(fields, start=1)
    ]
    request.fields_changes.append(
        FieldsChange(account_id=by.id, from_fields=before, to_fields=list(slugs))
    )
    _record(session, by, "set_fields", request, {"fields": before}, {"fields": list(slugs)})


def add_note(session: Session, request: Request, text: str, by: Account) -> None:
    """Write a note, for staff alone.

    Raises:
        CaseworkError: it is empty or too long, or the person had the request erased.
    """
    _check_not_erased(request)
    text = _without_nul(text).strip()
    if not 0 < len(text) <= MAX_NOTE:
        raise CaseworkError("note_length")
    note = Note(account_id=by.id, text=text)
    request.notes.append(note)
    session.flush()
    _record(session, by, "add_note", request, {}, {"note_id": note.id})


def answer(session: Session, request: Request, subject: str, body: str, by: Account) -> None:
    """Write to the member, in the member's language; the e-mail leaves after commit.

    Raises:
        CaseworkError: the subject or the body is empty or too long, or the person had the request
            erased.
    """
    _check_not_erased(request)
    subject, body = " ".join(_without_nul(subject).split()), _without_nul(body).strip()
    if not 0 < len(subject) <= MAX_SUBJECT or not 0 < len(body) <= MAX_BODY:
        raise CaseworkError("answer_length")
    message = OutboxMessage(
        kind=MessageKind.ANSWER,
        recipient=request.contact_email,
        language=request.language,
        subject=subject,
        body=body,
    )
    request.outbox_messages.append(message)
    request.first_answered_at = request.first_answered_at or utc_now()
    _count_as_change(request)
    session.flush()
    _record(session, by, "answer", request, {}, {"outbox_message_id": message.id})
    if request.status in (RequestStatus.RECEIVED, RequestStatus.IN_PROGRESS):
        set_status(session, request, RequestStatus.ANSWERED, by)


def merge(session: Session, double: Request, kept: Request, by: Account) -> None:
    """Close `double`, which asks the same thing as `kept`; both keep what was said.

    Raises:
        CaseworkError: they are one request, or one of them is merged already.
    """
    if double.id == kept.id:
        raise CaseworkError("merged_with_itself")
    if double.merged_into or kept.merged_into:
        raise CaseworkError("merged_already")
    double.merged_into = kept
    # Or two merges that cross, made at once, would each close what the other keeps.
    _count_as_change(kept)
    _record(session, by, "merge", double, {}, {"merged_into_id": kept.id})
    if double.status is not RequestStatus.CLOSED:
        _move(session, double, RequestStatus.CLOSED, by)


def _move(session: Session, request: Request, status: RequestStatus, by: Account) -> None:
    before = request.status
    request.status_changes.append(
        StatusChange(from_status=before, to_status=status, changed_by=by.email[:MAX_CHANGED_BY])
    )
    request.status = status
    _record(session, by, "set_status", request, {"status": before}, {"status": status})


def _check_not_erased(request: Request) -> None:
    """What was taken out does not come back by what staff write."""
    if request.erased_at:
        raise CaseworkError("erased")


def _count_as_change(request: Request) -> None:
    """Have the version grow though no column of the request itself has changed."""
    flag_modified(request, "status")


def _without_nul(text: str) -> str:
    """PostgreSQL fails on a text that holds NUL."""
    return text.replace("\0", "")


def _record(
    session: Session, by: Account, action: str, request: Request, before: dict, after: dict
) -> None:
    record(session, by, action, "requests", request.id, before=before, after=after)
