"""Put a story in the database: its conversation, its messages as understood, and its requests."""

import datetime as dt
import random
from contextlib import nullcontext

from sqlalchemy import Integer, cast, event, func, select
from sqlalchemy.orm import Session

from catalog.anonymize import anonymize
from catalog.consents import answer_consents
from catalog.demo.clock import Clock
from catalog.demo.speech import turns_of
from catalog.demo.stories import Message, Story
from catalog.interpretations import FORGOTTEN, text_key
from catalog.models import (
    AuditEntry,
    ConsentPurpose,
    Conversation,
    Interpretation,
    OutboxMessage,
    Request,
)
from catalog.outbox import MAX_ATTEMPTS
from catalog.promises import DAY, QUEBEC
from catalog.requests import RequestDraft, file_requests
from catalog.urgency import is_urgent

PARKED = 0.04
PARKED_WITHIN = 30 * DAY
WHY_PARKED = "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable (demo)"
# Of no event and of no forgotten interpretation: those are numbered from -1 down.
PROVISIONAL = -(2**30)


class Joined:
    """Sessions of which each is the one given: what files by itself then joins our transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self) -> nullcontext[Session]:
        return nullcontext(self._session)


def file_story(session: Session, clock: Clock, story: Story) -> list[Request]:
    """File what the member asked for, when they did."""
    clock.now = story.at
    fields = list(story.routing.fields)
    groups = [[choice] for choice in fields] if story.routing.separate else [fields]
    drafts = [_draft(story, group, number) for number, group in enumerate(groups, start=1)]
    requests = file_requests(Joined(session), drafts)
    story.request_ids = [request.id for request in requests]
    return requests


def add_conversation(session: Session, story: Story) -> None:
    conversation = Conversation(
        id=story.key,
        opened_at=story.opened_at,
        language=story.member.language,
        pole_slug=story.pole_slug,
    )
    session.add(conversation)


def add_turns(
    session: Session, story: Story, requests: list[Request], names: dict[str, str]
) -> None:
    session.add_all(turns_of(story, requests, names))


def interpretation_of(story: Story, message: Message, is_erased: bool) -> Interpretation:
    """A message as it is kept, or as it is left once its conversation was erased."""
    language, understood = story.member.language, message.understood
    text = anonymize(message.text, language)
    return Interpretation(
        conversation_id=FORGOTTEN if is_erased else story.key,
        said_at=message.at,
        pole_slug=story.pole_slug,
        language=language,
        text=text,
        text_key=text_key(text),
        intent=understood.intent,
        outcome=understood.outcome,
        fields=list(understood.fields),
        ranking=understood.ranking,
        confidence=understood.confidence,
        model_version=message.model_version,
    )


def add_interpretations(session: Session, interpretations: list[Interpretation]) -> None:
    """Add them under numbers that are no event's, or whoever follows Rasa's would skip some."""
    for number, interpretation in enumerate(interpretations):
        interpretation.event_id = PROVISIONAL - number
    session.add_all(interpretations)
    session.flush()
    for interpretation in interpretations:
        interpretation.event_id = -interpretation.id
    session.flush()


def settle(rng: random.Random, messages: list[OutboxMessage], until: dt.datetime) -> None:
    """Mark e-mails as sent, or given up, so that none ever leaves."""
    for message in messages:
        if message.next_attempt_at is None:
            continue
        message.next_attempt_at = None
        is_late = until - message.created_at < PARKED_WITHIN
        if is_late and rng.random() < PARKED:
            message.attempts = MAX_ATTEMPTS
            message.parked_at = min(message.created_at + dt.timedelta(hours=2), until)
            message.last_error = WHY_PARKED
        else:
            message.attempts = 1
            message.sent_at = message.created_at + dt.timedelta(seconds=rng.randint(2, 40))


def pass_audited_ids(session: Session) -> None:
    """Have the next request bear an id that no removed one bore.

    SQLite gives the ids of removed rows again, and the audit trail, which stays, would tell of
    this demo's requests what was done to those of an earlier one.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    audited = select(func.max(cast(AuditEntry.subject_id, Integer))).filter_by(subject="requests")
    last = max(session.scalar(audited) or 0, session.scalar(select(func.max(Request.id))) or 0)

    # SQLite numbers the rest from there.
    first = iter((last + 1,))

    def number(_session: Session, added: object) -> None:
        if isinstance(added, Request):
            added.id = next(first, None)

    event.listen(session, "transient_to_pending", number)


def _draft(story: Story, fields: list, number: int) -> RequestDraft:
    member = story.member
    granted = [ConsentPurpose.CONTACT, *([ConsentPurpose.NEWS] if story.wants_news else [])]
    day = story.at.astimezone(QUEBEC).date()
    return RequestDraft(
        idempotency_key=f"{story.key}:{number}",
        conversation_id=story.conversation_id,
        language=member.language,
        organisation_name=member.organisation,
        organisation_kind=member.kind,
        member_standing=member.standing,
        contact_name=member.name,
        contact_email=member.email,
        contact_phone=member.phone,
        region_code=member.region_code,
        outside_quebec=member.outside_quebec,
        pole_slug=story.pole_slug,
        description=story.description,
        deadline=story.deadline,
        deadline_words=story.deadline_words,
        urgency="urgent" if is_urgent(story.description, story.deadline, day) else "normal",
        budget=story.budget,
        fields=fields,
        to_qualify=not fields,
        consents=answer_consents(granted),
    )
