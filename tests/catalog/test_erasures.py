"""After an erasure nothing of the person is anywhere; after a restore, nothing comes back."""

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import catalog.erasures
from catalog.database import SessionFactory
from catalog.erasures import LEDGER, erase, read_ledger, replay
from catalog.models import (
    Erasure,
    Interpretation,
    LearningRun,
    MessageKind,
    Note,
    OutboxMessage,
    Request,
    SavedView,
)
from catalog.outbox import FolderTransport, send_due
from catalog.person import find_person
from catalog.requests import find_for_member
from tests.accounts import audited
from tests.catalog.people import LUC, MARIE, file, found, live


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


@pytest.fixture
def request_of_marie(sessions: SessionFactory, var_dir: Path) -> Request:
    return live(sessions, MARIE, var_dir)


def erase_marie(sessions: SessionFactory, var_dir: Path, request: Request) -> None:
    with sessions.begin() as session:
        erase(session, find_person(session, request.reference, MARIE.email), var_dir)


def test_nothing_of_the_person_is_left_anywhere(sessions, var_dir, request_of_marie) -> None:
    luc = live(sessions, LUC, var_dir)
    with sessions.begin() as session:
        note = session.scalar(select(Note).where(Note.request_id == luc.id))
        note.text += f"; voir aussi {MARIE.name.upper()}"
    of_luc = found(sessions, var_dir, LUC)
    # The test can find what it looks for.
    assert {
        "events.data",
        "chat_turns.payload",
        "chat_turns.messages",
        "conversations.member_id",
        "interpretations.text",
        "learning_runs.diff",
        "learning_runs.comparison",
        "notes.text",
        "outbox_messages.body",
        "outbox_messages.recipient",
        "outbox_messages.last_error",
        "requests.contact_phone",
        "requests.deadline_words",
        "requests.search_text",
        "saved_views.query",
        "report.json",
    } <= set(found(sessions, var_dir, MARIE))
    erase_marie(sessions, var_dir, request_of_marie)
    assert found(sessions, var_dir, MARIE) == []
    assert found(sessions, var_dir, LUC) == of_luc


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_is_left_in_the_file_of_the_database(sessions, var_dir, request_of_marie) -> None:
    database = sessions.kw["bind"].url.database
    files = [Path(f"{database}{ending}") for ending in ("", "-wal")]

    def held() -> bytes:
        return b"".join(path.read_bytes() for path in files if path.exists())

    assert b"Gontran" in held()
    erase_marie(sessions, var_dir, request_of_marie)
    assert not any(word.encode() in held() for word in MARIE.words)


def test_what_is_counted_stays_under_the_same_references(
    sessions, var_dir, request_of_marie
) -> None:
    kept = (
        *("reference", "status", "created_at", "organisation_kind", "member_standing", "language"),
        *("urgency", "region_code", "pole_slug", "deadline", "answer_due_at", "merged_into_id"),
    )

    def read() -> list[tuple]:
        with sessions() as session:
            requests = session.scalars(select(Request).order_by(Request.id)).all()
            return [
                (*(getattr(one, name) for name in kept), [row.field_slug for row in one.fields])
                for one in requests
            ]

    before = read()
    erase_marie(sessions, var_dir, request_of_marie)
    assert read() == before


def test_an_erasure_is_known_by_its_reference_and_instant_alone(
    sessions, var_dir, request_of_marie
) -> None:
    erase_marie(sessions, var_dir, request_of_marie)
    with sessions() as session:
        rows = session.scalars(select(Erasure).order_by(Erasure.id)).all()
    assert len(rows) == 2 and rows[0].reference == request_of_marie.reference
    lines = [json.loads(line) for line in (var_dir / LEDGER).read_text().splitlines()]
    assert [set(line) for line in lines] == [{"reference", "at"}] * 2
    assert {one.reference for one in read_ledger(var_dir)} == {row.reference for row in rows}
    assert (var_dir / LEDGER).stat().st_mode & 0o077 == 0
    actions = [entry for entry in audited(sessions, "requests") if entry[0] == "erase_person"]
    assert actions == [("erase_person", {}, {"through": "staff"})] * 2


