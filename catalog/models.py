"""Tables of the catalog, as typed SQLAlchemy models."""

import datetime as dt
import enum
from typing import ClassVar

from sqlalchemy import JSON, DateTime, Enum, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):
    """An aware instant, kept in UTC by every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect) -> dt.datetime | None:
        return value and value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect) -> dt.datetime | None:
        return value and value.replace(tzinfo=value.tzinfo or dt.UTC)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Language(enum.StrEnum):
    FR = "fr"
    EN = "en"


class OrganisationKind(enum.StrEnum):
    COOPERATIVE = "cooperative"
    MUTUAL = "mutual"
    NON_PROFIT = "non_profit"
    OTHER = "other"


class MemberStanding(enum.StrEnum):
    MEMBER = "member"
    THROUGH_FEDERATION = "through_federation"
    NON_MEMBER = "non_member"
    UNKNOWN = "unknown"


class Urgency(enum.StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class SetBy(enum.StrEnum):
    MEMBER = "member"
    BOT = "bot"
    STAFF = "staff"


class RequestStatus(enum.StrEnum):
    TO_QUALIFY = "to_qualify"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"


class ConsentPurpose(enum.StrEnum):
    CONTACT = "contact"
    NEWS = "news"


class WidgetSide(enum.StrEnum):
    LEFT = "left"
    RIGHT = "right"


class MessageKind(enum.StrEnum):
    TEAM = "team"
    MEMBER = "member"


def enum_column(kind: type[enum.StrEnum]) -> Enum:
    """Text of the enum's values, so that a new value needs no change of type."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {
        dt.datetime: UtcDateTime(),
        **{
            kind: enum_column(kind)
            for kind in (
                Language,
                OrganisationKind,
                MemberStanding,
                Urgency,
                SetBy,
                RequestStatus,
                ConsentPurpose,
                MessageKind,
                WidgetSide,
            )
        },
    }


class Field(Base):
    """A field of expertise; never deleted, only retired."""

    __tablename__ = "fields"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_fr: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    scope_fr: Mapped[str] = mapped_column(Text)
    scope_en: Mapped[str] = mapped_column(Text)
    team_email: Mapped[str] = mapped_column(String(320))
    active: Mapped[bool]
    position: Mapped[int]

    def name(self, language: str) -> str:
        return self.name_en if language == Language.EN else self.name_fr

    def scope(self, language: str) -> str:
        return self.scope_en if language == Language.EN else self.scope_fr


class Region(Base):
    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Pole(Base):
    """A regional social-economy body that may embed the assistant."""

    __tablename__ = "poles"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    site: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool]


class Widget(Base):
    """The assistant as the pages of a pôle show it; the public key in their snippet names it."""

    __tablename__ = "widgets"

    pole_slug: Mapped[str] = mapped_column(ForeignKey("poles.slug"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    # Pages of these origins may embed it: scheme, host and port.
    origins: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    color: Mapped[str | None] = mapped_column(String(7))
    side: Mapped[WidgetSide] = mapped_column(default=WidgetSide.RIGHT)
    opens_at_start: Mapped[bool] = mapped_column(default=False)
    greeting_fr: Mapped[str | None] = mapped_column(String(500))
    greeting_en: Mapped[str | None] = mapped_column(String(500))
    # Known to the pôle's server, which signs with it who its signed-in members are.
    identity_secret: Mapped[str] = mapped_column(String(64))
    pole: Mapped[Pole] = relationship()


class Request(Base):
    """A member's request for service, as confirmed by the member."""

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(100), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    status: Mapped[RequestStatus] = mapped_column(index=True)
    language: Mapped[Language]

    organisation_name: Mapped[str] = mapped_column(String(200))
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

    fields: Mapped[list["RequestField"]] = relationship(
        order_by="RequestField.rank", cascade="all, delete-orphan"
    )
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan")
    status_changes: Mapped[list["StatusChange"]] = relationship(
        order_by="StatusChange.id", cascade="all, delete-orphan"
    )
    outbox_messages: Mapped[list["OutboxMessage"]] = relationship(
        order_by="OutboxMessage.id", cascade="all, delete-orphan"
    )
    region: Mapped[Region | None] = relationship()


class RequestField(Base):
    """A field that a request is routed to; rank 1 is the main one."""

    __tablename__ = "request_fields"
    __table_args__ = (UniqueConstraint("request_id", "rank"),)

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


class StatusChange(Base):
    __tablename__ = "status_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    from_status: Mapped[RequestStatus | None]
    to_status: Mapped[RequestStatus]
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    changed_by: Mapped[str] = mapped_column(String(100))


class OutboxMessage(Base):
    """An e-mail that a committed request owes; sent after commit, at least once."""

    __tablename__ = "outbox_messages"

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


class ReferenceSequence(Base):
    """The last reference number given in a year."""

    __tablename__ = "reference_sequences"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Conversation(Base):
    """A conversation, from its opening until it is erased."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("pole_slug", "identity_nonce"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    language: Mapped[Language]
    pole_slug: Mapped[str | None] = mapped_column(ForeignKey("poles.slug"), index=True)
    # Of the signed identity that opened it: a signature opens one conversation.
    identity_nonce: Mapped[str | None] = mapped_column(String(64))
    member_id: Mapped[str | None] = mapped_column(String(100))


class ChatTurn(Base):
    """A message of a conversation and the answer it got, so that a repeat gets the same one."""

    __tablename__ = "chat_turns"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(64))
    # Digest of what the member sent: the payload is another where a choice or a retry was sent.
    fingerprint: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    language: Mapped[Language]
    messages: Mapped[list | None] = mapped_column(JSON)
    failed: Mapped[bool] = mapped_column(default=False)
