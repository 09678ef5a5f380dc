"""The review desk in the console: its page, its queues as JSON, verdicts, and who may give them."""

import datetime as dt
import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from catalog.interpretations import text_key
from catalog.models import (
    AuditEntry,
    Base,
    ChatTurn,
    Field,
    Interpretation,
    Language,
    Outcome,
    Review,
)
from catalog.reviews import Queue, known_intents
from tests.web.console.pages import Browser, Page

pytestmark = pytest.mark.anyio

SAID_AT = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
SCRIPT = "</script><script>alert(1)</script>"
WRITTEN = {"reviews", "audit_entries"}
# Who is in, and when they were last seen.
SEEN = "account_sessions"


@pytest.fixture
def add(sessions):
    """A function that adds a message as the bot understood it."""
    numbers = count(1)

    def added(text: str = "on cherche un comptable", **changes: Any) -> int:
        values = {
            "event_id": next(numbers),
            "conversation_id": "c1",
            "said_at": SAID_AT,
            "language": Language.FR,
            "text": text,
            "text_key": text_key(text),
            "intent": "need",
            "outcome": Outcome.ROUTE,
            "fields": ["accounting"],
            "ranking": {"accounting": 0.75, "training": 0.25},
            "confidence": 0.75,
            "model_version": "m1",
        }
        interpretation = Interpretation(**values | changes)
        with sessions.begin() as session:
            session.add(interpretation)
        return interpretation.id

    return added


@pytest.fixture
def say(sessions):
    """A function that adds a turn of a conversation, some minutes after the first."""

    def said(words: str, answer: str, minutes: int = 0, conversation_id: str = "c1") -> None:
        at = SAID_AT + dt.timedelta(minutes=minutes)
        with sessions.begin() as session:
            session.add(
                ChatTurn(
                    conversation_id=conversation_id,
                    message_id=f"m{minutes}-{words[:8]}",
                    fingerprint="",
                    payload=words,
                    language=Language.FR,
                    messages=[{"text": answer, "choices": []}],
                    created_at=at,
                )
            )

    return said


@pytest.fixture
def verdicts(sessions):
    def read() -> list[tuple]:
        columns = (Review.interpretation_id, Review.intent, Review.fields, Review.flagged)
        with sessions() as session:
            query = select(*columns, Review.queue).order_by(Review.interpretation_id)
            return [tuple(row) for row in session.execute(query)]

    return read


@pytest.fixture
def reviewer(enter) -> Browser:
    return enter("reviewer")


def need(message: int, *fields: str, **more: Any) -> dict[str, Any]:
    fields = fields or ("accounting",)
    return {"id": message, "queue": "all", "intent": "need", "fields": list(fields)} | more


async def send(browser: Browser, path: str, body: Any, **headers: str) -> httpx.Response:
    """As the page's script does."""
    sent = browser.ours | {"X-CSRFToken": await browser.token()} | headers
    content = body if isinstance(body, str) else json.dumps(body)
    return await browser.client.post(f"/console/review/{path}", content=content, headers=sent)


async def judge(browser: Browser, message: int, *fields: str, **more: Any) -> list[int]:
    response = await send(browser, "verdict", need(message, *fields, **more))
    assert response.status_code == 200, response.text
    return response.json()["ids"]


async def ids(browser: Browser, **asked: Any) -> list[int]:
    page = await browser.get("/review/messages", **asked)
    assert page.status == 200, page.html
    return [message["id"] for message in page.response.json()]


def config(page: Page) -> dict[str, Any]:
    return json.loads(page.root.one("script", id="config").raw)


# The page


@pytest.mark.parametrize(
    ("language", "title", "field", "greeting"),
    [
        ("fr", "Révision", "Comptabilité", "Salutation"),
        ("en", "Review desk", "Accounting", "Greet"),
    ],
)
async def test_the_page_offers_every_field_and_intent_by_its_own_letters(
    enter, language: str, title: str, field: str, greeting: str
) -> None:
    page = await enter("reviewer", language=language).get("/review")
    assert (page.status, page.root.one("h1").text) == (200, title)
    choices = config(page)["choices"]
    assert [choice["value"] for choice in choices[20:]] == list(known_intents())
    assert {choice["kind"] for choice in choices[:20]} == {"field"}
    names = {choice["value"]: choice["name"] for choice in choices}
    assert names["accounting"] == field and names["greet"].startswith(greeting)
    codes = [choice["code"] for choice in choices]
    assert len(set(codes)) == len(codes)


