"""A part that is down: the member is told, nothing is said to be filed, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from tests.conversations.stack import Member, Stack
from tests.conversations.steps import (
    BOOKKEEPING,
    answer_until,
    asked,
    begin,
    finish,
    text,
)
from web.conversation import TEXTS as GATEWAY_TEXTS

RETRY = {"fr": "réessayer", "en": "try again"}


@pytest.fixture
def members(stack: Stack) -> list[Member]:
    """One in each language, since a part is stopped for both at once."""
    return [Member(stack, "fr"), Member(stack, "en")]


def tells_it_is_down(member: Member) -> bool:
    assert GATEWAY_TEXTS.get("bot_silent", member.language) in member.said
    assert "retry" in member.choices
    return not member.filed()


def tells_what_is_down(stack: Stack, member: Member, answer: httpx.Response) -> bool:
    """Whether `answer` says so: the gateway itself where it shares the lock that filing needs."""
    if is_sqlite(stack):
        error = answer.json()["error"]
        return error["message"] == GATEWAY_TEXTS.get("unavailable", member.language)
    [message] = answer.json()["messages"]
    return message["text"] == text("utter_filing_failed", member.language)


def is_sqlite(stack: Stack) -> bool:
    return make_url(stack.settings.database_url).get_backend_name() == "sqlite"


@contextmanager
def database_locked(stack: Stack) -> Iterator[None]:
    """Hold what filing needs, as another program that hangs would."""
    if is_sqlite(stack):
        path = make_url(stack.settings.database_url).database
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
    else:
        holder = psycopg.connect(stack.settings.database_url)
        holder.execute("LOCK TABLE requests IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def test_without_the_actions_the_member_is_told_and_goes_on_after(stack, members):
    for member in members:
        begin(member)
        answer_until(member, "contact_name")
    with stack.without("actions"):
        parts = stack.health()
        assert [parts[name] for name in ("database", "bot", "actions")] == ["ok", "ok", "down"]
        for member in members:
            member.say("Marie Tremblay")
            assert tells_it_is_down(member)
    french, english = members
    french.pick("retry")
    english.say(RETRY["en"])
    for member in members:
        assert asked(member) == "email"
        assert finish(member).contact_name == "Marie Tremblay"


def test_without_the_actions_a_first_need_is_heard_after(stack, members):
    with stack.without("actions"):
        for member in members:
            member.say(BOOKKEEPING[member.language])
            assert tells_it_is_down(member)
    for member in members:
        member.pick("retry")
        assert finish(member).description == BOOKKEEPING[member.language]


def test_without_the_actions_at_the_last_yes_a_retry_files_once(stack, members):
    for member in members:
        begin(member)
        answer_until(member, "consent_contact")
    with stack.without("actions"):
        for member in members:
            member.pick("yes")
            assert tells_it_is_down(member)
    for member in members:
        member.pick("retry")
        [request] = member.filed()
        assert request.reference in member.said
        member.say(RETRY[member.language])
        assert len(member.filed()) == 1


def test_without_the_database_at_the_last_yes_a_retry_files_once(stack, members):
    for member in members:
        begin(member)
        answer_until(member, "consent_contact")
    with database_locked(stack):
        for member in members:
            answer = member.post(id="last", choice="yes")
            assert answer.elapsed.total_seconds() < stack.settings.answer_timeout_seconds
            assert tells_what_is_down(stack, member, answer)
    for member in members:
        assert not member.filed()
        member.say(RETRY[member.language])
        finish(member)


def test_a_bot_stopped_and_started_again_goes_on_where_it_was(stack, members):
    for member in members:
        begin(member)
        answer_until(member, "region")
    with stack.without("bot"):
        assert stack.health()["bot"] == "down"
        for member in members:
            member.say("Gatineau")
            assert tells_it_is_down(member)
    for member in members:
        member.pick("retry")
        assert asked(member) == "deadline"
        request = finish(member)
        assert request.region.name == "Outaouais"
        assert request.description == BOOKKEEPING[member.language]
