"""Requests for service, and what belongs to each."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, utc_now
from catalog.models.enums import (
    ConsentPurpose,
    Language,
    MemberStanding,
    MessageKind,
    OrganisationKind,
    RequestStatus,
    SetBy,
    Urgency,
)
from catalog.models.reference import Field, Pole, Region
from catalog.models.staff import Account

COUNTED = (
    "id",
    "merged_into_id",
    "language",
    "status",
    "pole_slug",
    "answer_due_at",
    "first_answered_at",
)


class Request(Base):
    """A member's request for service, as confirmed by the member."""

    __tablename__ = "requests"
    __table_args__ = (
        # With what the dashboard counts, which is then read from the index alone.
        Index("ix_requests_created_at", "created_at", postgresql_include=COUNTED),
        # Each order of the inbox, and the newest first within it.
        Index("ix_requests_status", "status", "id"),
        Index("ix_requests_status_newest", "status", text("id DESC")),
        Index("ix_requests_pole_slug", "pole_slug", "created_at"),
        # For what may be asked twice.
        Index("ix_requests_same_person", text("lower(contact_email)")),
        Index("ix_requests_same_organisation", text("lower(organisation_name)")),
        # For words anywhere in the text, which SQLite reads through.
        Index(
            "ix_requests_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(100), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    status: Mapped[RequestStatus]
    language: Mapped[Language]

    organisation_name: Mapped[str] = mapped_column(String(200), index=True)
    organisation_kind: Mapped[OrganisationKind]
    member_standing: Mapped[MemberStanding]
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_email: Mapped[str] = mapped_column(String(320), index=True)
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    outside_quebec: Mapped[bool] = mapped_column(default=False)
    pole_slug: Mapped[str | None] = mapped_column(ForeignKey("poles.slug"))

    description: Mapped[str] = mapped_column(Text)
    deadline: Mapped[dt.date | None]
    deadline_words: Mapped[str | None] = mapped_column(String(200))
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NORMAL)
    budget: Mapped[str | None] = mapped_column(String(300))

    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    # When the answer promised to the member falls due.
    answer_due_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    first_answered_at: Mapped[dt.datetime | None]
    # Of a double, the request that goes on in its place.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"), index=True)
    # When what tells who made it was taken out, at its term or because they asked.
    erased_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    # What a search looks in, without accents or case.
    search_text: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    # Grows at each change, so that the later of two agents is told.
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    fields: Mapped[list["RequestField"]] = relationship(
        order_by="RequestField.rank", cascade="all, delete-orphan"
    )
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan")
    status_changes: Mapped[list["StatusChange"]] = relationship(
        order_by="StatusChange.id", cascade="all, delete-orphan"
    )
    outbox_messages: Mapped[list["OutboxMessage"]] = relationship(
        order_by="OutboxMessage.id", cascade="all, delete-orphan", back_populates="request"
    )
    notes: Mapped[list["Note"]] = relationship(order_by="Note.id", cascade="all, delete-orphan")
    fields_changes: Mapped[list["FieldsChange"]] = relationship(
        order_by="FieldsChange.id", cascade="all, delete-orphan"
    )
    region: Mapped[Region | None] = relationship()
    pole: Mapped[Pole | None] = relationship()
    assignee: Mapped[Account | None] = relationship()
    merged_into: Mapped["Request | None"] = relationship(remote_side="Request.id")

    __mapper_args__: ClassVar = {"version_id_col": version}


class RequestField(Base):
    """A field that a request is routed to; rank 1 is the main one."""

    __tablename__ = "request_fields"
    __table_args__ = (
        UniqueConstraint("request_id", "rank"),
        Index("ix_request_fields_field_slug", "field_slug", "request_id"),
        Index(
            "ix_request_fields_main",
            "request_id",
            postgresql_include=["field_slug"],
            postgresql_where=text("rank = 1"),
            sqlite_where=text("rank = 1"),
        ),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    field_slug: Mapped[str] = mapped_column(ForeignKey("fields.slug"), primary_key=True)
    rank: Mapped[int]
    confidence: Mapped[float | None]
    set_by: Mapped[SetBy]
    field: Mapped[Field] = relationship()


class Consent(Base):
    """A person's answer to one purpose, with the version of the text that was shown."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("request_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    purpose: Mapped[ConsentPurpose]
    granted: Mapped[bool]
    text_version: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]


class StatusChange(Base):
    __tablename__ = "status_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    from_status: Mapped[RequestStatus | None]
    to_status: Mapped[RequestStatus]
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    changed_by: Mapped[str] = mapped_column(String(100))


class Note(Base):
    """What staff wrote on a request, for staff alone."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    written_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    text: Mapped[str] = mapped_column(Text)
    account: Mapped[Account] = relationship()


class FieldsChange(Base):
    """The fields of a request as staff put them right: what the bot should have said."""

    __tablename__ = "fields_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    from_fields: Mapped[list[str]] = mapped_column(JSON)
    to_fields: Mapped[list[str]] = mapped_column(JSON)
    account: Mapped[Account] = relationship()


class OutboxMessage(Base):
    """An e-mail that a committed request owes; sent after commit, at least once."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_parked",
            "parked_at",
            postgresql_where=text("parked_at IS NOT NULL"),
            sqlite_where=text("parked_at IS NOT NULL"),
        ),
        # Those that the purge has not emptied.
        Index(
            "ix_outbox_messages_kept",
            "sent_at",
            postgresql_where=text("body <> ''"),
            sqlite_where=text("body <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    kind: Mapped[MessageKind]
    recipient: Mapped[str] = mapped_column(String(320))
    language: Mapped[Language]
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(default=utc_now, index=True)
    sent_at: Mapped[dt.datetime | None]
    parked_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))
    request: Mapped[Request] = relationship(back_populates="outbox_messages")


class ReferenceSequence(Base):
    """The last reference number given in a year."""

    __tablename__ = "reference_sequences"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]