async def test_the_page_keeps_what_was_asked_of_it(reviewer) -> None:
    page = await reviewer.get("/review", queue="unseen", language="en", field="training")
    form = next(form for form in page.root.all("form") if list(form.all("select", id="queue")))
    asked = {"queue": "unseen", "language": "en", "field": "training"}
    assert dict(form.controls()) == asked
    assert config(page)["asked"] == asked | {"after": None}


@pytest.mark.parametrize("query", ["queue=nonsense", "language=de", "after=x", "queue=&field="])
async def test_a_question_that_means_nothing_shows_the_first_queue(reviewer, query: str) -> None:
    page = await reviewer.get(f"/review?{query}")
    assert page.status == 200
    assert config(page)["asked"]["queue"] == "uncertain"


async def test_neither_what_is_asked_nor_a_name_can_leave_its_script(reviewer, sessions) -> None:
    with sessions.begin() as session:
        session.get_one(Field, "accounting").name_fr = f"Compta {SCRIPT}"
    page = await reviewer.get("/review", field=SCRIPT)
    assert page.status == 200 and "<script>alert" not in page.html
    assert SCRIPT in {choice["name"].removeprefix("Compta ") for choice in config(page)["choices"]}


async def test_every_refusal_has_its_words(reviewer) -> None:
    texts = config(await reviewer.get("/review"))["texts"]
    sources = [Path("catalog/reviews.py"), Path("web/console/review_view.py")]
    code = "".join(source.read_text("utf-8") for source in sources)
    for name in ("interpretation_unknown", "intent_unknown", "field_unknown", "verdict_wrong"):
        assert f'"{name}"' in code
        assert texts[f"refused_{name}"]
    for name in ("fields_missing", "fields_repeated", "fields_unexpected"):
        assert texts[f"refused_{name}"]


# Queues


async def test_a_message_is_told_with_how_it_was_understood(reviewer, add, say) -> None:
    say("bonjour", "Bonjour !")
    say("on cherche un comptable", "Comptabilité ?", minutes=1)
    message = add(said_at=SAID_AT + dt.timedelta(minutes=1))
    [told] = (await reviewer.get("/review/messages")).response.json()
    around = [("bonjour", True), ("Bonjour !", False)]
    around += [("on cherche un comptable", True), ("Comptabilité ?", False)]
    assert told == {
        "id": message,
        "text": "on cherche un comptable",
        "language": "fr",
        "intent": "need",
        "outcome": "route",
        "fields": ["accounting"],
        "ranking": {"accounting": 0.75, "training": 0.25},
        "confidence": 0.75,
        "model": "m1",
        "around": [
            {"by_member": is_theirs, "words": words, "language": "fr"}
            for words, is_theirs in around
        ],
    }


async def test_of_a_long_conversation_what_is_near_is_told(reviewer, add, say) -> None:
    for minute in range(20):
        say(f"mot {minute}", f"réponse {minute}", minutes=minute)
    say("d’une autre", "rien", conversation_id="c2")
    add("mot 10", said_at=SAID_AT + dt.timedelta(minutes=10))
    [told] = (await reviewer.get("/review/messages")).response.json()
    words = [spoken["words"] for spoken in told["around"]]
    assert "mot 10" in words and len(words) == 12
    assert words[0] == "mot 7" and words[-1] == "réponse 12"


async def test_once_the_conversation_is_erased_the_message_alone_is_told(reviewer, add) -> None:
    add()
    [told] = (await reviewer.get("/review/messages")).response.json()
    assert told["around"] == []


async def test_each_queue_comes_in_its_order_and_page_by_page(reviewer, add) -> None:
    low, high, mid = (add(confidence=value) for value in (0.25, 0.75, 0.5))
    assert await ids(reviewer) == await ids(reviewer, queue="uncertain") == [low, mid, high]
    assert await ids(reviewer, queue="all") == [mid, high, low]
    assert await ids(reviewer, queue="all", after=high) == [low]
    assert set(await ids(reviewer, queue="sample")) == {low, mid, high}
    for queue in ("flagged", "recheck", "disagreements"):
        assert await ids(reviewer, queue=queue) == []


