"""Runs of the learning loop: a candidate model, how it compares, and what was decided of it."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, utc_now
from catalog.models.enums import LearningState
from catalog.models.staff import Account


class LearningRun(Base):
    __tablename__ = "learning_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # None for the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[LearningState] = mapped_column(default=LearningState.ASKED, index=True)
    state_since: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # What the reviewed messages added to the training messages, as a unified diff.
    diff: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[int] = mapped_column(default=0)
    # What `bot.compare` found.
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(1000))
    account: Mapped[Account | None] = relationship()
