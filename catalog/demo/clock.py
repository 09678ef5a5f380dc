"""The one place where the demo sets the time of what it does.

Filing, casework, reviews and accounts say when a thing was done by `utc_now`, and columns by their
defaults; an audit entry cannot be set right afterwards. So for as long as the demo is made, and in
its process alone, both ask this clock.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from catalog import accounts, casework, consents, requests, reviews
from catalog.models import (
    Account,
    AccountSession,
    AuditEntry,
    FieldsChange,
    Note,
    OutboxMessage,
    StatusChange,
    utc_now,
)

ASKED_BY = (accounts, casework, consents, requests, reviews)
STAMPED = {
    Account: ("created_at",),
    AccountSession: ("created_at", "last_seen_at"),
    AuditEntry: ("at",),
    FieldsChange: ("changed_at",),
    Note: ("written_at",),
    OutboxMessage: ("created_at",),
    StatusChange: ("changed_at",),
}


class Clock:
    """What the code takes for the present: `now`, which the demo sets before each act."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> dt.datetime:
        return self.now

    def stamp(self, session: Session, added: object) -> None:
        """Date what `session` begins to hold, unless its maker did."""
        for name in STAMPED.get(type(added), ()):
            if getattr(added, name) is None:
                setattr(added, name, self.now)

    def attend(self, session: Session) -> None:
        """Date whatever is added to `session`."""
        event.listen(session, "transient_to_pending", self.stamp)


@contextmanager
def demo_clock() -> Iterator[Clock]:
    """A clock that the code asks for the time until the block ends."""
    clock = Clock()
    try:
        for module in ASKED_BY:
            module.utc_now = clock
        yield clock
    finally:
        for module in ASKED_BY:
            module.utc_now = utc_now
