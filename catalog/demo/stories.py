"""What happens in a demo, as if members had written: told here, put in the database elsewhere."""

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from catalog.demo.marks import PREFIX
from catalog.demo.members import Member, Members
from catalog.demo.moments import filing_moments
from catalog.demo.understanding import Understood, model_at, understand_need, understand_other
from catalog.demo.words import draw, draw_field, draw_need, draw_other, neighbour
from catalog.models import Outcome, SetBy
from catalog.promises import DAY, QUEBEC
from catalog.requests import FieldChoice

# Of what is filed.
BY_FORM, TWO_NEEDS, ASKED_TWICE = 0.12, 0.11, 0.03
GREETS_FIRST, WITH_DEADLINE, IN_WORDS, WITH_BUDGET, WANTS_NEWS = 0.22, 0.35, 0.3, 0.25, 0.3
# Beside each hundred requests: conversations that asked for nothing, or ended before filing.
NO_NEED, ABANDONED = 40, 12
NOTICES_WRONG_FIELD, WANTS_SEPARATE, CHOOSES_RIGHT, CHOOSES_AMONG_UNSURE = 0.25, 0.3, 0.9, 0.55
LEAVES_FIELD_OPEN = 0.2
TALK = dt.timedelta(minutes=7)
PAUSE = dt.timedelta(seconds=35)
HUMAN, OTHER, YES = "human", "other", "yes"


@dataclass(frozen=True)
class Message:
    """Words typed in a conversation, how the bot took them, and what they truly were."""

    text: str
    at: dt.datetime
    understood: Understood
    model_version: str
    intent: str
    truth: tuple[str, ...]


@dataclass(frozen=True)
class Routing:
    """The fields that bot and member agreed on, and the choices by which they did."""

    fields: tuple[FieldChoice, ...] = ()
    choices: tuple[str, ...] = ()
    separate: bool = False


@dataclass
class Story:
    """A conversation, or a form filled in; what came of it, if anything, ended at `at`."""

    key: str
    at: dt.datetime
    member: Member
    pole_slug: str | None
    messages: list[Message] = field(default_factory=list)
    truth: tuple[str, ...] = ()
    description: str = ""
    routing: Routing = Routing()
    is_filed: bool = False
    by_form: bool = False
    deadline: dt.date | None = None
    deadline_words: str | None = None
    budget: str | None = None
    wants_news: bool = False
    # The story that asked the same thing before.
    double_of: "Story | None" = None
    # Of what was filed, once it is.
    request_ids: list[int] = field(default_factory=list)

    @property
    def opened_at(self) -> dt.datetime:
        return self.at - TALK

    @property
    def conversation_id(self) -> str | None:
        return None if self.by_form else self.key


