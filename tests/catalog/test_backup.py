"""Back-ups hold all that was committed, restore whole or not at all, and are for one account."""

import datetime as dt
import itertools
import json
import logging
import os
import random
import re
import signal
import stat
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Event

import pytest
from sqlalchemy import select, text, update

import catalog.backup.folder
import catalog.backup.restore
import catalog.backup.sqlite
from catalog.accounts import find_session, sign_in
from catalog.backup.archive import DUMP, MANIFEST, digest, read_manifest, unpack
from catalog.backup.errors import BackupError
from catalog.backup.folder import PART, is_due, kept, name_of
from catalog.backup.make import back_up
from catalog.backup.restore import SKIPPED_REFERENCES, restore
from catalog.database import SessionFactory, make_session_factory, migrate
from catalog.erasures import erase
from catalog.last_runs import last_runs
from catalog.models import Base, Job, Purge, PurgeKind, Request, utc_now
from catalog.purges import purge_all
from catalog.requests import file_requests
from catalog.settings import Settings
from catalog.work import Worker
from tests.accounts import PASSWORD, add_account, audited
from tests.catalog.drafts import draft, references
from tests.catalog.dying_restores import MOMENTS, restore_and_die
from tests.catalog.processes import KILLED, Done, finish, run_catalog, start

WORDS = ("Marie", "Tremblay", "marie@", "Érables", "trésorière")
FILERS = 2
PATIENCE_SECONDS = 30
TRIES = 20
# What a restoration changes by itself.
SETTLED = {"account_sessions", "audit_entries", "reference_sequences"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, var_dir=tmp_path / "var")


@pytest.fixture
def elsewhere(empty_database_url: str, tmp_path: Path) -> Settings:
    """Another machine, without a database."""
    return Settings(database_url=empty_database_url, var_dir=tmp_path / "elsewhere")


@contextmanager
def opened(settings: Settings) -> Iterator[SessionFactory]:
    sessions = make_session_factory(settings.database_url)
    yield sessions
    sessions.kw["bind"].dispose()


def everything(settings: Settings) -> dict[str, list[str]]:
    """Every row of every table that is not Rasa's."""
    with opened(settings) as sessions, sessions() as session:
        return {
            name: sorted(str(row) for row in session.execute(select(table)))
            for name, table in Base.metadata.tables.items()
        }


def file(settings: Settings, *keys: str) -> list[str]:
    with opened(settings) as sessions:
        return [file_requests(sessions, [draft(key)])[0].reference for key in keys]


def filed(settings: Settings) -> list[str]:
    with opened(settings) as sessions:
        return references(sessions)


def add_events_table(sessions: SessionFactory) -> None:
    """Rasa's tracker store, which shares the database."""
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT)"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# What a back-up holds.


def test_all_of_a_database_comes_back_elsewhere(settings: Settings, elsewhere: Settings) -> None:
    file(settings, "a", "b", "c")
    with opened(settings) as sessions, sessions.begin() as session:
        add_account(session)
    restored = restore(elsewhere, back_up(settings).path)
    assert (restored.erasures, restored.former) == (0, None)
    before, after = everything(settings), everything(elsewhere)
    for name in before.keys() - SETTLED:
        assert after[name] == before[name], name
    assert set(before["audit_entries"]) < set(after["audit_entries"])
    with opened(elsewhere) as sessions:
        [*_, (action, _, told)] = audited(sessions, "backups")
        assert (action, list(told)) == ("restore", ["made_at"])


