"""What staff do with a request: its effect, its trace, and two agents at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from catalog.casework import (
    CaseworkError,
    add_note,
    answer,
    assign,
    check_version,
    merge,
    set_fields,
    set_status,
)
from catalog.database import SessionFactory
from catalog.models import Account, Field, MessageKind, Request, RequestStatus, Role
from catalog.outbox import FolderTransport, send_due
from catalog.requests import file_requests
from tests.accounts import add_account, audited, everything
from tests.catalog.drafts import chosen, draft

SENDER = "aiguilleur@consortium.example"
AGENT = "agent@consortium.example"
RECEIVED, CLOSED = RequestStatus.RECEIVED, RequestStatus.CLOSED
Case = Callable[[], AbstractContextManager[tuple[Session, Request]]]


@pytest.fixture
def agent(sessions: SessionFactory) -> Account:
    with sessions.begin() as session:
        return add_account(session)


@pytest.fixture
def open_case(sessions: SessionFactory):
    """File a request, then open it in as many transactions as one wants."""

    def file(**changes) -> Case:
        [filed] = file_requests(sessions, [draft(changes.pop("key", "key"), **changes)])

        @contextmanager
        def case() -> Iterator[tuple[Session, Request]]:
            with sessions.begin() as session:
                yield session, session.get_one(Request, filed.id)

        return case

    return file


@pytest.fixture
def case(open_case) -> Case:
    """A request received, for accounting then governance."""
    return open_case()


def slugs(request: Request) -> list[str]:
    return [row.field_slug for row in request.fields]


def history(request: Request) -> list[tuple]:
    return [(c.from_status, c.to_status, c.changed_by) for c in request.status_changes]


@contextmanager
def refused(sessions: SessionFactory, code: str) -> Iterator[None]:
    """It is refused for the reason `code`, and nothing is written."""
    before = everything(sessions)
    with pytest.raises(CaseworkError) as error:
        yield
    assert error.value.code == code
    assert everything(sessions) == before


class TestAssign:
    def test_a_request_is_given_passed_on_and_given_back(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        with sessions.begin() as session:
            boss = add_account(session, Role.ADMINISTRATOR)
        for assignee in (agent, agent, boss, None):
            with case() as (session, request):
                assign(session, request, assignee, agent)
            with case() as (_, request):
                assert request.assignee_id == (assignee and assignee.id)
        assert audited(sessions, "requests") == [
            ("assign", {"assignee": None}, {"assignee": AGENT}),
            ("assign", {"assignee": AGENT}, {"assignee": boss.email}),
            ("assign", {"assignee": boss.email}, {"assignee": None}),
        ]

    def test_it_may_change_hands_twice_in_a_transaction(self, agent: Account, case: Case) -> None:
        with case() as (session, request):
            assign(session, request, agent, agent)
            assign(session, request, None, agent)
        with case() as (_, request):
            assert request.assignee_id is None

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.POLE])
    def test_who_does_not_handle_requests_is_given_none(
        self, sessions: SessionFactory, agent: Account, case: Case, role: Role
    ) -> None:
        with sessions.begin() as session:
            other = add_account(session, role)
        with refused(sessions, "not_a_handler"), case() as (session, request):
            assign(session, request, other, agent)

    def test_who_left_is_given_none(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        with sessions.begin() as session:
            left = add_account(session, email="left@consortium.example")
            left.active = False
        with refused(sessions, "not_a_handler"), case() as (session, request):
            assign(session, request, left, agent)


class TestStatus:
    def test_it_moves_and_each_move_is_kept(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        for status in ("in_progress", "in_progress", "closed", "to_qualify"):
            with case() as (session, request):
                set_status(session, request, RequestStatus(status), agent)
        with case() as (_, request):
            assert request.status is RequestStatus.TO_QUALIFY
            assert history(request) == [
                (None, "received", "bot"),
                ("received", "in_progress", AGENT),
                ("in_progress", "closed", AGENT),
                ("closed", "to_qualify", AGENT),
            ]
        assert audited(sessions, "requests") == [
            ("set_status", {"status": "received"}, {"status": "in_progress"}),
            ("set_status", {"status": "in_progress"}, {"status": "closed"}),
            ("set_status", {"status": "closed"}, {"status": "to_qualify"}),
        ]

    @pytest.mark.parametrize("status", [s for s in RequestStatus if s != "to_qualify"])
    def test_it_waits_for_a_field(
        self, sessions: SessionFactory, agent: Account, open_case, status: RequestStatus
    ) -> None:
        case = open_case(fields=[])
        with refused(sessions, "no_field"), case() as (session, request):
            set_status(session, request, status, agent)

    def test_the_history_holds_a_long_address(self, sessions: SessionFactory, case: Case) -> None:
        with sessions.begin() as session:
            host = ".".join(["x" * 60] * 3)
            long = add_account(session, email=f"{'y' * 60}@{host}.example")
        with case() as (session, request):
            set_status(session, request, CLOSED, long)
        with case() as (_, request):
            assert long.email.startswith(history(request)[-1][2])


class TestFields:
    def test_the_new_ones_take_the_place_of_the_old_which_are_kept(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        old, new = ["accounting", "governance"], ["governance", "training"]
        with case() as (session, request):
            set_fields(session, request, new, agent)
        with case() as (_, request):
            rows = [(r.field_slug, r.rank, r.confidence, r.set_by) for r in request.fields]
            assert rows == [("governance", 1, 0.5, "staff"), ("training", 2, None, "staff")]
            [change] = request.fields_changes
            assert (change.from_fields, change.to_fields) == (old, new)
            assert change.account_id == agent.id
            assert history(request) == [(None, "received", "bot")]
        assert audited(sessions, "requests") == [("set_fields", {"fields": old}, {"fields": new})]

    def test_they_may_change_places(self, agent: Account, case: Case) -> None:
        with case() as (session, request):
            set_fields(session, request, ["governance", "accounting"], agent)
        with case() as (_, request):
            assert slugs(request) == ["governance", "accounting"]

    def test_the_same_ones_again_are_no_change(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        before = everything(sessions)
        with case() as (session, request):
            set_fields(session, request, ["accounting", "governance"], agent)
        assert everything(sessions) == before

    @pytest.mark.parametrize("suggested", [[], ["training"], ["governance", "training"]], ids=str)
    def test_a_request_that_waited_for_a_field_is_then_received(
        self, sessions: SessionFactory, agent: Account, open_case, suggested: list[str]
    ) -> None:
        case = open_case(fields=chosen(*suggested), to_qualify=True)
        with case() as (session, request):
            set_fields(session, request, ["training"], agent)
        with case() as (_, request):
            assert (request.status, slugs(request)) == (RECEIVED, ["training"])
            assert history(request)[1:] == [("to_qualify", "received", AGENT)]
            [change] = request.fields_changes
            assert (change.from_fields, change.to_fields) == (suggested, ["training"])
        assert audited(sessions, "requests") == [
            ("set_status", {"status": "to_qualify"}, {"status": "received"}),
            ("set_fields", {"fields": suggested}, {"fields": ["training"]}),
        ]

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            ([], "fields_wanted"),
            (["training", "training"], "fields_wanted"),
            (["training", "magic"], "field_unknown"),
            (["training", "web_development"], "field_unknown"),
        ],
    )
    def test_what_is_no_choice_is_refused(
        self, sessions: SessionFactory, agent: Account, case: Case, wanted: list[str], code: str
    ) -> None:
        with sessions.begin() as session:
            session.get_one(Field, "web_development").active = False
        with refused(sessions, code), case() as (session, request):
            set_fields(session, request, wanted, agent)


class TestNote:
    def test_notes_are_kept_in_order_with_who_wrote_them(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        for text in (" Rappeler\nlundi \0", "é" * 10_000):
            with case() as (session, request):
                add_note(session, request, text, agent)
        with case() as (_, request):
            first, second = request.notes
            assert (first.text, second.text) == ("Rappeler\nlundi", "é" * 10_000)
            assert first.account.email == AGENT
            assert len(request.outbox_messages) == 3
        assert audited(sessions, "requests") == [
            ("add_note", {}, {"note_id": note.id}) for note in (first, second)
        ]

    @pytest.mark.parametrize("text", ["", " \n\t", "\0", "x" * 10_001], ids=lambda text: text[:5])
    def test_one_without_words_or_too_long_is_refused(
        self, sessions: SessionFactory, agent: Account, case: Case, text: str
    ) -> None:
        with refused(sessions, "note_length"), case() as (session, request):
            add_note(session, request, text, agent)


class TestAnswer:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_one_e_mail_leaves_in_the_language_of_the_member(
        self, sessions: SessionFactory, agent: Account, open_case, tmp_path: Path, language: str
    ) -> None:
        case, transport = open_case(language=language), FolderTransport(tmp_path / "outbox")
        send_due(sessions, transport, SENDER)
        with case() as (session, request):
            answer(session, request, " Votre\r\n trésorerie\0 ", "Bonjour,\n\nVoilà.\0\n", agent)
        with case() as (_, request):
            [message] = [m for m in request.outbox_messages if m.kind is MessageKind.ANSWER]
        assert send_due(sessions, transport, SENDER) == 1
        path = tmp_path / "outbox" / f"{message.id}.eml"
        email = message_from_bytes(path.read_bytes(), policy=default)
        assert (email["To"], email["From"]) == ("marie@erables.example", SENDER)
        assert email["Subject"] == "Votre trésorerie"
        assert email["Content-Language"] == language
        assert email.get_content().splitlines() == ["Bonjour,", "", "Voilà."]
        assert audited(sessions, "requests") == [
            ("answer", {}, {"outbox_message_id": message.id}),
            ("set_status", {"status": "received"}, {"status": "answered"}),
        ]

    def test_nothing_leaves_when_it_is_not_committed(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        before = everything(sessions)
        with case() as (session, request):
            answer(session, request, "Objet", "Corps", agent)
            session.rollback()
        assert everything(sessions) == before

    def test_the_first_answer_is_the_one_that_counts(
        self, agent: Account, case: Case, clock
    ) -> None:
        answered = []
        for instant in ("2026-06-01T12:00+00:00", "2026-06-02T12:00+00:00"):
            clock.set(instant)
            with case() as (session, request):
                answer(session, request, "Objet", "Corps", agent)
            with case() as (_, request):
                answered.append(f"{request.first_answered_at:%m-%d %H:%M}")
        assert answered == ["06-01 12:00"] * 2

    @pytest.mark.parametrize(
        ("status", "then"),
        [
            ("received", "answered"),
            ("in_progress", "answered"),
            ("answered", "answered"),
            ("closed", "closed"),
            ("to_qualify", "to_qualify"),
        ],
    )
    def test_a_request_under_way_becomes_answered(
        self, agent: Account, case: Case, status: str, then: str
    ) -> None:
        with case() as (session, request):
            set_status(session, request, RequestStatus(status), agent)
        with case() as (session, request):
            moves = len(history(request))
            answer(session, request, "Objet", "Corps", agent)
        with case() as (_, request):
            assert request.status == then
            assert len(history(request)) - moves == (status != then)

    @pytest.mark.parametrize(
        ("subject", "body"),
        [("", "x"), (" \n", "x"), ("x" * 301, "x"), ("x", ""), ("x", "\0\n"), ("x", "x" * 20_001)],
        ids=lambda text: repr(text[:5]),
    )
    def test_one_without_words_or_too_long_is_refused(
        self, sessions: SessionFactory, agent: Account, case: Case, subject: str, body: str
    ) -> None:
        with refused(sessions, "answer_length"), case() as (session, request):
            answer(session, request, subject, body, agent)

    def test_the_longest_one_fits(self, agent: Account, case: Case) -> None:
        with case() as (session, request):
            answer(session, request, "é" * 300, "é" * 20_000, agent)


class TestMerge:
    @pytest.fixture
    def ids(self, sessions: SessionFactory) -> list[int]:
        """Of three requests for the same thing."""
        return [r.id for r in file_requests(sessions, [draft(key) for key in "123"])]

    @pytest.fixture
    def join(self, sessions: SessionFactory, ids: list[int], agent: Account):
        """Merge pairs of requests in one transaction."""

        def join(*pairs: tuple[int, int]) -> None:
            with sessions.begin() as session:
                requests = [session.get_one(Request, id) for id in ids]
                for double, kept in pairs:
                    merge(session, requests[double], requests[kept], agent)

        return join

    def test_the_double_is_closed_and_both_keep_what_was_said(
        self, sessions: SessionFactory, ids: list[int], agent: Account, join
    ) -> None:
        with sessions.begin() as session:
            add_note(session, session.get_one(Request, ids[0]), "Le même besoin", agent)
        join((0, 1))
        with sessions() as session:
            double, kept = (session.get_one(Request, id) for id in ids[:2])
            assert (double.status, double.merged_into) == (CLOSED, kept)
            assert history(double)[1:] == [("received", "closed", AGENT)]
            assert [note.text for note in double.notes] == ["Le même besoin"]
            assert (kept.status, kept.merged_into) == (RECEIVED, None)
            assert [len(request.outbox_messages) for request in (double, kept)] == [3, 3]
        assert audited(sessions, "requests")[1:] == [
            ("merge", {}, {"merged_into_id": ids[1]}),
            ("set_status", {"status": "received"}, {"status": "closed"}),
        ]

    def test_one_that_is_closed_stays_so(
        self, sessions: SessionFactory, ids: list[int], agent: Account, join
    ) -> None:
        with sessions.begin() as session:
            set_status(session, session.get_one(Request, ids[0]), CLOSED, agent)
        join((0, 1))
        with sessions() as session:
            assert len(history(session.get_one(Request, ids[0]))) == 2

    def test_several_go_into_one(self, sessions: SessionFactory, ids: list[int], join) -> None:
        join((0, 2), (1, 2))
        with sessions() as session:
            assert [session.get_one(Request, id).merged_into_id for id in ids[:2]] == [ids[2]] * 2

    @pytest.mark.parametrize(
        ("pairs", "code"),
        [
            ([(0, 0)], "merged_with_itself"),
            ([(0, 1), (0, 2)], "merged_already"),
            ([(0, 1), (2, 0)], "merged_already"),
            ([(0, 1), (1, 0)], "merged_already"),
        ],
        ids=str,
    )
    def test_a_request_is_merged_once_and_into_another(
        self, sessions: SessionFactory, join, pairs: list[tuple[int, int]], code: str
    ) -> None:
        with refused(sessions, code):
            join(*pairs)

    def test_two_merges_that_cross_do_not_close_both(
        self, sessions: SessionFactory, ids: list[int], agent: Account, join
    ) -> None:
        with sessions() as late:
            one, other = (late.get_one(Request, id) for id in ids[:2])
            late.commit()
            join((0, 1))
            with pytest.raises(StaleDataError):
                merge(late, other, one, agent)
                late.commit()
        with sessions() as session:
            assert session.get_one(Request, ids[1]).status is RECEIVED


CHANGES = {
    "assign": lambda session, request, by: assign(session, request, by, by),
    "status": lambda session, request, by: set_status(session, request, CLOSED, by),
    "fields": lambda session, request, by: set_fields(session, request, ["training"], by),
    "answer": lambda session, request, by: answer(session, request, "Objet", "Corps", by),
}


class TestTwoAgents:
    """Both look at the same state; a transaction ends between, as between two pages."""

    @pytest.mark.parametrize("change", CHANGES)
    def test_the_later_is_told_before_anything_is_done(
        self, agent: Account, case: Case, change: str
    ) -> None:
        with case() as (_, request):
            seen = request.version
            check_version(request, seen)
        with case() as (session, request):
            CHANGES[change](session, request, agent)
        with case() as (_, request), pytest.raises(CaseworkError) as error:
            check_version(request, seen)
        assert error.value.code == "changed_meanwhile"

    @pytest.mark.parametrize("second", CHANGES)
    @pytest.mark.parametrize("first", CHANGES)
    def test_the_later_overwrites_nothing(
        self, sessions: SessionFactory, agent: Account, case: Case, first: str, second: str
    ) -> None:
        with case() as (_, request):
            number = request.id
        with sessions() as late:
            theirs = late.get_one(Request, number)
            assert slugs(theirs) == ["accounting", "governance"]
            late.commit()
            with case() as (session, mine):
                CHANGES[first](session, mine, agent)
            before = everything(sessions)
            with pytest.raises(StaleDataError):
                CHANGES[second](late, theirs, agent)
                late.commit()
            late.rollback()
            assert everything(sessions) == before

    def test_a_second_answer_counts_as_a_change(self, agent: Account, case: Case) -> None:
        versions = []
        for _ in range(3):
            with case() as (session, request):
                answer(session, request, "Objet", "Corps", agent)
            with case() as (_, request):
                versions.append(request.version)
        assert versions[0] < versions[1] < versions[2]

    def test_both_may_write_a_note(
        self, sessions: SessionFactory, agent: Account, case: Case
    ) -> None:
        with case() as (_, request):
            number = request.id
        with sessions() as late:
            theirs = late.get_one(Request, number)
            late.commit()
            with case() as (session, mine):
                add_note(session, mine, "un", agent)
            add_note(late, theirs, "deux", agent)
            late.commit()
        with case() as (_, request):
            assert [note.text for note in request.notes] == ["un", "deux"]