def tell_year(
    rng: random.Random, members: Members, requests: int, until: dt.datetime
) -> list[Story]:
    """About `requests` requests and all that goes with them, oldest first."""
    teller = _Teller(rng, members, until)
    stories = []
    for at in filing_moments(rng, requests, until):
        stories.append(teller.need(at))
        if rng.random() < ASKED_TWICE:
            stories += teller.asked_again(stories[-1])
    for at in filing_moments(rng, requests * ABANDONED // 100, until):
        stories.append(replace(teller.need(at, by_form=False), is_filed=False))
    for at in filing_moments(rng, requests * NO_NEED // 100, until):
        stories.append(teller.no_need(at))
    return sorted(stories, key=lambda story: story.at)


class _Teller:
    def __init__(self, rng: random.Random, members: Members, until: dt.datetime) -> None:
        self._rng = rng
        self._members = members
        self._until = until
        self._told = 0

    def need(self, at: dt.datetime, by_form: bool | None = None) -> Story:
        rng, story = self._rng, self._begin(at)
        fields = [draw_field(rng, at.month)]
        if rng.random() < TWO_NEEDS:
            fields.append(draw_field(rng, at.month))
        story.truth = tuple(dict.fromkeys(fields))
        story.description = draw_need(rng, list(story.truth), story.member.language)
        story.by_form = rng.random() < BY_FORM if by_form is None else by_form
        story.is_filed = True
        self._add_terms(story)
        if story.by_form:
            story.routing = _on_the_form(rng, story.truth)
        else:
            self._converse(story)
        return story

    def asked_again(self, first: Story) -> list[Story]:
        """The same need once more some days later, if that is not yet to come."""
        # At the same hour in Québec, which is not of the night.
        later = first.at.astimezone(QUEBEC) + self._rng.randint(1, 6) * DAY
        at = later.replace(minute=self._rng.randrange(60)).astimezone(dt.UTC)
        if at >= self._until:
            return []
        reminder = draw(self._rng, "reminders", first.member.language)
        again = replace(first, key=self._key(), at=at, double_of=first, messages=[], request_ids=[])
        again.description += reminder
        if not again.by_form:
            self._converse(again)
        return [again]

    def no_need(self, at: dt.datetime) -> Story:
        story = self._begin(at)
        text, intent = draw_other(self._rng, story.member.language)
        self._hear(story, text, understand_other(self._rng, intent), intent)
        return story

    def _begin(self, at: dt.datetime) -> Story:
        member = self._members.draw()
        return Story(self._key(), at, member, self._members.draw_pole(member))

    def _key(self) -> str:
        self._told += 1
        return f"{PREFIX}{self._told:05d}"

    def _converse(self, story: Story) -> None:
        rng = self._rng
        if rng.random() < GREETS_FIRST:
            text, intent = draw_other(rng, story.member.language, "greet")
            self._hear(story, text, understand_other(rng, intent), intent)
        _, clear = model_at(self._until - story.at)
        understood = understand_need(rng, list(story.truth), clear)
        self._hear(story, story.description, understood, "need", story.truth)
        story.routing = _agreed(rng, story.truth, understood)

    def _hear(
        self,
        story: Story,
        text: str,
        understood: Understood,
        intent: str,
        truth: tuple[str, ...] = (),
    ) -> None:
        at = story.opened_at + PAUSE * (len(story.messages) + 1)
        version, _ = model_at(self._until - at)
        story.messages.append(Message(text, at, understood, version, intent, truth))

    def _add_terms(self, story: Story) -> None:
        rng, language = self._rng, story.member.language
        if rng.random() < WITH_DEADLINE:
            if rng.random() < IN_WORDS:
                story.deadline_words = draw(rng, "deadlines", language)
            else:
                story.deadline = story.at.astimezone(QUEBEC).date() + rng.randint(2, 75) * DAY
        if rng.random() < WITH_BUDGET:
            story.budget = draw(rng, "budgets", language)
        story.wants_news = rng.random() < WANTS_NEWS


def _on_the_form(rng: random.Random, truth: tuple[str, ...]) -> Routing:
    return Routing() if rng.random() < LEAVES_FIELD_OPEN else Routing(_by_member(truth))


def _agreed(rng: random.Random, truth: tuple[str, ...], understood: Understood) -> Routing:
    """What the member chooses among what the bot offers."""
    if understood.outcome is Outcome.SEVERAL:
        separate = rng.random() < WANTS_SEPARATE
        choice = "separate_requests" if separate else "one_request"
        return Routing(_by_bot(understood), (choice,), separate)
    if understood.outcome is Outcome.ROUTE:
        is_right = understood.fields[0] == truth[0]
        if is_right or rng.random() > NOTICES_WRONG_FIELD:
            return Routing(_by_bot(understood), (YES,))
        return Routing(_by_member(truth[:1], understood), (OTHER, truth[0]))
    if understood.outcome is Outcome.CLARIFY:
        chosen = truth[0] if rng.random() < CHOOSES_RIGHT else neighbour(truth[0])
        return Routing(_by_member((chosen,), understood), (chosen,))
    offered = truth[0] in understood.fields
    if offered and rng.random() < CHOOSES_AMONG_UNSURE:
        return Routing(_by_member(truth[:1], understood), (truth[0],))
    return Routing((), (HUMAN,))


def _by_bot(understood: Understood) -> tuple[FieldChoice, ...]:
    return tuple(
        FieldChoice(slug=slug, confidence=understood.ranking[slug], set_by=SetBy.BOT)
        for slug in understood.fields
    )


def _by_member(
    slugs: tuple[str, ...], understood: Understood | None = None
) -> tuple[FieldChoice, ...]:
    return tuple(
        FieldChoice(
            slug=slug,
            confidence=understood and understood.ranking[slug],
            set_by=SetBy.MEMBER,
        )
        for slug in slugs
    )
