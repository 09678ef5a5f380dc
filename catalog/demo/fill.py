"""Make the demo: tell a year of stories, then live them through the real code."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import SessionFactory
from catalog.demo import filing, ledger, reviewing, staff
from catalog.demo.clock import Clock, demo_clock
from catalog.demo.desk import Desk
from catalog.demo.marks import DemoError, is_there
from catalog.demo.members import Members
from catalog.demo.moments import YEAR
from catalog.demo.stories import Story, tell_year
from catalog.demo.words import messages
from catalog.interpretation_days import count_interpretations
from catalog.models import Field, Interpretation, Language, Pole, Request, utc_now
from catalog.promises import DAY

SEED = 2012
REQUESTS = 1200
# Few enough that what runs beside waits less than it would give up after.
BATCH = 25


@dataclass
class Made:
    """How much a demo holds."""

    requests: int = 0
    conversations: int = 0
    messages: int = 0
    reviews: int = 0


@dataclass(frozen=True)
class _Demo:
    """What every batch of a demo needs."""

    clock: Clock
    rng: random.Random
    until: dt.datetime
    # Conversations that ended before are erased, as `catalog.retention` would.
    erased_before: dt.datetime
    names: dict[Language, dict[str, str]]
    made: Made = field(default_factory=Made)


def fill(
    sessions: SessionFactory,
    requests: int = REQUESTS,
    seed: int = SEED,
    conversation_days: int = 90,
    until: dt.datetime | None = None,
) -> Made:
    """Fill the database with about `requests` requests of the year that ends at `until`.

    Each batch is committed whole, so that what runs beside never waits for long.

    Raises:
        DemoError: there is a demo already, or a field it writes about is not served.
    """
    until, rng = until or utc_now(), random.Random(seed)
    with demo_clock() as clock:
        with sessions.begin() as session:
            poles = _prepare(session, clock, until)
            demo = _Demo(clock, rng, until, until - conversation_days * DAY, _names(session))
        stories = tell_year(rng, Members(rng, poles), requests, until)
        for number, batch in enumerate(_batches(stories)):
            with sessions.begin() as session:
                clock.attend(session)
                if number == 0:
                    filing.pass_audited_ids(session)
                _live(session, demo, batch, f"batch {number}")
        with sessions.begin() as session:
            clock.attend(session)
            staff.keep_views(session)
            staff.sign_in_and_out(session, clock, rng, until)
    return demo.made


def _prepare(session: Session, clock: Clock, until: dt.datetime) -> list[tuple[str, str | None]]:
    """Open the accounts, and tell the pôles that members may come by."""
    if is_there(session):
        raise DemoError("there is a demo already; `demo --remove` takes it out")
    served = set(session.scalars(select(Field.slug).where(Field.active)))
    if missing := set(messages()["fields"]) - served:
        raise DemoError(f"the demo writes about fields that are not served: {sorted(missing)}")
    clock.attend(session)
    ledger.note_sequences(session)
    staff.open_accounts(session, clock, until - (YEAR + 7) * DAY)
    poles = select(Pole.slug, Pole.region_code).where(Pole.active).order_by(Pole.slug)
    return [(slug, region) for slug, region in session.execute(poles)]


def _names(session: Session) -> dict[Language, dict[str, str]]:
    """The fields' names in each language, in the catalog's order."""
    fields = session.scalars(select(Field).where(Field.active).order_by(Field.position)).all()
    return {language: {f.slug: f.name(language) for f in fields} for language in Language}


def _batches(stories: list[Story]) -> Iterator[list[Story]]:
    for start in range(0, len(stories), BATCH):
        yield stories[start : start + BATCH]


def _live(session: Session, demo: _Demo, stories: list[Story], name: str) -> None:
    """Have `stories` happen: what members said and filed, then what staff did."""
    people = staff.staff_of(session)
    desk = Desk(session, demo.clock, demo.rng, people, demo.until)
    counted: list[Interpretation] = []
    kept: list[tuple[Interpretation, list[reviewing.Verdict]]] = []
    for story in stories:
        requests = filing.file_story(session, demo.clock, story) if story.is_filed else []
        if not story.by_form:
            _converse(session, demo, story, requests)
        for message in story.messages:
            is_erased = story.at < demo.erased_before
            interpretation = filing.interpretation_of(story, message, is_erased)
            counted.append(interpretation)
            verdicts = reviewing.draw_verdicts(demo.rng, message, demo.until)
            if verdicts or not is_erased:
                kept.append((interpretation, verdicts))
        _handle(session, demo, desk, story, requests)
        demo.made.requests += len(requests)
    filing.add_interpretations(session, [interpretation for interpretation, _ in kept])
    count_interpretations(session, counted)
    ledger.note_counted(session, name, counted)
    for interpretation, verdicts in kept:
        reviewing.give(session, demo.clock, people, interpretation, verdicts)
        demo.made.reviews += len(verdicts)
    demo.made.messages += len(counted)


def _converse(session: Session, demo: _Demo, story: Story, requests: list[Request]) -> None:
    filing.add_conversation(session, story)
    demo.made.conversations += 1
    if story.at >= demo.erased_before:
        filing.add_turns(session, story, requests, demo.names[story.member.language])


def _handle(
    session: Session, demo: _Demo, desk: Desk, story: Story, requests: list[Request]
) -> None:
    first = story.double_of
    for number, request in enumerate(requests):
        if first and number < len(first.request_ids):
            desk.merge(request, session.get_one(Request, first.request_ids[number]))
        else:
            desk.work_on(request, story.truth)
        session.flush()
        filing.settle(demo.rng, request.outbox_messages, demo.until)
