"""Engine and sessions for the one `DATABASE_URL`, SQLite or PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from catalog.settings import get_settings

MIGRATIONS = Path(__file__).parent / "migrations"
# Less than a member waits for an answer, so that the answer can still be that it failed.
LOCK_WAIT_SECONDS = 5
# Statements are short, and read a few rows by an index: neither workers nor compilation pay, and a
# row is not much further than the next one, as on any disk without a moving part.
POSTGRESQL = {
    "lock_timeout": f"{LOCK_WAIT_SECONDS}s",
    "jit": "off",
    "max_parallel_workers_per_gather": 0,
    "random_page_cost": 1.1,
    "work_mem": "32MB",
    # A plan for any value would not tell a common word from a rare one, nor a day from a year.
    "plan_cache_mode": "force_custom_plan",
}

SessionFactory = sessionmaker[Session]


def make_engine(database_url: str) -> Engine:
    """An engine with the driver and pragmas that the catalog relies on."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        waits = {
            "connect_timeout": LOCK_WAIT_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in POSTGRESQL.items()),
        }
        return create_engine(url, pool_pre_ping=True, connect_args=waits)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def make_session_factory(database_url: str) -> SessionFactory:
    return sessionmaker(make_engine(database_url), expire_on_commit=False)


def configured_sessions() -> SessionFactory:
    """Sessions of the database that the settings name."""
    return make_session_factory(get_settings().database_url)


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)


def _set_pragmas(connection, _record) -> None:
    # The driver's own transaction handling would commit around our BEGIN.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    # Else REPLACE would take the place of a row that a trigger keeps from being deleted.
    connection.execute("PRAGMA recursive_triggers=ON")


def _begin_immediate(connection) -> None:
    # A transaction that reads first and writes later would fail at once under another writer.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
