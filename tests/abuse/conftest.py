"""The gateway over both databases, with the bot and the browsers of the web tests."""

from collections import Counter
from collections.abc import Callable

import pytest

from catalog.settings import Settings
from tests.web.conftest import (  # noqa: F401
    anyio_backend,
    bot,
    change,
    chat,
    engine,
    gateway,
    start,
    turns,
    widget,
)
from tests.web.console.conftest import (  # noqa: F401
    account,
    administrator,
    agent,
    browse,
    enter,
    file,
    quick_hashes,
    read,
)

TRIED: Counter[str] = Counter()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Limits that an attack does not meet, unless it is about them."""
    limits = ("session", "address", "key")
    return Settings(
        _env_file=None,
        environment="local",
        database_url=database_url,
        answer_timeout_seconds=5,
        conversations_per_address="100000/minute",
        sign_ins_per_address="100000/minute",
        rasa_port=5005,
        actions_port=5055,
        **{f"messages_per_{kind}": "100000/minute" for kind in limits},
    )


@pytest.fixture
def tried() -> Callable[[str, int], None]:
    """A function that counts attempts at an attack, for the table that the run ends on."""

    def count(attack: str, attempts: int = 1) -> None:
        TRIED[attack] += attempts

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.section("attacks tried")
        for attack, attempts in sorted(TRIED.items()):
            terminalreporter.write_line(f"{attempts:8,}  {attack}")
