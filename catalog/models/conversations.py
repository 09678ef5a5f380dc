"""Conversations, what was said in them, and how it was understood and reviewed."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as written
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, utc_now
from catalog.models.enums import Language, Outcome
from catalog.models.staff import Account

# The order of a draw, told from a message's number alone: a cube, modulo a prime. The first factor
# is too large for PostgreSQL's integer, so that all is reckoned in larger ones.
DRAW = (
    "(id * 2862933555 % 2147483647)"
    " * (id * 2862933555 % 2147483647) % 2147483647"
    " * (id * 2862933555 % 2147483647) % 2147483647"
)


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
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    language: Mapped[Language]
    messages: Mapped[list | None] = mapped_column(JSON)
    failed: Mapped[bool] = mapped_column(default=False)


class Interpretation(Base):
    """A member's message, redacted, as the bot understood it."""

    __tablename__ = "interpretations"
    __table_args__ = (
        Index("ix_interpretations_confidence", "confidence", "id"),
        Index("ix_interpretations_text_key", "text_key"),
        Index("ix_interpretations_draw", written(f"({DRAW})"), "id"),
        Index(
            "ix_interpretations_recheck",
            "id",
            postgresql_where=written("recheck"),
            sqlite_where=written("recheck"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Its event in Rasa's tracker store, of which it is made exactly once.
    event_id: Mapped[int] = mapped_column(unique=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    said_at: Mapped[dt.datetime] = mapped_column(index=True)
    pole_slug: Mapped[str | None] = mapped_column(ForeignKey("poles.slug"))
    language: Mapped[Language]
    text: Mapped[str] = mapped_column(Text)
    # The same for messages that differ in accents, case and punctuation alone.
    text_key: Mapped[str] = mapped_column(String(64))
    intent: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[Outcome]
    # Slugs to act on, the main one first, and the probability of each likely field.
    fields: Mapped[list[str]] = mapped_column(JSON)
    ranking: Mapped[dict[str, float]] = mapped_column(JSON)
    # Of the first field for a need, else of the intent.
    confidence: Mapped[float]
    model_version: Mapped[str] = mapped_column(String(64))
    # Whether a verdict on the same words asks to look at this one (`catalog.rechecks`).
    recheck: Mapped[bool] = mapped_column(server_default=written("false"), default=False)
    reviews: Mapped[list["Review"]] = relationship(
        order_by="Review.id", cascade="all, delete-orphan"
    )


class InterpretationDay(Base):
    """Messages of a day in Québec, by outcome, for figures that come at once.

    A message is counted in four rows: those of its pôle and of all pôles, each for its main field
    and for all fields. They name no one: they stay when the messages are erased.
    """

    __tablename__ = "interpretation_days"

    # `*` for all; empty for none, as a key holds no null.
    pole_slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    field_slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    language: Mapped[Language] = mapped_column(primary_key=True)
    # How many messages had each outcome, under its name.
    route: Mapped[int]
    several: Mapped[int]
    clarify: Mapped[int]
    unsure: Mapped[int]
    other: Mapped[int]
    # Of the needs: all but those of the outcome `other`.
    confidence_sum: Mapped[float]


class Review(Base):
    """A person's verdict on an interpretation; one a person."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("interpretation_id", "account_id"),
        Index(
            "ix_reviews_flagged",
            "interpretation_id",
            postgresql_where=written("flagged"),
            sqlite_where=written("flagged"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interpretation_id: Mapped[int] = mapped_column(ForeignKey("interpretations.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    reviewed_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    intent: Mapped[str] = mapped_column(String(64))
    # Slugs, the main one first; none where the message is no need.
    fields: Mapped[list[str]] = mapped_column(JSON)
    flagged: Mapped[bool] = mapped_column(default=False)
    # The queue it was met in: only a random sample tells an honest accuracy.
    queue: Mapped[str] = mapped_column(String(32))
    account: Mapped[Account] = relationship()
