"""`python -m catalog demo`: every kind of row, the same again, and out without a trace."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher
from sqlalchemy import func, select

import catalog.accounts
from catalog.accounts import find_account, sign_in
from catalog.dashboard import dashboard
from catalog.database import SessionFactory
from catalog.demo.clock import ASKED_BY
from catalog.demo.fill import fill
from catalog.demo.marks import DOMAIN, DemoError, demo_accounts
from catalog.demo.members import ORGANISATIONS
from catalog.demo.moments import is_day_off
from catalog.demo.removal import remove
from catalog.demo.staff import PASSWORD, PEOPLE
from catalog.demo.words import messages
from catalog.interpretation_days import count_interpretations
from catalog.interpretations import text_key
from catalog.lessons import lessons, written_messages
from catalog.models import (
    Account,
    AuditEntry,
    Base,
    ChatTurn,
    FieldsChange,
    Interpretation,
    Language,
    OutboxMessage,
    Outcome,
    ReferenceSequence,
    Request,
    RequestStatus,
    Review,
    Role,
    utc_now,
)
from catalog.outbox import send_due
from catalog.periods import last_days
from catalog.promises import QUEBEC
from catalog.request_figures import WAITING
from catalog.requests import file_requests
from catalog.retention import purge
from catalog.review_sample import reviewed_sample
from catalog.reviews import Queue, known_intents, review
from catalog.saved_views import save_view
from tests.accounts import add_account
from tests.catalog.drafts import draft
from tests.catalog.processes import ROOT, run_catalog

UNTIL = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
REQUESTS, MANY = 60, 200
# What it has no use for, or is there before.
WITHOUT = {
    *("fields", "poles", "regions", "widgets"),
    *("erasures", "incidents", "last_runs", "learning_runs", "purges"),
}
STAYS = {"accounts", "audit_entries", "purges"}
SECRET = "a secret of thirty-two characters, or more"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind, without the cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(catalog.accounts, "_hasher", quick)


@pytest.fixture
def real(sessions: SessionFactory) -> None:
    """A little of everything that is no demo's."""
    file_requests(sessions, [draft("real")])
    with sessions.begin() as session:
        reviewer = add_account(session, Role.REVIEWER)
        save_view(session, reviewer, "Les miennes", "q=x")
        message = Interpretation(
            event_id=7,
            conversation_id="real",
            said_at=utc_now(),
            language=Language.FR,
            text="nos livres",
            text_key=text_key("nos livres"),
            intent="need",
            outcome=Outcome.ROUTE,
            fields=["accounting"],
            ranking={"accounting": 0.75},
            confidence=0.75,
            model_version="m1",
        )
        session.add_all([message, turn("real")])
        session.flush()
        count_interpretations(session, [message])
        review(session, reviewer, message.id, "need", ["accounting"], Queue.ALL)


