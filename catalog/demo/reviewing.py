"""Verdicts that the two reviewers of a demo give on what was said."""

import datetime as dt
import random
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.demo.clock import Clock
from catalog.demo.moments import at_work
from catalog.demo.staff import Staff
from catalog.demo.stories import Message
from catalog.demo.words import neighbour
from catalog.models import Interpretation, Outcome, Role
from catalog.promises import DAY
from catalog.reviews import Queue, review

# Of what was said long enough ago, and of what was said this week.
REVIEWED, REVIEWED_SO_SOON = 0.38, 0.08
SOON = 7 * DAY
BY_BOTH, MISTAKEN, FLAGGED = 0.28, 0.07, 0.03
QUEUES = {Queue.SAMPLE: 5, Queue.ALL: 2, Queue.UNSEEN: 1}
DOUBTFUL = (Outcome.CLARIFY, Outcome.UNSURE)


@dataclass(frozen=True)
class Verdict:
    reviewer: int
    at: dt.datetime
    intent: str
    fields: tuple[str, ...]
    queue: Queue
    flagged: bool


def draw_verdicts(rng: random.Random, message: Message, until: dt.datetime) -> list[Verdict]:
    """Those given on a message by now: none, one, or one by each reviewer."""
    is_recent = until - message.at < SOON
    if rng.random() > (REVIEWED_SO_SOON if is_recent else REVIEWED):
        return []
    reviewers = rng.sample(range(2), 2 if rng.random() < BY_BOTH else 1)
    queue = Queue.UNCERTAIN if message.understood.outcome in DOUBTFUL else None
    queue = rng.choices(list(QUEUES), list(QUEUES.values()))[0] if rng.random() < 0.6 else queue
    given = [_verdict(rng, message, reviewer, queue or Queue.SAMPLE) for reviewer in reviewers]
    return [verdict for verdict in given if verdict.at < until]


def give(
    session: Session,
    clock: Clock,
    staff: Staff,
    interpretation: Interpretation,
    verdicts: list[Verdict],
) -> None:
    for verdict in sorted(verdicts, key=lambda verdict: verdict.at):
        clock.now = verdict.at
        review(
            session,
            staff[Role.REVIEWER][verdict.reviewer],
            interpretation.id,
            verdict.intent,
            verdict.fields,
            verdict.queue,
            verdict.flagged,
        )


def _verdict(rng: random.Random, message: Message, reviewer: int, queue: Queue) -> Verdict:
    fields = message.truth
    if fields and rng.random() < MISTAKEN:
        fields = (neighbour(fields[0]),)
    at = at_work(rng, message.at, rng.uniform(4, 120))
    return Verdict(reviewer, at, message.intent, fields, queue, rng.random() < FLAGGED)
