"""`python -m catalog`: what a person at a terminal sees, and what a script can rely on."""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, text

import catalog.cli
from catalog.database import SessionFactory, make_session_factory
from catalog.models import Field, OutboxMessage
from catalog.outbox import send_due
from catalog.requests import file_requests
from tests.catalog.drafts import chosen, draft
from tests.catalog.processes import ROOT, Done, run_catalog

COMMANDS = (
    "migrate",
    "seed",
    "list",
    "show",
    "export",
    "send-outbox",
    "purge",
    "work",
    "demo",
    "widget",
    "account",
    "backup",
    "restore",
)


@pytest.fixture
def run(tmp_path: Path, database_url: str):
    """Run a command over a migrated and seeded database."""

    def run(*args: str, **env: str) -> Done:
        return run_catalog(*args, folder=tmp_path, **{"DATABASE_URL": database_url} | env)

    return run


@pytest.fixture
def run_alone(tmp_path: Path):
    """Run a command where there is nothing yet."""
    return lambda *args, **env: run_catalog(*args, folder=tmp_path, **env)


@pytest.fixture
def reference(sessions: SessionFactory, clock) -> str:
    """Of the newer of two requests."""
    clock.set("2026-05-01T12:00:00+00:00")
    older = draft("1", organisation_name="Les Pins", fields=[])
    newer = draft("2", organisation_name="Les Érables", fields=chosen("training"))
    return file_requests(sessions, [older, newer])[1].reference


def test_it_runs_as_a_module_and_its_help_names_each_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catalog", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(run_alone, command: str) -> None:
    done = run_alone(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"catalog {command}" in done.out


@pytest.mark.parametrize(
    "args",
    [["nonsense"], ["show"], ["list", "--status", "lost"], ["list", "--limit", "0"]],
    ids=str,
)
def test_a_command_that_is_not_understood_ends_with_2(run_alone, args: list[str]) -> None:
    done = run_alone(*args)
    assert (done.code, done.out) == (2, "")
    assert "Usage:" in done.err and "Traceback" not in done.err


def test_migrate_then_seed_make_a_catalog_and_again_change_nothing(
    tmp_path: Path, empty_database_url: str
) -> None:
    for command in ("migrate", "seed", "migrate", "seed"):
        done = run_catalog(command, folder=tmp_path, DATABASE_URL=empty_database_url)
        assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    sessions = make_session_factory(empty_database_url)
    with sessions() as session:
        assert len(session.scalars(select(Field)).all()) == 20
    sessions.kw["bind"].dispose()


def test_list_shows_the_newest_first(run, reference: str) -> None:
    done = run("list")
    assert (done.code, done.err) == (0, "")
    newer, older = done.out.splitlines()
    for words in (reference, "2026-05-01 12:00", "received", "Les Érables", "[Formation]"):
        assert words in newer
    assert "to_qualify" in older and "[à qualifier par une personne]" in older


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    "args", [["--limit", "1"], ["--field", "training"], ["--status", "received"]], ids=str
)
def test_list_keeps_to_what_is_asked(run, reference: str, args: list[str]) -> None:
    [line] = run("list", *args).out.splitlines()
    assert line.startswith(reference)


def test_show_tells_all_of_a_request(run, reference: str) -> None:
    done = run("show", reference.lower())
    assert (done.code, done.err) == (0, "")
    for line in (
        f"reference: {reference}",
        "organisation_name: Les Érables",
        "contact_phone: ",
        "description: Notre trésorière est partie.",
        "field 1: training (0.5, by bot)",
        "consent to contact: granted, text contact-7",
        "consent to news: refused, text news-7",
    ):
        assert line in done.out.splitlines()
    assert "status received: " in done.out
    assert "e-mail to training@consortium.example: due " in done.out


@pytest.mark.parametrize("backend", ["sqlite"])
def test_show_tells_staff_which_message_is_parked(
    run, sessions: SessionFactory, reference: str
) -> None:
    with sessions.begin() as session:
        for message in session.scalars(select(OutboxMessage)):
            message.attempts, message.last_error = 8, "SMTPDataError: no"
            message.parked_at, message.next_attempt_at = message.created_at, None
    told = "e-mail to training@consortium.example: parked after 8 attempts (SMTPDataError: no)"
    assert told in run("show", reference).out.splitlines()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_unknown_reference_is_told(run, reference: str) -> None:
    assert "C-1999-00001" in run("show", "C-1999-00001").error