def turn(conversation: str) -> ChatTurn:
    return ChatTurn(
        conversation_id=conversation,
        message_id="m",
        fingerprint="",
        payload="nos livres",
        language=Language.FR,
    )


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def rows(sessions: SessionFactory) -> dict[str, list]:
    """Every row, but for the audit trail and the demo's accounts."""
    with sessions() as session:
        found = {
            table.name: sorted(map(_told, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in STAYS
        }
        kept = select(Account.id, Account.email, Account.active).where(~demo_accounts())
        return found | {"accounts": sorted(map(repr, session.execute(kept)))}


def _told(row: Any) -> str:
    """A sum of numbers with a point is not quite the same once something was taken off it."""
    return repr([round(value, 9) if isinstance(value, float) else value for value in row])


def filed(sessions: SessionFactory) -> list[tuple]:
    """What the same seed files again."""
    told = (Request.reference, Request.created_at, Request.status, Request.description)
    with sessions() as session:
        return [tuple(row) for row in session.execute(select(*told).order_by(Request.reference))]


def counted(sessions: SessionFactory, model: Any, *conditions: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_a_demo_holds_every_kind_of_row(sessions) -> None:
    made = fill(sessions, MANY, until=UNTIL)
    with sessions() as session:
        for table in Base.metadata.sorted_tables:
            is_there = session.scalar(select(func.count()).select_from(table)) > 0
            assert is_there or table.name in WITHOUT, table.name
        requests = session.scalars(select(Request)).all()
        figures = dashboard(session, last_days(366, UNTIL.date()), UNTIL)
        roles = set(session.scalars(select(Account.role).where(demo_accounts())))
    assert len(requests) == made.requests and MANY <= made.requests < 1.2 * MANY
    assert {request.language for request in requests} == set(Language)
    statuses = {request.status for request in requests}
    assert statuses >= {RequestStatus.ANSWERED, RequestStatus.CLOSED} and statuses & set(WAITING)
    assert len({request.reference[:7] for request in requests}) == 2
    assert any(request.merged_into_id for request in requests)
    assert any(request.urgency == "urgent" for request in requests)
    assert any(request.conversation_id is None for request in requests)
    assert roles == set(Role)
    assert figures.bot.by_outcome.total() == made.messages
    assert set(figures.bot.by_outcome) == set(Outcome)
    assert figures.reviews.accuracy and figures.requests.waiting.by_age
    assert counted(sessions, Review) == made.reviews
    parked = OutboxMessage.parked_at.is_not(None)
    assert counted(sessions, FieldsChange) and counted(sessions, OutboxMessage, parked)
    assert not counted(sessions, OutboxMessage, ~parked, OutboxMessage.sent_at.is_(None))


def test_it_happens_in_the_year_by_day_and_staff_work_in_office_hours(sessions) -> None:
    fill(sessions, REQUESTS, until=UNTIL)
    with sessions() as session:
        filed_at = session.scalars(select(Request.created_at)).all()
        query = select(AuditEntry.at).where(AuditEntry.subject.in_(["requests", "interpretations"]))
        worked_at = session.scalars(query).all()
    assert max(worked_at) < UNTIL and max(filed_at) < UNTIL
    assert min(filed_at) > UNTIL - dt.timedelta(days=366)
    hours = {at.astimezone(QUEBEC).hour for at in filed_at}
    assert min(hours) >= 7 and max(hours) < 22
    local = [at.astimezone(QUEBEC) for at in worked_at]
    assert {at.hour for at in local} <= set(range(8, 18))
    assert not any(is_day_off(at.date()) for at in local)


def test_no_e_mail_of_it_ever_leaves(sessions) -> None:
    fill(sessions, 20)
    assert counted(sessions, OutboxMessage)
    assert send_due(sessions, None, "a@consortium.example") == 0


def test_no_model_learns_from_it_nor_is_measured_by_it(sessions, tmp_path: Path) -> None:
    fill(sessions, REQUESTS)
    assert counted(sessions, Review)
    with sessions() as session:
        assert lessons(session, tmp_path, tmp_path) == reviewed_sample(session) == []


def test_no_event_of_rasa_is_passed_over(sessions) -> None:
    fill(sessions, 20)
    assert counted(sessions, Interpretation)
    assert not counted(sessions, Interpretation, Interpretation.event_id >= 0)


def test_the_code_tells_the_true_time_again(sessions) -> None:
    fill(sessions, 5)
    with pytest.raises(DemoError):
        fill(sessions, 5)
    assert all(module.utc_now is utc_now for module in ASKED_BY)


def test_a_second_demo_is_refused_and_adds_nothing(sessions) -> None:
    fill(sessions, 5, until=UNTIL)
    before = rows(sessions)
    with pytest.raises(DemoError, match="there is a demo already; `demo --remove` takes it out"):
        fill(sessions, 5, until=UNTIL)
    assert rows(sessions) == before


@pytest.mark.parametrize("days", [None, 20], ids=["at once", "after a purge"])
def test_it_goes_without_a_trace_and_takes_nothing_along(sessions, real, days) -> None:
    before = rows(sessions)
    fill(sessions, REQUESTS)
    if days:
        purge(sessions, days)
    removed = remove(sessions)
    assert rows(sessions) == before
    assert removed.requests >= REQUESTS
    assert removed.audit_entries > removed.requests
    assert removed.closed_accounts == counted(sessions, Account, demo_accounts())


def test_a_database_without_one_stays_as_it_is(sessions, real) -> None:
    before = rows(sessions)
    assert remove(sessions).requests == 0
    assert rows(sessions) == before


def test_its_accounts_sign_in_until_it_goes_and_again_with_the_next(sessions) -> None:
    def enters() -> bool:
        with sessions.begin() as session:
            return sign_in(session, f"agente1{DOMAIN}", PASSWORD) is not None

    fill(sessions, 5)
    assert enters()
    remove(sessions)
    assert not enters()
    with sessions() as session:
        account = find_account(session, f"agente1{DOMAIN}")
        assert (account.active, account.password_hash) == (False, None)
    fill(sessions, 5)
    assert enters()
    assert counted(sessions, Account, demo_accounts()) == len(PEOPLE)


def test_the_same_seed_makes_the_same_year_and_another_one_another(sessions) -> None:
    fill(sessions, 30, until=UNTIL)
    first = filed(sessions)
    remove(sessions)
    fill(sessions, 30, until=UNTIL)
    assert filed(sessions) == first
    remove(sessions)
    fill(sessions, 30, seed=1, until=UNTIL)
    assert filed(sessions) != first


def test_no_request_bears_what_was_done_to_one_of_an_earlier_demo(sessions) -> None:
    fill(sessions, 10, until=UNTIL)
    remove(sessions)
    with sessions() as session:
        query = select(AuditEntry.subject_id).where(AuditEntry.subject == "requests")
        audited = set(session.scalars(query))
    fill(sessions, 10, until=UNTIL)
    with sessions() as session:
        assert audited and not audited & set(map(str, session.scalars(select(Request.id))))


def test_a_request_filed_meanwhile_keeps_its_number_and_no_other_gets_it(sessions) -> None:
    fill(sessions, 20)
    kept = file_requests(sessions, [draft("real")])[0]
    remove(sessions)
    following = file_requests(sessions, [draft("next")])[0]
    assert int(following.reference[-5:]) == int(kept.reference[-5:]) + 1
    assert counted(sessions, Request) == 2
    with sessions() as session:
        assert session.scalars(select(ReferenceSequence.year)).all() == [utc_now().year]


def test_what_was_done_to_a_real_request_in_its_name_stays(sessions, real) -> None:
    fill(sessions, 5)
    with sessions.begin() as session:
        agent = find_account(session, f"agente1{DOMAIN}")
        request = session.scalar(select(Request).where(Request.idempotency_key == "real"))
        demo = session.scalar(select(Request).where(Request.idempotency_key != "real").limit(1))
        request.assignee, request.merged_into = agent, demo
    remove(sessions)
    with sessions() as session:
        request = session.scalars(select(Request)).one()
        assert (request.assignee.email, request.merged_into) == (agent.email, None)


@pytest.fixture
def run(tmp_path: Path, database_url: str):
    """Run a command over a migrated and seeded database."""

    def run(*args: str, **env: str):
        return run_catalog(*args, folder=tmp_path, **{"DATABASE_URL": database_url} | env)

    return run


def test_the_command_tells_who_may_enter_and_what_stays(run, sessions) -> None:
    done = run("demo", "--requests", "5")
    assert (done.code, done.err) == (0, "")
    assert all(f"{name}{DOMAIN}" in done.out for name, *_ in PEOPLE)
    assert f"Their password: {PASSWORD}" in done.out
    again = run("demo")
    assert again.error == "there is a demo already; `demo --remove` takes it out"
    done = run("demo", "--remove")
    assert (done.code, done.err) == (0, "")
    assert "stay in the audit trail" in done.out
    assert not counted(sessions, Request)


def test_production_is_refused_but_may_be_rid_of_one(run, sessions) -> None:
    done = run("demo", ENVIRONMENT="production", SECRET_KEY=SECRET)
    assert done.error == "a demo is made with ENVIRONMENT=local alone, and this is production"
    assert not counted(sessions, Account)
    fill(sessions, 5)
    assert run("demo", "--remove", ENVIRONMENT="production", SECRET_KEY=SECRET).code == 0
    assert not counted(sessions, Request)


def test_there_are_words_for_every_field_in_both_languages() -> None:
    needs = messages()["fields"]
    assert set(needs) == {field["slug"] for field in read(ROOT / "catalog/fields.yml")}
    for slug, need in needs.items():
        assert (len(need["fr"]) >= 6, len(need["en"]) >= 4) == (True, True), slug
        assert need["neighbour"] in needs and need["neighbour"] != slug
    for others in messages()["others"].values():
        assert len(others) >= 15
        assert {other["intent"] for other in others} <= set(known_intents())


def test_no_words_of_it_are_those_of_the_training_or_the_evaluation() -> None:
    written = {text for need in messages()["fields"].values() for text in need["fr"] + need["en"]}
    written |= {other["text"] for others in messages()["others"].values() for other in others}
    keys = set(map(text_key, written))
    for folder in ("data/nlu", "evaluation"):
        assert not keys & set(map(text_key, written_messages(ROOT / folder)))


def test_organisations_are_many_and_in_every_region() -> None:
    organisations = read(ORGANISATIONS)["organisations"]
    assert len({organisation["name"] for organisation in organisations}) >= 60
    assert len({organisation.get("region") for organisation in organisations} - {None}) == 17
