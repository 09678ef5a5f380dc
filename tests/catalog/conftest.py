import datetime as dt
from pathlib import Path

import pytest

import catalog.outbox
import catalog.requests
from catalog.models import utc_now
from catalog.settings import Settings, get_settings


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Settings are the defaults: no variable and no `.env` of the machine reaches a test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


class Clock:
    """What filing and sending take for the present."""

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
    monkeypatch.setattr(catalog.requests, "utc_now", clock)
    monkeypatch.setattr(catalog.outbox, "utc_now", clock)
    return clock
