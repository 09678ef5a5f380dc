"""Back-ups by PostgreSQL's own programs: what they are given, and when they can't do it."""

import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from catalog.backup.errors import BackupError
from catalog.backup.make import back_up
from catalog.backup.postgresql import PostgresqlStore
from catalog.backup.restore import restore
from catalog.database import migrate
from catalog.settings import Settings

PASSWORD = "s3cr%t/é"
LONG = "a" * 63


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=empty_database_url, var_dir=tmp_path / "var")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """A function that puts a script in the place of a program."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def put(program: str, script: str) -> None:
        path = folder / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")

    return put


def told(call: Callable[[], object]) -> str:
    with pytest.raises(BackupError) as refusal:
        call()
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_what_is_missing_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(settings.database_url)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pg_dump is not there: install postgresql-client-" in told(lambda: back_up(settings))


def test_programs_older_than_the_server_are_told(
    settings: Settings, fake: Callable[[str, str], None]
) -> None:
    migrate(settings.database_url)
    path = back_up(settings).path
    for program in ("pg_dump", "pg_restore"):
        fake(program, f'echo "{program} (PostgreSQL) 9.6.24"')
    assert "pg_dump is older than the server" in told(lambda: back_up(settings))
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    assert "pg_restore is older than the server" in told(lambda: restore(settings, path))


def test_the_password_is_on_no_command_line(
    settings: Settings, fake: Callable[[str, str], None], tmp_path: Path
) -> None:
    migrate(settings.database_url)
    url = make_url(settings.database_url).set(password=PASSWORD)
    url = url.update_query_dict({"application_name": "backups"})
    settings.database_url = url.render_as_string(hide_password=False)
    real, seen = shutil.which("pg_dump"), tmp_path / "seen"
    keys = ("PGPASSWORD", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGAPPNAME")
    fake("pg_dump", f'echo "$@" >> {seen}.args; env > {seen}.env; exec {real} "$@"')
    back_up(settings)
    assert "s3cr" not in (tmp_path / "seen.args").read_text()
    given = dict(line.split("=", 1) for line in (tmp_path / "seen.env").read_text().splitlines())
    assert [given[key] for key in keys] == [
        *(PASSWORD, url.host, str(url.port), url.username, url.database, "backups")
    ]


def test_what_a_program_quotes_of_the_rows_is_not_told(
    settings: Settings, fake: Callable[[str, str], None]
) -> None:
    migrate(settings.database_url)
    path = back_up(settings).path
    row = 'ERROR:  invalid input syntax for type integer: "Marie"'
    said = [
        f'pg_restore: error: COPY failed for table "requests": {row}',
        'CONTEXT:  COPY requests, line 3: "Marie Tremblay"',
    ]
    lines = " ".join(f"'{line}'" for line in said)
    version = 'case "$1" in --version) echo "pg_restore (PostgreSQL) 99.1"; exit;; esac'
    fake("pg_restore", f"{version}\nprintf '%s\\n' {lines} >&2; exit 1")
    refusal = told(lambda: restore(settings, path, replace=True))
    assert refusal == 'pg_restore failed: COPY failed for table "requests"'


def test_a_user_who_may_make_databases_can_restore(settings: Settings) -> None:
    user, database = f"user_{uuid.uuid4().hex}", settings.database_url.rpartition("/")[2]
    with psycopg.connect(settings.database_url, autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {user} LOGIN")
        administrator.execute(f"ALTER DATABASE {database} OWNER TO {user}")
        own = make_url(settings.database_url).set(username=user)
        settings.database_url = own.render_as_string()
        migrate(settings.database_url)
        path = back_up(settings).path
    assert "ALTER ROLE … CREATEDB" in told(lambda: restore(settings, path, replace=True))
    with psycopg.connect(settings.database_url.replace(user, "postgres")) as administrator:
        administrator.execute(f"ALTER ROLE {user} CREATEDB")
    restore(settings, path, replace=True)
    assert json.loads(back_up(settings).manifest.model_dump_json())["kind"] == "postgresql"


@pytest.mark.parametrize("name", [LONG, "é" * 31, 'o"dd %name'])
def test_the_names_beside_a_database_are_never_its_own(name: str) -> None:
    store = PostgresqlStore(make_url("postgresql://u@h").set(database=name))
    beside = {store._fresh, store._former}
    assert len(beside | {name}) == 3
    assert max(len(other.encode()) for other in beside) < 63
