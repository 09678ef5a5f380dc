"""One running stack per database, shared by all conversations."""

from collections.abc import Callable, Iterator

import pytest

from tests.conversations.stack import Member, Stack, running_stack


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        database_url = f"sqlite:///{folder}/aiguilleur.db"
    else:
        database_url = request.getfixturevalue("postgresql_cluster").create_database()
    with running_stack(database_url, folder) as running:
        yield running


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def member(stack: Stack, language: str) -> Member:
    """Someone who opened the page in `language`."""
    return Member(stack, language)


@pytest.fixture
def tell(language: str) -> Callable[[str, str], str]:
    """The French or the English of a pair."""
    return lambda french, english: french if language == "fr" else english