@pytest.mark.parametrize("backend", ["sqlite"])
def test_export_writes_a_file_that_a_spreadsheet_takes_for_utf8(
    run, reference: str, tmp_path: Path
) -> None:
    done = run("export", "requests.csv", "--field", "training")
    assert (done.code, done.out, done.err) == (0, "", "")
    content = (tmp_path / "requests.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["reference"], row["organisation_name"]) == (reference, "Les Érables")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_export_without_a_file_writes_to_standard_output(run, reference: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export").out)))
    assert [row["organisation_name"] for row in rows] == ["Les Érables", "Les Pins"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_slow_reader_of_an_export_does_not_keep_members_from_filing(
    sessions: SessionFactory, database_url: str
) -> None:
    """More is exported than a pipe holds, so the export waits for its reader."""
    file_requests(sessions, [draft(str(n), description="é" * 20_000) for n in range(8)])
    export = subprocess.Popen(
        [sys.executable, "-m", "catalog", "export"],
        cwd=ROOT,
        env={"PYTHONUTF8": "1", "DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
    )
    with export:
        assert export.stdout.read(1)
        file_requests(sessions, [draft("while it waits")])
        export.stdout.read()
    assert export.returncode == 0


def test_send_outbox_sends_what_is_due_into_the_folder(run, reference: str, tmp_path: Path) -> None:
    sent = [run("send-outbox", VAR_DIR="elsewhere").out for _ in range(2)]
    assert sent == ["4 e-mail(s) sent.\n", "0 e-mail(s) sent.\n"]
    assert len(list((tmp_path / "elsewhere" / "outbox").glob("*.eml"))) == 4


@pytest.mark.parametrize("backend", ["sqlite"])
def test_work_goes_round(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[catalog.cli.Worker] = []

    class Stopped(Exception):
        pass

    def do_round(worker: catalog.cli.Worker) -> None:
        rounds.append(worker)
        if len(rounds) == 3:
            raise Stopped

    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(catalog.cli.Worker, "do_round", do_round)
    monkeypatch.setattr(catalog.cli, "configure_logs", lambda: None)
    monkeypatch.setattr(catalog.cli, "WORK_SECONDS", 0)
    with pytest.raises(Stopped):
        catalog.cli.work_command()
    assert rounds == rounds[:1] * 3


@pytest.mark.parametrize("backend", ["sqlite"])
def test_show_tells_what_was_sent(run, sessions: SessionFactory, reference: str, clock) -> None:
    class Nowhere:
        def send(self, *_: object) -> None:
            pass

    clock.set("2099-01-01T12:00:00+00:00")
    send_due(sessions, Nowhere(), "a@b.example")
    assert (
        "e-mail to training@consortium.example: sent 2099-01-01 12:00" in run("show", reference).out
    )


@pytest.mark.parametrize("command", ["list", "seed", "export", "send-outbox"])
def test_without_tables_the_command_to_run_is_told(
    tmp_path: Path, empty_database_url: str, command: str
) -> None:
    done = run_catalog(command, folder=tmp_path, DATABASE_URL=empty_database_url)
    assert "`migrate`" in done.error


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://x/y",
        "postgres://x/y",
        "postgresql://localhost:port/x",
        "postgresql://127.0.0.1:1/x",
        "sqlite:///a-file/x.db",
        "sqlite:////proc/none/x.db",
    ],
)
@pytest.mark.parametrize("command", ["migrate", "list"])
def test_a_database_url_that_cannot_be_used_is_told_in_one_line(
    run_alone, tmp_path: Path, command: str, url: str
) -> None:
    (tmp_path / "a-file").touch()
    assert run_alone(command, DATABASE_URL=url).error
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_database_of_a_later_version_is_told_in_one_line(run, sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "9999" in run("migrate").error


def test_a_broken_env_file_is_told_with_its_line(run_alone, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WEB_PORT=8000\nSECRET_KEY='never closed\n")
    assert ".env, line 2" in run_alone("list").error


def test_a_bad_setting_is_told_by_its_name(run_alone) -> None:
    assert run_alone("migrate", WEB_PORT="many").error.startswith("WEB_PORT: ")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_export_that_cannot_be_written_is_told(run, reference: str, tmp_path: Path) -> None:
    assert "none/requests.csv" in run("export", "none/requests.csv").error


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_mistake_in_a_file_of_data_is_told_in_one_line(tmp_path: Path, database_url: str) -> None:
    copy = shutil.copytree(Path(catalog.__file__).parent, tmp_path / "catalog")
    fields = yaml.safe_load((copy / "fields.yml").read_text("utf-8"))
    del fields[2]["team_email"]
    (copy / "fields.yml").write_text(yaml.safe_dump(fields), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "catalog", "seed"],
        cwd=tmp_path,
        env={"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "catalog: catalog/fields.yml, entry 3: 'team_email' is missing\n"
