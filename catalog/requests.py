"""File a request, and find it again."""

import datetime as dt
from contextlib import suppress
from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, StringConstraints, field_validator
from pydantic import Field as Bounded
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.database import SessionFactory
from catalog.models import (
    Consent,
    ConsentPurpose,
    Field,
    Language,
    MemberStanding,
    OrganisationKind,
    ReferenceSequence,
    Request,
    RequestField,
    RequestStatus,
    SetBy,
    StatusChange,
    Urgency,
    utc_now,
)
from catalog.notifications import compose
from catalog.places import fold
from catalog.promises import QUEBEC, answer_due

MAX_CONFLICTS = 2
MAX_NAME = 200
MAX_BUDGET = 300
# The columns that a search of the inbox looks in.
SEARCHED = ("reference", "organisation_name", "contact_name", "contact_email", "description")


def local_today() -> dt.date:
    """The date in Québec, where deadlines are counted."""
    return utc_now().astimezone(QUEBEC).date()


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]


class FieldChoice(BaseModel):
    slug: str
    confidence: float | None = Bounded(None, ge=0, le=1)
    set_by: SetBy


class ConsentGiven(BaseModel):
    purpose: ConsentPurpose
    granted: bool
    text_version: str
    given_at: dt.datetime


class RequestDraft(BaseModel):
    """What a member confirmed, ready to be filed; `fields` come most important first."""

    model_config = ConfigDict(extra="forbid")

    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    conversation_id: str | None = None
    language: Language
    organisation_name: Line
    organisation_kind: OrganisationKind
    member_standing: MemberStanding
    contact_name: Line
    contact_email: EmailStr
    contact_phone: str | None = None
    region_code: str | None = None
    outside_quebec: bool = False
    pole_slug: str | None = None
    description: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    deadline: dt.date | None = None
    deadline_words: Annotated[str, StringConstraints(max_length=200)] | None = None
    urgency: Urgency = Urgency.NORMAL
    budget: Annotated[str, StringConstraints(max_length=MAX_BUDGET)] | None = None
    fields: list[FieldChoice] = []
    # Whether the fields are a suggestion to the person who will choose.
    to_qualify: bool = False
    consents: list[ConsentGiven]

    @field_validator("consents")
    @classmethod
    def require_consent_to_contact(cls, consents: list[ConsentGiven]) -> list[ConsentGiven]:
        if not any(c.purpose == ConsentPurpose.CONTACT and c.granted for c in consents):
            raise ValueError("a request is filed only with consent to be contacted about it")
        return consents


def file_requests(sessions: SessionFactory, drafts: list[RequestDraft]) -> list[Request]:
    """File all of `drafts` in one transaction, or none.

    A draft whose idempotency key is already filed gives the request filed then.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: nothing was filed.
    """
    for _ in range(MAX_CONFLICTS):
        # Between our look-up and our insert, another process may give the first reference of the
        # year, then file the same key.
        with suppress(IntegrityError), sessions.begin() as session:
            return [_file(session, draft) for draft in drafts]
    with sessions.begin() as session:
        return [_file(session, draft) for draft in drafts]


def find_for_member(session: Session, reference: str, email: str) -> Request | None:
    """The request that bears `reference` and was made from `email`, and no other."""
    request = session.scalar(select(Request).where(Request.reference == reference.strip().upper()))
    if request is None or request.erased_at:
        return None
    if request.contact_email.casefold() == email.strip().casefold():
        return request
    return None


def _file(session: Session, draft: RequestDraft) -> Request:
    already_filed = session.scalar(
        select(Request).where(Request.idempotency_key == draft.idempotency_key)
    )
    if already_filed:
        return already_filed
    now = utc_now()
    fields = _active_fields(session, draft.fields)
    is_routed = fields and not draft.to_qualify
    status = RequestStatus.RECEIVED if is_routed else RequestStatus.TO_QUALIFY
    request = Request(
        **draft.model_dump(exclude={"fields", "to_qualify", "consents"}),
        reference=_next_reference(session, now.astimezone(QUEBEC).year),
        created_at=now,
        answer_due_at=answer_due(now),
        status=status,
        fields=fields,
        consents=[Consent(**consent.model_dump()) for consent in draft.consents],
        status_changes=[StatusChange(to_status=status, changed_at=now, changed_by="bot")],
    )
    request.search_text = search_text(request)
    session.add(request)
    session.flush()
    request.outbox_messages = compose(request)
    session.flush()
    return request


def search_text(request: Request) -> str:
    """What a search of the inbox looks in."""
    return fold(" ".join(getattr(request, name) for name in SEARCHED))


def _active_fields(session: Session, choices: list[FieldChoice]) -> list[RequestField]:
    """The chosen fields that the catalog still serves; an unknown or retired one needs a person."""
    rows = []
    for choice in choices:
        field = session.get(Field, choice.slug)
        if field and field.active:
            rows.append(
                RequestField(
                    field_slug=field.slug,
                    field=field,
                    rank=len(rows) + 1,
                    confidence=choice.confidence,
                    set_by=choice.set_by,
                )
            )
    return rows


def _next_reference(session: Session, year: int) -> str:
    """The next human reference, such as `C-2026-00042`, unique by the locked row of its year."""
    sequence = session.get(ReferenceSequence, year, with_for_update=True)
    if sequence is None:
        sequence = ReferenceSequence(year=year, last_number=0)
        session.add(sequence)
    sequence.last_number += 1
    session.flush()
    return f"C-{year}-{sequence.last_number:05d}"