def test_a_back_up_under_load_is_of_one_instant(
    sessions: SessionFactory, settings: Settings, elsewhere: Settings
) -> None:
    add_events_table(sessions)
    acknowledged: Queue[str] = Queue()
    stop, ids = Event(), itertools.count(1)

    def file_on(filer: int) -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            key = f"{filer}-{number}"
            with sessions.begin() as session:
                said = text("INSERT INTO events VALUES (:id, :key)")
                session.execute(said, {"id": next(ids), "key": key})
            file_requests(sessions, [draft(key)])
            acknowledged.put(key)

    def drained() -> list[str]:
        keys = []
        while True:
            try:
                keys.append(acknowledged.get_nowait())
            except Empty:
                return keys

    with ThreadPoolExecutor(FILERS) as pool:
        filers = [pool.submit(file_on, filer) for filer in range(FILERS)]
        try:
            before, meanwhile = [acknowledged.get(timeout=PATIENCE_SECONDS)], []
            for _ in range(TRIES):
                before += drained()
                backup = back_up(settings)
                if meanwhile := drained():
                    break
        finally:
            stop.set()
        [filer.result() for filer in filers]
    assert meanwhile, "no request was filed while the back-up was made"

    restore(elsewhere, backup.path)
    with opened(elsewhere) as restored, restored() as session:
        requests = session.scalars(select(Request).order_by(Request.id)).all()
        keys = {request.idempotency_key for request in requests}
        assert set(before) <= keys
        assert keys <= set(session.scalars(text("SELECT sender_id FROM events")))
        numbers = [int(request.reference.rpartition("-")[2]) for request in requests]
        assert sorted(numbers) == list(range(1, len(requests) + 1))
        for request in requests:
            counts = [len(request.fields), len(request.consents), len(request.status_changes)]
            assert (counts, len(request.outbox_messages)) == ([2, 2, 1], 3)
        assert backup.manifest.contents.rows["requests"] == len(requests)
        for name, rows in backup.manifest.contents.rows.items():
            if name not in SETTLED:
                query = text(f"SELECT count(*) FROM {name}")
                assert session.scalar(query) == rows, name


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_was_erased_is_in_no_back_up(settings: Settings) -> None:
    with opened(settings) as sessions:
        add_events_table(sessions)
        with sessions.begin() as session:
            session.execute(text("INSERT INTO events VALUES (1, 'Mes mots, puis plus rien')"))
        with sessions.begin() as session:
            session.execute(text("DELETE FROM events"))
    with zipfile.ZipFile(back_up(settings).path) as archive:
        assert b"plus rien" not in archive.read(DUMP)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_back_up_is_for_one_account_and_says_what_it_holds(settings: Settings) -> None:
    file(settings, "a")
    backup = back_up(settings)
    assert (mode(backup.path), mode(settings.backups)) == (0o600, 0o700)
    assert os.listdir(settings.backups) == [backup.path.name]
    [(instant, path)] = kept(settings.backups)
    assert (instant, path) == (backup.manifest.made_at, backup.path)
    with zipfile.ZipFile(path) as archive:
        told = archive.read(MANIFEST).decode()
    assert not [word for word in WORDS if word in told]
    assert json.loads(told)["contents"]["rows"]["requests"] == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_back_up_that_fails_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catalog.backup.make.write_archive", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        back_up(settings)
    assert os.listdir(settings.backups) == []


