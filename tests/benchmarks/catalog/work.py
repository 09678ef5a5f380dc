"""Work on the catalog to time: filing, the member's look-up, following messages, purge."""

import datetime as dt
import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import insert, select, text

from catalog.database import SessionFactory, make_session_factory
from catalog.interpretations import follow
from catalog.models import ChatTurn, utc_now
from catalog.requests import file_requests, find_for_member
from catalog.retention import purge
from tests.benchmarks.catalog.timing import RUNS, Took
from tests.catalog.drafts import draft
from tests.catalog.processes import context, finish, start
from tests.catalog.test_interpretations import EVENTS, GREETED, ROUTED

FILING_MS, PURGE_MS, BLOCKED_MS = 50, 60_000, 1_000
AT_ONCE = 8
PURGED = 10_000
FOLLOWED = 1_000
PATIENCE_SECONDS = 60
keys = count(1)


def time_filing(sessions: SessionFactory) -> Took:
    return _time(lambda: file_one(sessions, "alone"), FILING_MS, 5 * RUNS)


def time_filing_at_once(url: str) -> Took:
    """Eight processes that file without a pause; each filing of each."""
    barrier, answers = context.Barrier(AT_ONCE), context.SimpleQueue()
    filers = [
        start(file_many, url, f"at-once-{number}", barrier, answers) for number in range(AT_ONCE)
    ]
    took = [one for _ in filers for one in answers.get()]
    for filer in filers:
        finish(filer)
    return Took(took, None)


def time_look_up(sessions: SessionFactory, reference: str, email: str) -> Took:
    def find() -> None:
        with sessions() as session:
            assert find_for_member(session, reference, email)

    return _time(find, FILING_MS)


def time_follow(sessions: SessionFactory) -> Took:
    """A thousand messages typed since the last call, at each run."""

    def followed() -> None:
        assert follow(sessions) == FOLLOWED

    return _time(followed, None, RUNS, before=lambda: _type(sessions))


def time_purge(sessions: SessionFactory, url: str) -> dict[str, Took]:
    """Ten thousand conversations past their term, while another process files."""
    with sessions() as session:
        oldest = (
            select(ChatTurn.conversation_id, ChatTurn.created_at)
            .order_by(ChatTurn.created_at)
            .limit(PURGED * 4)
            .subquery()
        )
        until = session.scalar(select(text("max(created_at)")).select_from(oldest))
    term = (utc_now() - until) / dt.timedelta(days=1)
    stop, answers = context.Event(), context.SimpleQueue()
    filer = start(file_until, url, stop, answers)
    answers.get()
    began = time.perf_counter()
    erased = purge(sessions, term)
    took = 1000 * (time.perf_counter() - began)
    stop.set()
    filings = answers.get()
    finish(filer)
    return {
        f"purge of {erased} conversations": Took([took], PURGE_MS),
        "filing during the purge, the longest": Took([max(filings)], BLOCKED_MS),
        "filing during the purge": Took(filings, FILING_MS),
    }


def file_one(sessions: SessionFactory, name: str) -> None:
    file_requests(sessions, [draft(f"{name}-{time.time_ns()}-{next(keys)}")])


def file_many(url: str, name: str, barrier: Any, answers: Any) -> None:
    sessions = make_session_factory(url)
    file_one(sessions, name)
    barrier.wait(PATIENCE_SECONDS)
    answers.put(_time(lambda: file_one(sessions, name), None).milliseconds)


def file_until(url: str, stop: Any, answers: Any) -> None:
    sessions = make_session_factory(url)
    file_one(sessions, "during")
    answers.put("ready")
    took = []
    while not stop.wait(0.02):
        took += _time(lambda: file_one(sessions, "during"), None, 1).milliseconds
    answers.put(took)


def _time(
    run: Callable[[], None],
    limit: float | None,
    runs: int = RUNS,
    before: Callable[[], None] = lambda: None,
) -> Took:
    took = []
    for _ in range(runs):
        before()
        began = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - began))
    return Took(took, limit)


def _type(sessions: SessionFactory) -> None:
    """Events of messages, as Rasa writes them; every third says what many say."""
    with sessions.begin() as session:
        said = session.scalars(
            text("SELECT text FROM interpretations ORDER BY id DESC LIMIT :limit"),
            {"limit": FOLLOWED},
        ).all()
        session.execute(
            insert(EVENTS), [_event(number, words) for number, words in enumerate(said)]
        )


def _event(number: int, words: str) -> dict[str, Any]:
    understood = GREETED if number % 3 == 0 else ROUTED
    now = time.time()
    data = {
        "event": "user",
        "timestamp": now,
        "metadata": {"model_id": "newest"},
        "text": words,
        "parse_data": {
            "intent": {"name": understood["intent"], "confidence": 0.875},
            "text": words,
            "interpretation": understood,
        },
    }
    return {
        "sender_id": f"followed-{number // 4}",
        "type_name": "user",
        "timestamp": now,
        "data": json.dumps(data),
    }
