"""A catalog of its own for every test, and a day that never changes."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import actions.answers
import actions.fields
import actions.file_request
import actions.request_form
import actions.request_status
from catalog.database import SessionFactory, make_session_factory
from tests.actions.conversation import Conversation

MONDAY = dt.date(2026, 11, 23)
USERS_OF_SESSIONS = (actions.fields, actions.file_request, actions.request_status)


@pytest.fixture
def catalog(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SessionFactory]:
    """A migrated and seeded catalog that the actions use."""
    path = shutil.copy(sqlite_template, tmp_path / "catalog.db")
    sessions = make_session_factory(f"sqlite:///{path}")
    for module in USERS_OF_SESSIONS:
        monkeypatch.setattr(module, "sessions", lambda: sessions)
    yield sessions
    sessions.kw["bind"].dispose()


@pytest.fixture
def no_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database without its tables, as one that is down for the actions."""
    sessions = make_session_factory(f"sqlite:///{tmp_path}/empty.db")
    for module in USERS_OF_SESSIONS:
        monkeypatch.setattr(module, "sessions", lambda: sessions)
    yield
    sessions.kw["bind"].dispose()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    for module in (actions.answers, actions.request_form):
        monkeypatch.setattr(module, "local_today", lambda: MONDAY)
    return MONDAY


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def talk(catalog: SessionFactory):
    """A function that begins a conversation in a language."""
    return Conversation


@pytest.fixture
def at(catalog: SessionFactory):
    """A function that gives a conversation where the form asks for one slot, all before given."""

    def begin(slot: str, language: str = "fr", **slots) -> Conversation:
        conversation = answered(language, **slots)
        conversation.slots[slot] = None
        after = list(ANSWERS)[list(ANSWERS).index(slot) + 1 :]
        for later in after:
            conversation.slots[later] = slots.get(later)
        conversation.tracker.active_loop = {"name": "request_form"}
        conversation.slots["requested_slot"] = slot
        return conversation

    return begin


NEED = {"fr": "Notre comptable est partie.", "en": "Our bookkeeper left."}
ANSWERS = {
    "routing": "confirmed",
    "description": None,
    "organisation": "Coop du Nord",
    "organisation_kind": "cooperative",
    "member_standing": "member",
    "contact_name": "Marie Tremblay",
    "email": "marie@coop.ca",
    "phone": "418 555-0123",
    "region": "05",
    "deadline": "skipped",
    "budget": "skipped",
    "summary": True,
    "consent_news": False,
    "consent_contact": True,
}


def answered(language: str = "fr", **slots) -> Conversation:
    """A conversation in which every question of the form is answered, and nothing is filed."""
    fields = [{"slug": "accounting", "confidence": 0.9, "set_by": "bot"}]
    given = {
        **ANSWERS,
        "description": NEED[language],
        "fields": fields,
        "routing_step": "route",
        "ranking": {"accounting": 0.9},
        "separate_requests": False,
        "filing_key": "key-1",
        "filed": False,
        "strikes": 0,
    }
    return Conversation(language, **{**given, **slots})