def test_nothing_is_written_over_or_made_of_nothing(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_text("the operator’s")
    with pytest.raises(BackupError, match="exists: give another name"):
        back_up(settings, taken)
    assert taken.read_text() == "the operator’s"
    with pytest.raises(BackupError, match="check DATABASE_URL"):
        back_up(elsewhere)


# What is restored.


@pytest.mark.parametrize("backend", ["sqlite"])
def test_references_that_members_hold_are_not_given_again(
    settings: Settings, elsewhere: Settings
) -> None:
    [first] = file(settings, "a")
    backup = back_up(settings)
    [lost] = file(settings, "b")
    restore(elsewhere, backup.path)
    [new] = file(elsewhere, "c")
    number = int(first.rpartition("-")[2])
    assert new.endswith(f"{number + SKIPPED_REFERENCES + 1:05d}")
    assert lost not in filed(elsewhere)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_those_of_a_replaced_database_are_known(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog.backup.restore, "SKIPPED_REFERENCES", 1)
    file(settings, "a")
    backup = back_up(settings)
    lost = file(settings, "b", "c", "d")
    restore(settings, backup.path, replace=True)
    assert file(settings, "e")[0] > max(lost)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_was_replaced_can_be_restored_in_turn(settings: Settings) -> None:
    kept_ones = file(settings, "a")
    backup = back_up(settings)
    kept_ones += file(settings, "b")
    restored = restore(settings, backup.path, replace=True)
    assert filed(settings) == kept_ones[:1]
    restore(settings, restored.former.path, replace=True)
    assert filed(settings) == kept_ones


def test_erasures_asked_for_since_are_done_again(settings: Settings) -> None:
    erased, other = file(settings, "a", "b")
    backup = back_up(settings)
    with opened(settings) as sessions, sessions.begin() as session:
        request = session.scalars(select(Request).where(Request.reference == erased)).one()
        erase(session, [request], settings.var_dir)
    assert restore(settings, backup.path, replace=True).erasures == 1
    with opened(settings) as sessions, sessions() as session:
        requests = {request.reference: request for request in session.scalars(select(Request))}
        assert requests[erased].erased_at
        assert not [word for word in WORDS if word in requests[erased].description]
        assert "trésorière" in requests[other].description


@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_sign_in_outlives_it(settings: Settings, elsewhere: Settings) -> None:
    with opened(settings) as sessions, sessions.begin() as session:
        account = add_account(session)
        token = sign_in(session, account.email, PASSWORD).token
    restore(elsewhere, back_up(settings).path)
    with opened(elsewhere) as sessions, sessions.begin() as session:
        assert find_session(session, token) is None
        assert sign_in(session, account.email, PASSWORD)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_back_up_of_an_older_schema_is_brought_up_to_date(
    elsewhere: Settings, settings: Settings
) -> None:
    migrate(elsewhere.database_url, "0002")
    with opened(elsewhere) as sessions, sessions.begin() as session:
        session.execute(text("INSERT INTO regions VALUES ('99', 'Ailleurs')"))
    backup = back_up(elsewhere)
    assert backup.manifest.contents.revision == "0002"
    restore(settings, backup.path, replace=True)
    with opened(settings) as sessions, sessions() as session:
        assert session.scalars(text("SELECT name FROM regions")).all() == ["Ailleurs"]
    assert back_up(settings).manifest.contents.revision > "0002"


# What is refused.


def rewritten(path: Path, change: Callable[[dict], None], dump: bytes | None = None) -> None:
    """Write a back-up again, its manifest changed; with `dump`, another one in it."""
    with zipfile.ZipFile(path) as archive:
        manifest, former = json.loads(archive.read(MANIFEST)), archive.read(DUMP)
    change(manifest)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(DUMP, former if dump is None else dump)
        archive.writestr(MANIFEST, json.dumps(manifest))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def tear(path: Path) -> None:
    """A page in the middle was never written."""
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size // 2)
        stream.write(bytes(4096))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def put_in_another_dump(path: Path) -> None:
    rewritten(path, lambda manifest: None, dump=b"something else")


def put_in_another_dump_with_its_sum(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"something else")
    rewritten(path, lambda manifest: manifest.update(sha256=digest(other)), other.read_bytes())


def claim_more_rows(path: Path) -> None:
    rewritten(path, lambda manifest: manifest["contents"]["rows"].update(requests=9))


def claim_an_older_schema(path: Path) -> None:
    rewritten(path, lambda manifest: manifest["contents"].update(revision="0001"))


def say_more(path: Path) -> None:
    rewritten(path, lambda manifest: manifest.update(more=True))


EVERY_DAMAGE = (
    *(cut, tear, empty, put_in_another_dump, put_in_another_dump_with_its_sum),
    *(claim_more_rows, claim_an_older_schema, say_more),
)
# What only PostgreSQL's programs, or what they restored, can tell.
DAMAGE_WITHIN = (put_in_another_dump_with_its_sum, claim_more_rows)


@pytest.mark.parametrize(
    ("backend", "damage"),
    [
        *(("sqlite", damage) for damage in EVERY_DAMAGE),
        *(("postgresql", damage) for damage in DAMAGE_WITHIN),
    ],
)
def test_a_damaged_or_forged_back_up_changes_nothing(
    settings: Settings, backend: str, damage: Callable[[Path], None]
) -> None:
    file(settings, "a")
    path = back_up(settings).path
    file(settings, "b")
    before = everything(settings)
    damage(path)
    with pytest.raises(BackupError) as refusal:
        restore(settings, path, replace=True)
    assert "\n" not in str(refusal.value)
    assert not [word for word in WORDS if word in str(refusal.value)]
    assert everything(settings) == before
    assert not list(settings.backups.glob(f"*{PART}"))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_dump_of_another_back_up_is_refused(settings: Settings, tmp_path: Path) -> None:
    file(settings, "a")
    path, dump = back_up(settings).path, tmp_path / "dump"
    with opened(settings) as sessions, sessions.begin() as session:
        session.execute(update(Request).values(contact_name="Someone else"))
    unpack(back_up(settings).path, dump)
    rewritten(path, lambda manifest: None, dump.read_bytes())
    with pytest.raises(BackupError, match="as it was made"):
        restore(settings, path, replace=True)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_changed_byte_passes(settings: Settings, tmp_path: Path) -> None:
    file(settings, "a")
    path = back_up(settings).path
    whole, chance = path.read_bytes(), random.Random(6)
    unpack(path, tmp_path / "dump")
    manifest, dump = read_manifest(path), (tmp_path / "dump").read_bytes()
    # Each byte of what describes the files, and some of the files' own.
    ends = [*range(200), *range(len(whole) - 400, len(whole))]
    for place in [*ends, *chance.sample(range(len(whole)), 200)]:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        try:
            found = unpack(path, tmp_path / "dump")
        except BackupError:
            continue
        # Such as the date of a file within the zip.
        assert (found, (tmp_path / "dump").read_bytes()) == (manifest, dump), place


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"revision": "9999"}, "made by a newer program"),
        ({"kind": None}, "restore it where it was made of"),
    ],
)
def test_what_is_not_for_here_is_told(settings: Settings, change: dict, told: str) -> None:
    path = back_up(settings).path
    kinds = {"sqlite": "postgresql", "postgresql": "sqlite"}

    def claim(manifest: dict) -> None:
        if "kind" in change:
            manifest["kind"] = kinds[manifest["kind"]]
        else:
            manifest["contents"].update(change)

    rewritten(path, claim)
    before = everything(settings)
    with pytest.raises(BackupError, match=told):
        restore(settings, path, replace=True)
    assert everything(settings) == before


