import datetime as dt

import pytest

import catalog.accounts
import catalog.casework
import catalog.outbox
import catalog.requests
from catalog.models import utc_now


@pytest.fixture(autouse=True)
def always_plain_settings(plain_settings: None) -> None:
    """Every test of the catalog is under the default settings."""


class Clock:
    """What filing, sending, signing in and answering take for the present."""

    def __init__(self) -> None:
        self.now: dt.datetime | None = None
        self.shift = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return (self.now or utc_now()) + self.shift

    def set(self, instant: str) -> None:
        self.now = dt.datetime.fromisoformat(instant)

    def advance(self, **parts: float) -> None:
        self.shift += dt.timedelta(**parts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (catalog.accounts, catalog.casework, catalog.outbox, catalog.requests):
        monkeypatch.setattr(module, "utc_now", clock)
    return clock