async def test_a_queue_keeps_to_a_language_and_a_field(reviewer, add) -> None:
    add()
    english = add(language=Language.EN, fields=["training"])
    assert await ids(reviewer, language="en", field="") == [english]
    assert await ids(reviewer, language="", field="training") == [english]
    assert await ids(reviewer, language="fr", field="training") == []


async def test_what_training_holds_is_not_among_the_unseen(
    reviewer, add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("data/nlu/fr/need_accounting.yml")
    path.parent.mkdir(parents=True)
    written = "nlu:\n- intent: need/accounting\n  examples: |\n    - On cherche un comptable !\n"
    path.write_text(written, "utf-8")
    add()
    unseen = add("la paie est en retard")
    assert await ids(reviewer, queue="unseen") == [unseen]
    path.write_text(written + "    - La paie est en retard.\n", "utf-8")
    assert await ids(reviewer, queue="unseen") == [], "it is read again once it has changed"


@pytest.mark.parametrize(
    "query",
    [
        {"queue": "nonsense"},
        {"language": "de"},
        {"after": "x"},
        {"after": "1.5"},
        {"after": str(10**30)},
        {"after": str(2**31)},
        {"after": "-1"},
        {"field": "a\0b"},
        {"field": '"] or 1'},
    ],
    ids=str,
)
async def test_a_wrong_question_is_refused(reviewer, add, query: dict[str, str]) -> None:
    add()
    page = await reviewer.get("/review/messages", **query)
    assert (page.status, page.response.json()) == (422, {"error": "asked_wrong"})


# Verdicts


async def test_a_verdict_is_kept_with_its_queue_and_the_next_comes(reviewer, add, verdicts) -> None:
    first, second = add(), add("autre")
    assert await judge(reviewer, first, "training", "accounting", queue="uncertain") == [first]
    assert verdicts() == [(first, "need", ["training", "accounting"], False, "uncertain")]
    assert await ids(reviewer) == [second]


async def test_a_verdict_may_be_that_it_is_no_need_or_bear_a_flag(reviewer, add, verdicts) -> None:
    message = add("bonjour")
    await judge(reviewer, message, intent="greet", fields=[], flagged=True)
    assert verdicts() == [(message, "greet", [], True, "all")]
    assert await ids(reviewer, queue="flagged") == [message]


async def test_one_verdict_is_given_to_all_alike(reviewer, add, verdicts) -> None:
    first, twin, other = add(), add("On cherche un COMPTABLE !"), add("autre")
    assert await judge(reviewer, first, alike=True) == [first, twin]
    assert len(verdicts()) == 2
    assert await ids(reviewer) == [other]


async def test_an_undo_gives_back_the_message_to_review_again(
    reviewer, administrator, add, verdicts
) -> None:
    first, twin = add(), add()
    await judge(administrator, first)
    await judge(reviewer, first, "training", alike=True)
    [told] = (await send(reviewer, "undo", {})).json()
    assert (told["id"], told["text"]) == (first, "on cherche un comptable")
    assert verdicts() == [(first, "need", ["accounting"], False, "all")], "another’s stays"
    assert await ids(reviewer, queue="all") == [twin, first]
    assert (await send(reviewer, "undo", {})).json() == []


async def test_a_second_person_gives_a_verdict_apart(
    reviewer, administrator, add, verdicts
) -> None:
    message = add()
    await judge(reviewer, message, "training")
    assert await ids(administrator) == [message]
    await judge(administrator, message)
    assert [verdict[2] for verdict in verdicts()] == [["training"], ["accounting"]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": 999}, "interpretation_unknown"),
        ({"fields": ["astrology"]}, "field_unknown"),
        ({"fields": ["retired"]}, "field_unknown"),
        ({"fields": ["a\0b"]}, "field_unknown"),
        ({"fields": []}, "fields_missing"),
        ({"fields": ["training", "training"]}, "fields_repeated"),
        ({"intent": "greet"}, "fields_unexpected"),
        ({"intent": "start", "fields": []}, "intent_unknown"),
        ({"fields": ["training"] * 6}, "verdict_wrong"),
        ({"fields": "training"}, "verdict_wrong"),
        ({"fields": [SCRIPT * 99]}, "field_unknown"),
        ({"queue": "nonsense"}, "verdict_wrong"),
        ({"queue": None}, "verdict_wrong"),
        ({"id": "x"}, "verdict_wrong"),
        ({"id": 10**30}, "verdict_wrong"),
        ({"id": 2**31}, "verdict_wrong"),
        ({"id": -1}, "verdict_wrong"),
        ({"account_id": 1}, "verdict_wrong"),
        ({"flagged": "perhaps"}, "verdict_wrong"),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("alike", [False, True])
async def test_a_verdict_that_means_nothing_is_refused_with_its_code(
    reviewer, add, verdicts, sessions, change: dict, code: str, alike: bool
) -> None:
    with sessions.begin() as session:
        retired = {"name_fr": "x", "name_en": "x", "scope_fr": "x", "scope_en": "x"}
        session.add(
            Field(slug="retired", active=False, team_email="x@x.example", position=99, **retired)
        )
    response = await send(reviewer, "verdict", need(add(), alike=alike) | change)
    assert (response.status_code, response.json()) == (422, {"error": code})
    assert verdicts() == []


@pytest.mark.parametrize("body", ["", "not json", "[]", "null", "{", '"x"', "[" * 50_000])
async def test_what_is_no_verdict_at_all_is_refused(reviewer, body: str) -> None:
    response = await send(reviewer, "verdict", body)
    assert (response.status_code, response.json()) == (422, {"error": "verdict_wrong"})


async def test_nothing_but_the_verdict_and_its_trail_is_written(reviewer, add, sessions) -> None:
    message = add()
    twin = add()

    def tables() -> dict[str, list]:
        with sessions() as session:
            return {
                table.name: [tuple(row) for row in session.execute(select(table))]
                for table in Base.metadata.sorted_tables
                if table.name != SEEN
            }

    await ids(reviewer)
    before = tables()
    await judge(reviewer, message, alike=True)
    given = tables()
    changed = {name for name in before if before[name] != given[name]}
    assert len(given["reviews"]) == 2 and {row[1] for row in given["reviews"]} == {message, twin}
    await send(reviewer, "undo", {})
    assert changed == {"reviews", AuditEntry.__tablename__}
    after = tables()
    assert {name for name in before if before[name] != after[name]} == {AuditEntry.__tablename__}


async def test_a_queue_that_is_read_changes_nothing(reviewer, add, sessions) -> None:
    add()
    for queue in Queue:
        await ids(reviewer, queue=queue)
    with sessions() as session:
        assert session.scalars(select(Review)).all() == []
        trail = session.scalars(select(AuditEntry).where(AuditEntry.subject != "accounts"))
        assert trail.all() == []


# Who may


@pytest.mark.parametrize("role", ["agent", "pole"])
async def test_others_neither_read_nor_judge(enter, add, verdicts, role: str) -> None:
    browser, message = enter(role), add("mot secret")
    for path in ("/review", "/review/messages"):
        page = await browser.get(path)
        assert page.status == 403 and "mot secret" not in page.html
    assert (await send(browser, "verdict", need(message))).status_code == 403
    assert (await send(browser, "undo", {})).status_code == 403
    assert verdicts() == []


async def test_no_one_judges_without_signing_in(browse, add, verdicts) -> None:
    browser, message = browse(), add("mot secret")
    page = await browser.get("/review/messages")
    assert page.goes_to.startswith("/console/login")
    response = await send(browser, "verdict", need(message))
    assert response.status_code in (302, 303, 401, 403)
    assert verdicts() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRFToken": ""},
        {"X-CSRFToken": "forged"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["verdict", "undo"])
async def test_a_verdict_without_the_page_s_token_or_from_elsewhere_is_refused(
    reviewer, add, verdicts, path: str, headers: dict[str, str]
) -> None:
    kept, message = add(), add("autre")
    await judge(reviewer, kept)
    assert (await send(reviewer, path, need(message), **headers)).status_code == 403
    assert [verdict[0] for verdict in verdicts()] == [kept]


@pytest.mark.parametrize(
    ("language", "none", "some"),
    [
        ("fr", "Aucun message n’a encore été vu", "50 % sur 2 messages (kappa 0)"),
        ("en", "No message has been seen", "50% of 2 messages (kappa 0)"),
    ],
)
async def test_the_page_tells_how_two_reviewers_agree(
    enter, add, language: str, none: str, some: str
) -> None:
    one, other = enter("reviewer", language=language), enter("administrator", language=language)
    assert none in (await one.get("/review")).root.text
    for message, second in ((add(), "accounting"), (add(), "training")):
        await judge(one, message)
        await judge(other, message, second)
    assert some in (await one.get("/review")).root.text
