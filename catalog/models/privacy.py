"""What the law on personal information has us keep: purges, erasures, and incidents."""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, utc_now
from catalog.models.enums import PurgeKind


class Purge(Base):
    """The proof that what was past its term was removed: how many, and of up to when."""

    __tablename__ = "purges"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    kind: Mapped[PurgeKind]
    count: Mapped[int]
    # What was older than this went.
    before: Mapped[dt.datetime]


class Erasure(Base):
    """That a person's request was erased, without anything of the person."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Incident(Base):
    """A confidentiality incident, as the register must tell it; it names no one."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # A date or a period, near enough where it is not known.
    happened: Mapped[str] = mapped_column(String(200))
    found_on: Mapped[dt.date] = mapped_column(index=True)
    circumstances: Mapped[str] = mapped_column(Text)
    # What kinds of information, and of what kinds of people.
    information: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(Text)
    # None while it is not known.
    people_count: Mapped[int | None]
    serious: Mapped[bool]
    # Why there is a risk of serious injury, or none.
    reasons: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    regulator_told_on: Mapped[dt.date | None]
    people_told_on: Mapped[dt.date | None]
    # Why by a public notice, where people were told by one.
    public_notice: Mapped[str | None] = mapped_column(Text)
    closed_on: Mapped[dt.date | None]
