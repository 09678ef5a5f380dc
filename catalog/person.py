"""What the law lets a person do with what is kept of them: see, correct, withdraw, erase."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, StringConstraints, field_validator
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.contact_details import find_phone
from catalog.models import (
    Account,
    Consent,
    ConsentPurpose,
    Language,
    MessageKind,
    OutboxMessage,
    Request,
    utc_now,
)
from catalog.person_notices import link_message, notice_of_withdrawal
from catalog.requests import Line, find_for_member, search_text

# Who asks again sooner has one on its way: no mailbox is flooded.
BETWEEN_LINKS = dt.timedelta(minutes=10)


class PersonError(Exception):
    """What was asked of a person's information cannot be done; the message says why."""


class Correction(BaseModel):
    """What to put in place of what is wrong; None leaves a detail as it is."""

    model_config = ConfigDict(extra="forbid")

    organisation_name: Line | None = None
    contact_name: Line | None = None
    contact_email: EmailStr | None = None
    # Empty takes the number out.
    contact_phone: str | None = None
    description: Annotated[str, StringConstraints(min_length=1, max_length=20_000)] | None = None

    @field_validator("contact_phone")
    @classmethod
    def refuse_what_is_no_number(cls, phone: str | None) -> str | None:
        found = find_phone(phone) if phone else phone
        if phone and not found:
            raise ValueError("write ten digits, or the country code")
        return found


def person_requests(session: Session, request: Request) -> list[Request]:
    """Every request made from the address of `request`, oldest first."""
    same = func.lower(Request.contact_email) == request.contact_email.lower()
    query = select(Request).where(same, Request.erased_at.is_(None)).order_by(Request.id)
    return list(session.scalars(query))


def find_person(session: Session, reference: str, email: str) -> list[Request]:
    """Every request of the person who made `reference` from `email`.

    Raises:
        PersonError: no request bears both.
    """
    request = find_for_member(session, reference, email)
    if request is None:
        raise PersonError(f"no request {reference} was made from that address, or it is erased")
    return person_requests(session, request)


def send_link(session: Session, reference: str, email: str, language: Language) -> None:
    """E-mail a link to who made `reference` from `email`; nothing if no request bears both."""
    request = find_for_member(session, reference, email)
    if request is None:
        return
    latest = session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.request_id == request.id, OutboxMessage.kind == MessageKind.LINK
        )
    )
    if latest is None or latest < utc_now() - BETWEEN_LINKS:
        session.add(link_message(request, language))


def correct(
    session: Session,
    request: Request,
    correction: Correction,
    by: Account | None = None,
    through: str = "staff",
) -> list[str]:
    """Put `request` right; the names of what changed.

    E-mails that wait go to the corrected address.
    """
    given = {name: value for name, value in correction if value is not None}
    changed = {
        name: value or None
        for name, value in given.items()
        if (getattr(request, name) or "") != value
    }
    former = request.contact_email
    for name, value in changed.items():
        setattr(request, name, value)
    if not changed:
        return []
    request.search_text = search_text(request)
    waiting = update(OutboxMessage).where(
        OutboxMessage.request_id == request.id,
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.recipient == former,
        OutboxMessage.kind.in_((MessageKind.MEMBER, MessageKind.ANSWER)),
    )
    session.execute(waiting.values(recipient=request.contact_email))
    after = {"through": through, "corrected": sorted(changed)}
    record(session, by, "correct_person", "requests", request.id, after=after)
    return sorted(changed)


def withdraw_news(
    session: Session,
    requests: Sequence[Request],
    by: Account | None = None,
    through: str = "staff",
) -> int:
    """Withdraw the consent to the newsletter, and have the list put right; how many were given."""
    withdrawn = [request for request in requests if news_consent(request)]
    for request in withdrawn:
        news_consent(request).withdrawn_at = utc_now()
        session.add(notice_of_withdrawal(request))
        after = {"through": through}
        record(session, by, "withdraw_consent", "requests", request.id, after=after)
    return len(withdrawn)


def news_consent(request: Request) -> Consent | None:
    """The consent to the newsletter, while it stands."""
    return next(
        (
            consent
            for consent in request.consents
            if consent.purpose is ConsentPurpose.NEWS
            and consent.granted
            and consent.withdrawn_at is None
        ),
        None,
    )
