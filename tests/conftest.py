"""Databases for every test: migrated and seeded, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.database import SessionFactory, make_session_factory
from catalog.settings import Settings, get_settings
from tests.databases import migrate_and_seed
from tests.postgresql import Cluster, PostgresqlMissing, throwaway_cluster


@pytest.fixture
def plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings are the defaults: no variable and no `.env` of the machine reaches the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    try:
        with throwaway_cluster() as cluster:
            yield cluster
    except PostgresqlMissing as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: Cluster) -> str:
    """The name of a migrated and seeded database, to copy."""
    url = postgresql_cluster.create_database()
    migrate_and_seed(url)
    return url.rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded file, to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate_and_seed(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_database_url(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """A database without a table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    cluster = request.getfixturevalue("postgresql_cluster")
    url = cluster.create_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated and seeded database of the test's own."""
    if backend == "sqlite":
        path = tmp_path / "catalog.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    cluster = request.getfixturevalue("postgresql_cluster")
    url = cluster.create_database(request.getfixturevalue("postgresql_template"))
    yield url
    cluster.drop_database(url)


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    sessions = make_session_factory(database_url)
    yield sessions
    sessions.kw["bind"].dispose()
