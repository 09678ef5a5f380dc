"""A worker, a gateway and Redis are killed while members file: nothing is lost or doubled."""

import os
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat

from tests.conversations.stack import Stack
from tests.conversations.steps import BOOKKEEPING, LOGO, asked, begin, finish, slugs
from tests.redis_server import RedisServer
from tests.scale.conftest import WORKERS
from tests.scale.patient import PatientMember
from tests.scale.records import check_heard_once_and_told, conversation_of, heard_in, turns_of

MEMBERS = 10
# Answers after which something falls, of the hundred and forty or so.
FALLS_AFTER = (25, 50, 75)
FIELDS = {"accounting": BOOKKEEPING, "graphic_design": LOGO}


class Falls:
    """What falls, each thing once so many answers have come."""

    def __init__(self, *falls: Callable[[], object]) -> None:
        self._falls = dict(zip(FALLS_AFTER, falls, strict=True))
        self._answers = 0
        self._counting = threading.Lock()

    def count(self) -> None:
        with self._counting:
            self._answers += 1
            fall = self._falls.pop(self._answers, None)
        if fall:
            fall()

    @property
    def are_over(self) -> bool:
        return not self._falls


def kill_one(stack: Stack, part: str) -> int:
    """Kill a process of `part` as the kernel would; its number."""
    processes = stack.supervision.processes(part)
    assert len(processes) == WORKERS
    os.kill(processes[0], signal.SIGKILL)
    return processes[0]


def file_a_need(member: PatientMember, field: str) -> None:
    begin(member, FIELDS[field])
    details = f"{member.name}, {member.email}, 418 555-0123"
    request = finish(member, contact_name=details)
    assert slugs(request) == {field}
    assert request.description == FIELDS[field][member.language]
    assert (request.language, request.contact_email) == (member.language, member.email)
    assert request.conversation_id == conversation_of(member.stack, member)


def run_all(tasks: Iterable[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(MEMBERS) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()


def test_two_tabs_that_speak_at_once_are_heard_one_after_the_other(stack: Stack) -> None:
    members = [begin(PatientMember(stack, language)) for language in ("fr", "en") * 4]

    def tab(member: PatientMember, words: str) -> None:
        other = PatientMember(stack, member.language)
        other.session = member.session
        other.say(words)

    tabs = [(member, words) for member in members for words in ("Coop Tab 1", "Coop Tab 2")]
    run_all(partial(tab, member, words) for member, words in tabs)
    for member in members:
        conversation_id = conversation_of(stack, member)
        *_, first, second = heard_in(stack, conversation_id)
        assert {first.payload, second.payload} == {"Coop Tab 1", "Coop Tab 2"}
        assert len(turns_of(stack, conversation_id)) == 4
        check_heard_once_and_told(stack, conversation_id)


def test_whatever_falls_each_member_files_once_and_is_heard_once(
    stack: Stack, redis_server: RedisServer
) -> None:
    falls = Falls(lambda: kill_one(stack, "bot"), lambda: kill_one(stack, "web"), redis_server.kill)
    members = [
        PatientMember(stack, "fr" if n % 2 else "en", on_answer=falls.count) for n in range(MEMBERS)
    ]
    fields = [list(FIELDS)[n // 2 % 2] for n in range(MEMBERS)]
    run_all(map(partial, repeat(file_a_need), members, fields))
    assert falls.are_over
    assert sum(member.failures for member in members) > 0
    for member in members:
        conversation_id = conversation_of(stack, member)
        turns = turns_of(stack, conversation_id)
        assert [turn.message_id for turn in turns] == [message_id for message_id, _ in member.sent]
        check_heard_once_and_told(stack, conversation_id)
        assert len(member.filed()) == 1
        assert asked(member) is None
