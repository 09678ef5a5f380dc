"""A console with some days of activity in it, and browsers signed in to it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from catalog.models import Account, Request, Role
from tests.browser.console import activity
from tests.browser.console.server import Console, running_console
from tests.browser.watch import Watch
from web.console.authentication import COOKIE, LANGUAGE_COOKIE

COOKIES = (COOKIE, LANGUAGE_COOKIE, "starlette_admin_csrftoken", "console_openid")

SignIn = Callable[..., Page]


class ConsoleWatch(Watch):
    """The console's own cookies are expected, and no other."""

    def check(self) -> None:
        for context in self.contexts:
            for name in COOKIES:
                context.clear_cookies(name=name)
        super().check()


@pytest.fixture
def watch() -> ConsoleWatch:
    return ConsoleWatch()


@pytest.fixture(scope="package")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with running_console(tmp_path_factory.mktemp("console")) as running:
        # Never closed: of the last one, too much is refused.
        running.account(Role.ADMINISTRATOR, email="first@consortium.example", name="Dominique")
        activity.fill(running.sessions, running.account(Role.AGENT, name="Camille Roy"))
        yield running


@pytest.fixture
def enter(console: Console, visit: Callable[..., Page]) -> Callable[..., Page]:
    """A function that opens a page in a new browser where `account` is signed in."""

    def entered(account: Account, path: str = "/", **options: object) -> Page:
        cookies = [
            {"name": COOKIE, "value": console.open_session(account), "path": "/console"},
            {"name": LANGUAGE_COOKIE, "value": account.language, "path": "/"},
        ]
        cookies = [{**cookie, "domain": "127.0.0.1"} for cookie in cookies]
        state = {"cookies": [_whole(cookie) for cookie in cookies], "origins": []}
        return visit(f"{console.url}{path}", storage_state=state, **options)

    return entered


@pytest.fixture
def sign_in(console: Console, enter: Callable[..., Page]) -> SignIn:
    """A function that opens a page as someone of a role, in a language."""

    def signed_in(role: str, language: str, path: str = "/", **options: object) -> Page:
        changes = {"pole_slug": "estrie"} if role == Role.POLE else {}
        return enter(console.account(role, language, **changes), path, **options)

    return signed_in


@pytest.fixture
def file(console: Console) -> Callable[..., Request]:
    """A function that files a request as the bot does."""
    return lambda **changes: activity.file(console.sessions, **changes)


def _whole(cookie: dict[str, str]) -> dict[str, object]:
    """A cookie with all that a browser keeps of it."""
    kept = {"expires": -1, "httpOnly": cookie["name"] == COOKIE, "secure": False}
    return {**cookie, **kept, "sameSite": "Lax"}
