"""What tells that the service works when no one looks."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, utc_now
from catalog.models.enums import Job


class LastRun(Base):
    """When a background job last ended well."""

    __tablename__ = "last_runs"

    job: Mapped[Job] = mapped_column(primary_key=True)
    ended_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
