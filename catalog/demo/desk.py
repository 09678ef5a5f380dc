"""What the staff of a demo do with a request, as far as the present lets them."""

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from catalog.answer_templates import AnswerTemplate, answer_templates
from catalog.casework import add_note, answer, assign, merge, set_fields, set_status
from catalog.demo.clock import Clock
from catalog.demo.moments import at_work
from catalog.demo.staff import Staff
from catalog.demo.words import draw, messages
from catalog.models import Account, Language, Request, RequestStatus, Role
from catalog.promises import DAY

SETS_FIELDS_RIGHT, NOTES, ANSWERS_TWICE, CLOSES = 0.85, 0.45, 0.12, 0.85
NEVER_TAKEN_UP, NEVER_ANSWERED = 0.003, 0.006
# Hours to the answer, and how often it takes so long.
DELAYS = (((1, 8), 0.58), ((8, 21), 0.34), ((30, 150), 0.08))
# What no field claims waits for someone who chooses one.
TO_QUALIFY = (6, 60)
TEMPLATES = {"call": 5, "details": 4, "offer": 4, "elsewhere": 1}
A_BLANK_TO_LIST = re.compile(r"^–[^\S\n]*$", re.MULTILINE)
A_BLANK_DATE = re.compile(r"[^\S\n]{5,}(?=\.)")

Act = tuple[dt.datetime, Callable[[], None]]


class Desk:
    """The staff of one transaction, and the time up to which they have worked."""

    def __init__(
        self, session: Session, clock: Clock, rng: random.Random, staff: Staff, until: dt.datetime
    ) -> None:
        self._session = session
        self._clock = clock
        self._rng = rng
        self._agents = staff[Role.AGENT]
        self._administrator = staff[Role.ADMINISTRATOR][0]
        self._until = until

    def work_on(self, request: Request, truth: tuple[str, ...]) -> None:
        """Take a request up, answer it, close it: what was to happen by now."""
        if self._rng.random() < NEVER_TAKEN_UP:
            return
        self._do(self._acts(request, truth))

    def merge(self, double: Request, kept: Request) -> None:
        """Have an agent see that a request is asked twice."""
        by = self._agent_for(kept)
        at = at_work(self._rng, double.created_at, self._rng.uniform(0.5, 20))
        self._do([(at, lambda: merge(self._session, double, kept, by))])

    def _do(self, acts: Iterator[Act] | list[Act]) -> None:
        for at, act in acts:
            if at >= self._until:
                return
            self._clock.now = at
            act()

    def _acts(self, request: Request, truth: tuple[str, ...]) -> Iterator[Act]:
        rng, session = self._rng, self._session
        (soonest, latest), _ = rng.choices(DELAYS, [share for _, share in DELAYS])[0]
        to_answer = rng.uniform(soonest, latest)
        if not request.fields:
            to_answer += rng.uniform(*TO_QUALIFY)
        at = at_work(rng, request.created_at, to_answer * rng.uniform(0.2, 0.8))
        wanted = self._wanted_fields(request, truth)
        if wanted:
            by = rng.choice([self._administrator, self._agent_of(wanted[0])])
            yield at, lambda: set_fields(session, request, wanted, by)
            at += dt.timedelta(minutes=rng.randint(1, 15))
        agent = self._agent_for(request)
        yield at, lambda: assign(session, request, agent, rng.choice([agent, self._administrator]))
        at += dt.timedelta(minutes=rng.randint(1, 20))
        yield at, lambda: set_status(session, request, RequestStatus.IN_PROGRESS, agent)
        if rng.random() < NOTES:
            at += dt.timedelta(minutes=rng.randint(2, 40))
            yield at, lambda: self._note(request, agent)
        if rng.random() >= NEVER_ANSWERED:
            yield from self._answering(request, agent, at, to_answer)

    def _answering(
        self, request: Request, agent: Account, begun_at: dt.datetime, hours: float
    ) -> Iterator[Act]:
        rng = self._rng
        at = max(
            at_work(rng, request.created_at, hours),
            begun_at + dt.timedelta(minutes=rng.randint(5, 60)),
        )
        yield at, lambda: self._answer(request, agent)
        if rng.random() < ANSWERS_TWICE:
            at = at_work(rng, at, rng.uniform(20, 120))
            yield at, lambda: self._answer(request, agent)
        if rng.random() < CLOSES:
            at = at_work(rng, at + rng.uniform(2, 40) * DAY, 0)
            if rng.random() < NOTES:
                yield at, lambda: self._note(request, agent)
            closed = RequestStatus.CLOSED
            yield at, lambda: set_status(self._session, request, closed, agent)

    def _wanted_fields(self, request: Request, truth: tuple[str, ...]) -> list[str]:
        """Those that the request should bear, where an agent sees that it does not."""
        slugs = [row.field_slug for row in request.fields]
        if not slugs:
            return list(truth)
        # One of several separate requests is rightly about one of the needs alone.
        is_right = set(slugs) <= set(truth) or self._rng.random() > SETS_FIELDS_RIGHT
        return [] if is_right else list(truth)

    def _agent_for(self, request: Request) -> Account:
        return self._agent_of(request.fields[0].field_slug) if request.fields else self._agents[0]

    def _agent_of(self, slug: str) -> Account:
        return self._agents[list(messages()["fields"]).index(slug) % len(self._agents)]

    def _note(self, request: Request, by: Account) -> None:
        add_note(self._session, request, self._rng.choice(messages()["notes"]), by)

    def _answer(self, request: Request, by: Account) -> None:
        name = self._rng.choices(list(TEMPLATES), list(TEMPLATES.values()))[0]
        template = answer_templates(request)[name]
        body = self._filled_in(name, template, request.language)
        answer(self._session, request, template.subject, f"{body}\n\n{by.name}", by)

    def _filled_in(self, name: str, template: AnswerTemplate, language: Language) -> str:
        """The body with words where the template leaves a blank for them."""
        kind = "referrals" if name == "elsewhere" else "details"
        listed = A_BLANK_TO_LIST.sub(
            lambda _: f"– {draw(self._rng, kind, language)}", template.body
        )
        day = (self._clock.now + 5 * DAY).date()
        return A_BLANK_DATE.sub(f" {day.isoformat()}", listed)