def test_a_database_that_is_in_use_or_holds_something_stays(
    sessions: SessionFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog.backup.sqlite, "LOCK_WAIT_SECONDS", 0.1)
    file_requests(sessions, [draft()])
    path = back_up(settings).path
    with pytest.raises(BackupError, match="is in use: stop the service first"):
        restore(settings, path, replace=True)
    sessions.kw["bind"].dispose()
    with pytest.raises(BackupError, match="is not empty: --replace"):
        restore(settings, path)
    assert len(filed(settings)) == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_ruined_database_is_not_replaced_unseen(settings: Settings) -> None:
    path = back_up(settings).path
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    database.write_bytes(b"ruined" * 1000)
    with pytest.raises(BackupError, match=r"is damaged .*: move it elsewhere"):
        restore(settings, path, replace=True)
    database.rename(database.with_suffix(".ruined"))
    restore(settings, path)
    assert filed(settings) == []


def test_a_restoration_that_fails_changes_nothing(
    settings: Settings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(settings, "a")
    path = back_up(settings).path
    file(settings, "b")
    before = everything(settings)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(catalog.backup.restore, "migrate", fail)
    with pytest.raises(OSError, match="No space"):
        restore(settings, path, replace=True)
    assert everything(settings) == before
    assert not fresh_ones(settings)


def fresh_ones(settings: Settings) -> list[str]:
    """What is left of databases that restorations make on the side."""
    if settings.database_url.startswith("sqlite"):
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        return [str(path) for path in database.parent.glob(f"{database.name}.*")]
    with opened(settings) as sessions, sessions() as session:
        query = text("SELECT datname FROM pg_database WHERE datname ~ :name")
        return list(session.scalars(query, {"name": f"{settings.database_url[-20:]}_"}))


@pytest.mark.parametrize(("backend", "moment"), MOMENTS)
def test_a_restoration_that_is_killed_leaves_the_old_or_the_new(
    settings: Settings, backend: str, moment: str
) -> None:
    with opened(settings) as sessions:
        drafts = [draft(str(number), description="x" * 20_000) for number in range(40)]
        new = [request.reference for request in file_requests(sessions, drafts)]
    path = back_up(settings).path
    with opened(settings) as sessions, sessions.begin() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if "request_id" in table.c or table.name == "requests":
                session.execute(table.delete())
    if backend == "sqlite":
        with opened(settings) as sessions, sessions.kw["bind"].connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("VACUUM")
    process = start(
        restore_and_die, settings.database_url, str(settings.var_dir), str(path), moment
    )
    assert finish(process) in (KILLED, -signal.SIGXFSZ)
    assert filed(settings) == (new if moment == "swapped" else [])
    restore(settings, path, replace=True)
    assert filed(settings) == new
    assert not fresh_ones(settings)


# The folder, and the schedule.


@pytest.mark.parametrize("backend", ["sqlite"])
def test_old_back_ups_are_removed_and_that_is_written(settings: Settings) -> None:
    settings.backups.mkdir(parents=True)
    now = utc_now()
    recent, old = (
        settings.backups / name_of(now - dt.timedelta(days=settings.backup_days, hours=hours))
        for hours in (-1, 1)
    )
    own = settings.backups / "le mien.zip"
    forsaken = settings.backups / f"{old.name}{PART}"
    for path in (old, recent, own):
        path.touch()
    forsaken.mkdir()
    (forsaken / "dump").touch()
    os.utime(forsaken, (0, 0))
    with opened(settings) as sessions:
        assert purge_all(sessions, settings)[PurgeKind.BACKUPS] == 1
        assert set(settings.backups.iterdir()) == {recent, own}
        with sessions() as session:
            [purge] = session.scalars(select(Purge))
            assert (purge.kind, purge.count) == (PurgeKind.BACKUPS, 1)


@pytest.mark.parametrize(
    ("ages", "hours", "due"),
    [([], 24, True), ([25], 24, True), ([25, 23], 24, False), ([-9], 24, True), ([], 0, False)],
)
def test_one_is_due_so_many_hours_after_the_last(
    tmp_path: Path, ages: list[float], hours: float, due: bool
) -> None:
    for age in ages:
        (tmp_path / name_of(utc_now() - dt.timedelta(hours=age))).touch()
    assert is_due(tmp_path, hours) is due


def test_the_worker_makes_those_that_are_due(
    sessions: SessionFactory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(2):
        Worker(sessions, settings).do_round()
    [(made_at, path)] = kept(settings.backups)
    assert caplog.messages == [f"backed up to {path}"]
    with sessions() as session:
        assert last_runs(session)[Job.BACKUP] > made_at


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_worker_goes_on_without(
    sessions: SessionFactory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.backup_dir = settings.var_dir / "file" / "backups"
    settings.var_dir.mkdir()
    settings.backup_dir.parent.write_text("no folder")
    Worker(sessions, settings).do_round()
    [message] = caplog.messages
    assert message.startswith("no back-up was made: ")
    with sessions() as session:
        assert Job.WORK in last_runs(session)


# The command line.


def test_a_person_backs_up_and_restores(settings: Settings, tmp_path: Path) -> None:
    file(settings, "a")

    def run(*args: str) -> Done:
        return run_catalog(*args, folder=tmp_path, DATABASE_URL=settings.database_url)

    revision = r"schema \d{4}"
    done = run("backup", "mine.zip")
    assert (done.code, done.err) == (0, "")
    with opened(settings) as sessions, sessions() as session:
        assert Job.BACKUP in last_runs(session)
    assert re.fullmatch(rf"mine\.zip: 1 request\(s\), {revision}\.\n", done.out)
    assert "is not empty" in run("restore", "mine.zip").error
    done = run("restore", "mine.zip", "--replace")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(
        rf"Restored 1 request\(s\), {revision}, as of [\d-]+ [\d:]+ UTC; 0 erasure\(s\) done again;"
        r" what was there is in var/backups/aiguilleur-\S+\.zip\.\n",
        done.out,
    )
    with opened(settings) as sessions, sessions() as session:
        # It is not of the back-up that came back, which was made before it was written.
        assert Job.BACKUP not in last_runs(session)
    (tmp_path / "mine.zip").write_bytes(b"not one")
    assert "is not a whole back-up" in run("restore", "mine.zip", "--replace").error
