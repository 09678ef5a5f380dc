"""The review desk: its queues, verdicts on messages, and what they say of the bot."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
import yaml
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from catalog.bot_figures import review_figures
from catalog.database import SessionFactory
from catalog.interpretations import text_key
from catalog.models import (
    Account,
    AuditEntry,
    Field,
    FieldsChange,
    Interpretation,
    Language,
    Outcome,
    Request,
    Review,
    Role,
)
from catalog.periods import Period
from catalog.rechecks import tell_rechecks
from catalog.requests import file_requests
from catalog.review_measures import Accuracy, Agreement, agreement, wilson
from catalog.review_queues import next_in_queue
from catalog.reviews import (
    Queue,
    ReviewError,
    intent_name,
    known_intents,
    review,
    review_alike,
    undo,
)
from tests.catalog.drafts import draft
from tests.catalog.processes import PATIENCE_SECONDS, ROOT

SAID_AT = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NO_NEED = {"intent": "greet", "outcome": Outcome.OTHER, "fields": []}
event_ids = count(1)


@pytest.fixture
def accounts(sessions: SessionFactory) -> list[Account]:
    pair = [
        Account(email=f"{name}@consortium.example", name=name, role=Role.REVIEWER)
        for name in ("anne", "bill")
    ]
    with sessions.begin() as session:
        session.add_all(pair)
    return pair


@pytest.fixture
def anne(accounts: list[Account]) -> Account:
    return accounts[0]


@pytest.fixture
def bill(accounts: list[Account]) -> Account:
    return accounts[1]


def accuracy(session: Session) -> list[Accuracy]:
    """Of the day of `SAID_AT`, as the dashboard tells it."""
    day = SAID_AT.date()
    return review_figures(session, Period(day, day + DAY), None, None).accuracy


class Desk:
    """One call a transaction, as the console makes them."""

    def __init__(self, sessions: SessionFactory) -> None:
        self.sessions = sessions

    def __getattr__(self, name: str) -> Any:
        use_case = {
            "next": next_in_queue,
            "review": review,
            "review_alike": review_alike,
            "undo": undo,
            "accuracy": accuracy,
            "agreement": agreement,
        }[name]

        def call(*args: Any, **options: Any) -> Any:
            with self.sessions.begin() as session:
                return use_case(session, *args, **options)

        return call

    def ids(self, account: Account, queue: Queue, **options: Any) -> list[int]:
        return [interpretation.id for interpretation in self.next(account, queue, **options)]

    def add(self, text: str = "on cherche un comptable", **changes: Any) -> int:
        values = {
            "event_id": next(event_ids),
            "conversation_id": "c1",
            "said_at": SAID_AT,
            "language": Language.FR,
            "text": text,
            "text_key": text_key(text),
            "intent": "need",
            "outcome": Outcome.ROUTE,
            "fields": ["accounting"],
            "ranking": {},
            "confidence": 0.5,
            "model_version": "m1",
        }
        interpretation = Interpretation(**values | changes)
        with self.sessions.begin() as session:
            session.add(interpretation)
            session.flush()
            # As whoever follows the events does.
            tell_rechecks(session, [interpretation.text_key])
        return interpretation.id

    def verdicts(self) -> list[tuple]:
        columns = (Review.interpretation_id, Review.account_id, Review.intent, Review.fields)
        with self.sessions() as session:
            return [tuple(row) for row in session.execute(select(*columns).order_by(Review.id))]

    def audit(self) -> list[AuditEntry]:
        with self.sessions() as session:
            return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


@pytest.fixture
def desk(sessions: SessionFactory) -> Desk:
    return Desk(sessions)


def need(*slugs: str) -> tuple[str, list[str]]:
    return "need", list(slugs)


# Queues


@pytest.mark.parametrize("queue", [q for q in Queue if q not in (Queue.SAMPLE, Queue.FLAGGED)])
def test_what_one_reviewed_is_left_to_the_other_alone(desk, anne, bill, queue: Queue) -> None:
    first = desk.add(text="a")
    if queue is Queue.RECHECK:
        third = Account(email="c@consortium.example", name="c", role=Role.REVIEWER)
        with desk.sessions.begin() as session:
            session.add(third)
        desk.review(third, first, *need("accounting"), Queue.ALL)
        first = desk.add(text="a", fields=["training"], model_version="m2")
    if queue is Queue.DISAGREEMENTS:
        put_right(desk, bill, "training")
    assert desk.ids(anne, queue) == [first]
    desk.review(anne, first, *need("training"), queue)
    assert desk.ids(anne, queue) == []
    assert desk.ids(bill, queue) == [first]


def test_the_least_certain_come_first(desk, anne) -> None:
    low, high, lower = (desk.add(confidence=c) for c in (0.25, 0.75, 0.125))
    same = desk.add(confidence=0.25)
    assert desk.ids(anne, Queue.UNCERTAIN) == [lower, low, same, high]


def test_all_come_newest_first(desk, anne) -> None:
    ids = [desk.add() for _ in range(3)]
    assert desk.ids(anne, Queue.ALL) == ids[::-1]


@pytest.mark.parametrize("queue", [Queue.UNCERTAIN, Queue.ALL, Queue.SAMPLE, Queue.UNSEEN])
def test_a_queue_can_be_gone_through_page_by_page(desk, anne, queue: Queue) -> None:
    for number in range(7):
        desk.add(confidence=number % 3 / 4)
    whole = desk.ids(anne, queue)
    assert len(whole) == 7
    paged, last = [], None
    while page := desk.ids(anne, queue, after_id=last, limit=3):
        assert len(page) <= 3
        paged, last = paged + page, page[-1]
    assert paged == whole


@pytest.mark.parametrize("queue", [Queue.UNCERTAIN, Queue.ALL, Queue.SAMPLE, Queue.UNSEEN])
def test_a_queue_keeps_to_a_language_and_a_field(desk, anne, queue: Queue) -> None:
    french = desk.add(fields=["training", "it_support"], outcome=Outcome.SEVERAL)
    english = desk.add(language=Language.EN, fields=["it_support"])
    # "_" is any letter in a pattern.
    desk.add(fields=["itxsupport", "training"])
    assert set(desk.ids(anne, queue, field="it_support")) == {french, english}
    assert desk.ids(anne, queue, language=Language.EN) == [english]
    assert desk.ids(anne, queue, language=Language.FR, field="it_support") == [french]


def test_unseen_are_those_whose_words_no_training_message_has(desk, anne) -> None:
    known = {text_key("On cherche un comptable !"), text_key("autre")}
    desk.add("on cherche un COMPTABLE")
    unseen = desk.add("on cherche une comptable")
    assert desk.ids(anne, Queue.UNSEEN, known_keys=known) == [unseen]


def test_unseen_are_found_behind_many_that_are_not(desk, anne) -> None:
    unseen = [desk.add(f"nouveau {number}") for number in range(2)]
    for _ in range(7):
        desk.add("connu")
    ids = desk.ids(anne, Queue.UNSEEN, known_keys={text_key("connu")}, limit=1)
    assert ids == [unseen[1]]


def put_right(
    desk: Desk, by: Account, *slugs: str, key: str = "k", at: dt.datetime = SAID_AT + DAY
) -> None:
    """File a request from the conversation at `at`; then staff give it the fields `slugs`."""
    [request] = file_requests(desk.sessions, [draft(key, conversation_id="c1")])
    with desk.sessions.begin() as session:
        session.get_one(Request, request.id).created_at = at
        for to_fields in (["payroll_benefits"], list(slugs)):
            session.add(
                FieldsChange(
                    request_id=request.id,
                    account_id=by.id,
                    from_fields=["accounting"],
                    to_fields=to_fields,
                )
            )


@pytest.mark.parametrize(
    ("outcome", "fields", "slugs", "disagree"),
    [
        (Outcome.ROUTE, ["accounting"], ["training"], True),
        (Outcome.ROUTE, ["accounting"], ["accounting", "training"], True),
        (Outcome.ROUTE, ["accounting"], ["accounting"], False),
        (Outcome.SEVERAL, ["accounting", "training"], ["training", "accounting"], True),
        (Outcome.SEVERAL, ["accounting", "training"], ["accounting", "training"], False),
        # What is only offered is right if the answer is in it.
        (Outcome.CLARIFY, ["accounting", "training"], ["training"], False),
        (Outcome.UNSURE, ["accounting", "training"], ["governance"], True),
    ],
)
def test_disagreements_are_those_that_staff_put_right(
    desk, anne, outcome: Outcome, fields: list[str], slugs: list[str], disagree: bool
) -> None:
    interpretation_id = desk.add(outcome=outcome, fields=fields)
    desk.add(outcome=outcome, fields=fields, conversation_id="c2")
    put_right(desk, anne, *slugs)
    assert desk.ids(anne, Queue.DISAGREEMENTS) == ([interpretation_id] if disagree else [])


def test_what_was_said_after_the_request_or_beside_it_is_no_disagreement(desk, anne) -> None:
    put_right(desk, anne, "training", at=SAID_AT - DAY)
    desk.add()
    put_right(desk, anne, "training", key="later")
    desk.add("bonjour", **NO_NEED)
    assert len(desk.ids(anne, Queue.DISAGREEMENTS)) == 1


def test_a_message_of_which_two_requests_were_put_right_is_met_once(desk, anne) -> None:
    interpretation_id = desk.add()
    put_right(desk, anne, "training", key="1")
    put_right(desk, anne, "governance", key="2")
    assert desk.ids(anne, Queue.DISAGREEMENTS) == [interpretation_id]


@pytest.mark.parametrize(
    ("newer", "asked"),
    [
        ({"fields": ["governance"], "model_version": "m2"}, True),
        ({"fields": ["accounting"], "model_version": "m2"}, False),
        # The verdict is what it has learnt.
        ({"fields": ["training"], "model_version": "m2"}, False),
        ({"fields": ["governance"], "model_version": "m1"}, False),
        ({"fields": ["governance"], "model_version": "m2", "text": "autre"}, False),
    ],
)
def test_a_verdict_is_checked_again_once_a_newer_model_changes_its_mind(
    desk, anne, bill, newer: dict, asked: bool
) -> None:
    desk.add(fields=["legal_services"], model_version="m0")
    desk.review(bill, desk.add(), *need("training"), Queue.ALL)
    again = desk.add(**newer)
    assert (again in desk.ids(anne, Queue.RECHECK)) is asked
    assert len(desk.ids(anne, Queue.RECHECK)) == asked, "an older model's is not asked about"


def test_a_verdict_that_is_taken_back_asks_for_no_other_look(desk, anne, bill) -> None:
    first = desk.add()
    later = desk.add(fields=["governance"], model_version="m2")
    assert desk.ids(anne, Queue.RECHECK) == []
    desk.review(bill, first, *need("training"), Queue.ALL)
    assert desk.ids(anne, Queue.RECHECK) == [later], "though it came before the verdict"
    desk.undo(bill)
    assert desk.ids(anne, Queue.RECHECK) == []


def test_a_verdict_given_to_all_with_the_same_words_settles_them(desk, anne, bill) -> None:
    first = desk.add()
    later = desk.add(fields=["governance"], model_version="m2")
    desk.review(bill, first, *need("training"), Queue.ALL)
    desk.undo(bill)
    desk.review_alike(bill, first, *need("governance"), Queue.ALL)
    assert later not in desk.ids(anne, Queue.RECHECK), "the newer model is right"


def test_a_sample_is_random_and_the_same_at_each_look(desk, anne, bill) -> None:
    ids = [desk.add() for _ in range(30)]
    drawn = desk.ids(anne, Queue.SAMPLE, limit=10)
    assert drawn == desk.ids(bill, Queue.SAMPLE, limit=10), "so that two can be compared"
    assert drawn not in (ids[:10], ids[::-1][:10])
    desk.review(anne, drawn[0], *need("training"), Queue.SAMPLE)
    assert desk.ids(anne, Queue.SAMPLE, limit=9) == drawn[1:]


def test_what_other_queues_showed_stays_in_the_sample(desk, anne) -> None:
    """Else the hard messages would be reviewed elsewhere, and the sample be of the easy ones."""
    hard = desk.add()
    desk.review(anne, hard, *need("training"), Queue.UNCERTAIN)
    assert desk.ids(anne, Queue.SAMPLE) == [hard]
    desk.review(anne, hard, *need("training"), Queue.SAMPLE)
    assert desk.ids(anne, Queue.SAMPLE) == []
    desk.review(anne, hard, *need("governance"), Queue.ALL)
    [total, _] = desk.accuracy()
    assert total.reviewed == 1, "what was drawn stays drawn"


def test_what_is_flagged_stays_until_a_verdict_without_a_flag(desk, anne, bill) -> None:
    flagged, plain = desk.add(), desk.add()
    desk.review(anne, flagged, *need("training"), Queue.ALL, flagged=True)
    desk.review(anne, plain, *need("training"), Queue.ALL)
    assert desk.ids(anne, Queue.FLAGGED) == desk.ids(bill, Queue.FLAGGED) == [flagged]
    desk.review(bill, flagged, *need("training"), Queue.FLAGGED)
    assert (desk.ids(anne, Queue.FLAGGED), desk.ids(bill, Queue.FLAGGED)) == ([flagged], [])
    desk.review(anne, flagged, *need("training"), Queue.FLAGGED)
    assert desk.ids(anne, Queue.FLAGGED) == []


# Verdicts


def test_a_second_verdict_of_one_replaces_the_first_and_that_of_another_stays_apart(
    desk, anne, bill
) -> None:
    interpretation_id = desk.add()
    desk.review(anne, interpretation_id, *need("training"), Queue.ALL)
    desk.review(bill, interpretation_id, "greet", [], Queue.ALL)
    desk.review(anne, interpretation_id, *need("governance", "training"), Queue.ALL)
    assert desk.verdicts() == [
        (interpretation_id, anne.id, "need", ["governance", "training"]),
        (interpretation_id, bill.id, "greet", []),
    ]


def test_the_trail_tells_who_judged_what_from_what_without_the_words(desk, anne) -> None:
    interpretation_id = desk.add("nos secrets")
    desk.review(anne, interpretation_id, *need("training"), Queue.ALL, flagged=True)
    desk.review(anne, interpretation_id, "greet", [], Queue.ALL)
    desk.undo(anne)
    one = {"intent": "need", "fields": ["training"], "flagged": True}
    other = {"intent": "greet", "fields": [], "flagged": False}
    entries = desk.audit()
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("review", {}, one),
        ("review", one, other),
        ("undo_review", {**other, "interpretations": [interpretation_id]}, {}),
    ]
    for entry in entries:
        assert (entry.account_id, entry.subject) == (anne.id, "interpretations")
        assert entry.subject_id == str(interpretation_id)


@pytest.mark.parametrize(
    ("intent", "fields", "code"),
    [
        ("need", [], "fields_missing"),
        ("need", ["training", "training"], "fields_repeated"),
        ("need", ["training", "astrology"], "field_unknown"),
        ("need", ["retired"], "field_unknown"),
        ("greet", ["training"], "fields_unexpected"),
        ("start", [], "intent_unknown"),
        ("need/training", ["training"], "intent_unknown"),
    ],
)
@pytest.mark.parametrize("name", ["review", "review_alike"])
def test_a_verdict_that_means_nothing_is_refused(
    desk, anne, name: str, intent: str, fields: list[str], code: str
) -> None:
    with desk.sessions.begin() as session:
        retired = {"name_fr": "x", "name_en": "x", "scope_fr": "x", "scope_en": "x"}
        session.add(
            Field(slug="retired", active=False, team_email="x@x.example", position=99, **retired)
        )
    interpretation_id = desk.add()
    with pytest.raises(ReviewError) as refusal:
        getattr(desk, name)(anne, interpretation_id, intent, fields, Queue.ALL)
    assert refusal.value.code == code
    assert desk.verdicts() == desk.audit() == []


@pytest.mark.parametrize("name", ["review", "review_alike"])
def test_a_message_erased_meanwhile_cannot_be_reviewed(desk, anne, name: str) -> None:
    with pytest.raises(ReviewError, match="interpretation_unknown"):
        getattr(desk, name)(anne, 1, *need("training"), Queue.ALL)


def test_two_taps_at_once_are_one_verdict(desk, anne) -> None:
    interpretation_id, together = desk.add(), threading.Barrier(4)

    def tap(slug: str) -> int:
        together.wait(PATIENCE_SECONDS)
        return desk.review(anne, interpretation_id, *need(slug), Queue.ALL).id

    with ThreadPoolExecutor(4) as pool:
        slugs = ("training", "governance", "accounting", "recruitment")
        assert len(set(pool.map(tap, slugs))) == 1
    assert len(desk.verdicts()) == 1
    assert len(desk.audit()) == 4


def test_one_verdict_is_given_to_all_with_the_same_words(desk, anne, bill) -> None:
    first, twin, other = desk.add("Bonjour !"), desk.add("bonjour"), desk.add("bonsoir")
    own, of_bill = desk.add("BONJOUR"), desk.add("bonjour.")
    desk.review(anne, own, *need("training"), Queue.ALL)
    desk.review(bill, of_bill, *need("training"), Queue.ALL)
    assert desk.review_alike(anne, first, "greet", [], Queue.UNSEEN) == [first, twin, of_bill]
    given = [verdict[0] for verdict in desk.verdicts() if verdict[1:] == (anne.id, "greet", [])]
    assert given == [first, twin, of_bill]
    assert desk.ids(anne, Queue.ALL) == [other]
    entry = desk.audit()[-1]
    assert (entry.action, entry.after["interpretations"]) == ("review_alike", [twin, of_bill])


def test_only_what_was_drawn_counts_as_drawn(desk, anne) -> None:
    ids = {desk.add("bonjour", **NO_NEED) for _ in range(3)}
    [first] = desk.ids(anne, Queue.SAMPLE, limit=1)
    desk.review_alike(anne, first, "greet", [], Queue.SAMPLE)
    [total, _] = desk.accuracy()
    assert total.reviewed == 1
    assert set(desk.ids(anne, Queue.SAMPLE)) == ids - {first}


def test_the_latest_gesture_is_taken_back_then_the_one_before(desk, anne, bill) -> None:
    single, *alike = desk.add("seul"), desk.add("bonjour"), desk.add("bonjour")
    desk.review(anne, single, *need("training"), Queue.ALL)
    desk.review_alike(anne, alike[1], "greet", [], Queue.ALL)
    desk.review(bill, single, "greet", [], Queue.ALL)
    assert desk.undo(anne) == alike
    assert desk.ids(anne, Queue.ALL) == alike[::-1]
    assert desk.undo(anne) == [single]
    assert desk.undo(anne) == []
    assert desk.verdicts() == [(single, bill.id, "greet", [])]


def test_an_undo_tapped_twice_takes_back_one_verdict(desk, anne, backend) -> None:
    for text in ("un", "deux"):
        desk.review(anne, desk.add(text), *need("training"), Queue.ALL)
    together, looked_up = threading.Barrier(2), threading.local()

    def wait_for_the_other(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # Where SQLite lets one in at a time, PostgreSQL lets both look at once.
        is_look = backend == "postgresql" and "FROM reviews" in statement
        if is_look and not getattr(looked_up, "once", False):
            looked_up.once = True
            together.wait(PATIENCE_SECONDS)

    engine = desk.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", wait_for_the_other)
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda _: desk.undo(anne), range(2)))
    event.remove(engine, "before_cursor_execute", wait_for_the_other)
    assert sum(map(len, taken)) + len(desk.verdicts()) == 2
    assert len(desk.audit()) == 2 + sum(map(len, taken))


# Measures


def test_accuracy_is_told_by_language_and_by_what_was_truly_meant(desk, anne) -> None:
    def judge(truth: tuple[str, list[str]], **understood: Any) -> None:
        desk.review(anne, desk.add(**understood), *truth, Queue.SAMPLE)

    judge(need("accounting"))
    judge(need("accounting", "training"))
    judge(need("training"))
    judge(("greet", []), **NO_NEED)
    judge(need("training"), **NO_NEED)
    judge(need("accounting"), language=Language.EN)
    told = desk.accuracy()
    assert [(row.language, row.label, row.right, row.reviewed) for row in told] == [
        ("en", None, 1, 1),
        ("en", "accounting", 1, 1),
        ("fr", None, 3, 5),
        ("fr", "accounting", 2, 2),
        ("fr", "greet", 1, 1),
        ("fr", "training", 0, 2),
    ]
    assert all((row.low, row.high) == wilson(row.right, row.reviewed) for row in told)


def test_accuracy_counts_each_message_of_the_sample_once(desk, anne, bill) -> None:
    twice = desk.add()
    desk.review(bill, twice, *need("accounting"), Queue.SAMPLE)
    desk.review(anne, twice, *need("training"), Queue.SAMPLE)
    desk.review(anne, desk.add(said_at=SAID_AT + DAY), *need("training"), Queue.SAMPLE)
    desk.review(anne, desk.add(said_at=SAID_AT - DAY), *need("training"), Queue.SAMPLE)
    elsewhere = desk.add()
    desk.review(anne, elsewhere, *need("accounting"), Queue.UNCERTAIN)
    [total, label] = desk.accuracy()
    assert (total.right, total.reviewed, label.label) == (0, 1, "training"), "the latest verdict"


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_bounds(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)
    assert wilson(trials - successes, trials) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_without_a_trial_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_agreement_is_that_of_two_people_less_what_chance_gives(desk, anne, bill) -> None:
    """The example of the textbooks: 20 yes, 15 no, 5 and 10 apart; kappa is 0.4."""
    pairs = [("training", "training")] * 20 + [("training", "governance")] * 5
    pairs += [("governance", "training")] * 10 + [("governance", "governance")] * 15
    for one, other in pairs:
        interpretation_id = desk.add()
        desk.review(bill, interpretation_id, *need(other, "accounting"), Queue.ALL)
        desk.review(anne, interpretation_id, *need(one), Queue.ALL)
    desk.review(anne, desk.add(), *need("training"), Queue.ALL)
    told = desk.agreement()
    assert told.messages == 50, "one was reviewed by one alone"
    assert (told.share, told.kappa) == pytest.approx((0.7, 0.4))


def test_agreement_tells_nothing_of_nothing_or_of_one_label(desk, anne, bill) -> None:
    assert desk.agreement() == Agreement(0, None, None)
    interpretation_id = desk.add()
    for account in (anne, bill):
        desk.review(account, interpretation_id, "greet", [], Queue.ALL)
    assert desk.agreement() == Agreement(1, 1.0, None)


# Intents


@pytest.mark.parametrize("language", Language)
def test_a_reviewer_may_choose_every_intent_of_the_training_messages(language: Language) -> None:
    trained = set()
    for path in (ROOT / "data" / "nlu" / language).glob("*.yml"):
        trained |= set(re.findall(r"^- intent: (\w+)", path.read_text("utf-8"), re.MULTILINE))
    assert set(known_intents()) == trained - {"need"}
    names = [intent_name(intent, language) for intent in known_intents()]
    assert len(set(names)) == len(names)


def test_every_intent_of_a_reviewer_is_one_of_the_bot() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(known_intents()) < {intent for entry in domain["intents"] for intent in entry}