def test_e_mails_to_the_person_never_leave_and_teams_are_told(
    sessions, var_dir, tmp_path, request_of_marie
) -> None:
    late = file(sessions, MARIE, "late")
    erase_marie(sessions, var_dir, request_of_marie)
    send_due(sessions, FolderTransport(tmp_path / "sent"), "robot@consortium.example")
    sent = [path.read_text() for path in (tmp_path / "sent").iterdir()]
    assert sent and not any(MARIE.email in mail or "Gontran" in mail for mail in sent)
    with sessions() as session:
        messages = session.scalars(
            select(OutboxMessage).where(OutboxMessage.request_id == late.id)
        ).all()
        assert {message.kind for message in messages} == {MessageKind.NOTICE}
        assert all(late.reference in message.body for message in messages)
    assert len({message.recipient for message in messages}) == 3


def test_an_erased_request_is_no_one_s(sessions, var_dir, request_of_marie) -> None:
    erase_marie(sessions, var_dir, request_of_marie)
    with sessions() as session:
        for email in (MARIE.email, ""):
            assert find_for_member(session, request_of_marie.reference, email) is None


def test_a_failed_erasure_leaves_files_and_rows(
    sessions, var_dir, request_of_marie, monkeypatch
) -> None:
    def fail(*_args) -> None:
        raise SQLAlchemyError("the machine stops")

    before = found(sessions, var_dir, MARIE)
    monkeypatch.setattr(catalog.erasures, "erase_traces", fail)
    with pytest.raises(SQLAlchemyError):
        erase_marie(sessions, var_dir, request_of_marie)
    assert found(sessions, var_dir, MARIE) == before


def test_others_keep_what_they_said_alike(sessions, var_dir, request_of_marie) -> None:
    """The same words in someone else's conversation are theirs."""
    with sessions.begin() as session:
        theirs = session.scalars(
            select(Interpretation).where(Interpretation.conversation_id == MARIE.conversation)
        ).first()
        theirs.conversation_id = "other"
    erase_marie(sessions, var_dir, request_of_marie)
    with sessions() as session:
        assert session.scalars(select(Interpretation.conversation_id)).all() == ["other"]
        assert session.scalars(select(SavedView)).all() == []
        assert session.scalars(select(LearningRun.comparison)).all() == [
            {"changed": [], "groups": {"fr": 1}}
        ]


class TestReplay:
    def test_what_a_restored_database_holds_goes_again(
        self, sessions, var_dir, request_of_marie
    ) -> None:
        """The ledger is that of an erasure which the restored database knows nothing of."""
        now = dt.datetime.now(dt.UTC).isoformat()
        line = json.dumps({"reference": request_of_marie.reference, "at": now})
        (var_dir / LEDGER).write_text(f"{line}\n{line[:20]}\n")
        luc = file(sessions, LUC, "luc")
        with sessions.begin() as session:
            assert replay(session, read_ledger(var_dir), var_dir) == 1
            session.expire_all()
            erased = session.get_one(Request, request_of_marie.id)
            assert (erased.contact_email, erased.description) == ("", "")
            assert session.scalars(select(Erasure.reference)).all() == [erased.reference]
            assert session.get_one(Request, luc.id).contact_name == LUC.name
        with sessions.begin() as session:
            assert replay(session, read_ledger(var_dir), var_dir) == 0
        assert len((var_dir / LEDGER).read_text().splitlines()) == 2

    def test_a_later_request_under_the_same_number_is_another_person_s(
        self, sessions, var_dir
    ) -> None:
        luc = file(sessions, LUC, "luc")
        erased_at = luc.created_at - dt.timedelta(days=1)
        erased = [catalog.erasures.Erased(luc.reference, erased_at)]
        with sessions.begin() as session:
            assert replay(session, erased, var_dir) == 0
            assert session.get_one(Request, luc.id).contact_name == LUC.name

    def test_without_a_ledger_there_is_nothing_to_replay(self, var_dir) -> None:
        assert read_ledger(var_dir) == []
