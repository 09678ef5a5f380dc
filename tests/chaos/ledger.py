"""What members were told, held against what the catalog holds and the mail server took in."""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from catalog.database import SessionFactory
from catalog.models import (
    ConsentPurpose,
    Language,
    MessageKind,
    OutboxMessage,
    ReferenceSequence,
    Request,
)

OUTBOX_ID = re.compile(r"<outbox-(\d+)\b")


@dataclass(frozen=True)
class Wish:
    """What someone set out to file; their organisation is theirs alone."""

    organisation: str
    language: Language
    description: str
    wants_news: bool = False


@dataclass
class Ledger:
    """Kept by whoever plays the members; safe to write to from several threads."""

    sessions: SessionFactory
    wishes: dict[str, Wish] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def wished(self, wish: Wish) -> None:
        """Note that `wish` may be filed from now on, whatever comes of it."""
        with self._writing:
            self.wishes[wish.organisation] = wish

    def acknowledged(self, organisation: str, reference: str) -> None:
        """Note that a member was told the reference of their request."""
        with self._writing:
            assert self.told.setdefault(organisation, reference) == reference

    def check_requests(self) -> int:
        """What was acknowledged exists once, as it was wished; the rest at most once.

        Returns:
            How many requests there are.
        """
        with self.sessions.begin() as session:
            requests = list(session.scalars(select(Request)))
            filed = {request.organisation_name: request for request in requests}
            assert len(filed) == len(requests), "some were filed twice"
            assert filed.keys() <= self.wishes.keys(), "some were filed that nobody wished"
            lost = self.told.items() - {(name, r.reference) for name, r in filed.items()}
            assert not lost, f"acknowledged, and not there: {lost}"
            for request in requests:
                self._check_as_wished(request)
                self._check_emails_owed(request)
            last = session.scalar(select(func.sum(ReferenceSequence.last_number))) or 0
            assert last == len(requests), "a reference was given to nothing"
        return len(requests)

    def check_emails(self, delivered: Counter[str], doubles_allowed: int) -> None:
        """Each e-mail that is owed left once, by its Message-ID.

        Args:
            delivered: How often the mail server took in each Message-ID.
            doubles_allowed: How many may have left once more, their sender having been cut off
                after the server took them in and before it could be known.
        """
        with self.sessions.begin() as session:
            messages = list(session.scalars(select(OutboxMessage)))
            unsent = [message.id for message in messages if not message.sent_at]
            assert not unsent, f"never sent: {unsent}"
            owed = {
                f"<outbox-{message.id}-{message.created_at:%Y%m%d%H%M%S}@consortium.example>"
                for message in messages
            }
        assert delivered.keys() == owed, "some were lost, or never owed"
        doubles = delivered.total() - len(owed)
        assert doubles <= doubles_allowed, f"{doubles} left twice, {doubles_allowed} may have"

    def _check_as_wished(self, request: Request) -> None:
        wish = self.wishes[request.organisation_name]
        assert (request.language, request.description) == (wish.language, wish.description)
        agreed = {consent.purpose: consent.granted for consent in request.consents}
        assert agreed == {ConsentPurpose.CONTACT: True, ConsentPurpose.NEWS: wish.wants_news}

    def _check_emails_owed(self, request: Request) -> None:
        recipients = [message.recipient for message in request.outbox_messages]
        kinds = Counter(message.kind for message in request.outbox_messages)
        assert len(set(recipients)) == len(recipients)
        assert kinds[MessageKind.MEMBER] == 1 <= kinds[MessageKind.TEAM]
        for message in request.outbox_messages:
            assert request.reference in message.body
            if message.kind is MessageKind.MEMBER:
                assert message.language == request.language
