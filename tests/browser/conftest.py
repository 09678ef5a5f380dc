"""A running stack, a browser, and the sites of pôles."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.models import Widget
from catalog.widgets import WidgetChanges, set_widget, snippet
from tests.browser.chat import Chat
from tests.browser.chromium import MISSING, find_chromium, running_chromium
from tests.browser.sites import Site
from tests.browser.watch import Watch
from tests.conversations.stack import Stack, running_stack

ANSWER_MS = 20_000
SCREEN = {"width": 1024, "height": 768}

expect.set_options(timeout=ANSWER_MS)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("browser")
    with running_stack(f"sqlite:///{folder}/aiguilleur.db", folder) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    with running_chromium(path) as browser:
        yield browser


@pytest.fixture(scope="package")
def site(stack: Stack) -> Iterator[Site]:
    """The site of a pôle, which may embed its widget."""
    with Site(stack.settings.web_url).serving() as serving:
        yield serving


@pytest.fixture(scope="package")
def foreign_site(stack: Stack) -> Iterator[Site]:
    """A site that may embed no widget."""
    with Site(stack.settings.web_url).serving() as serving:
        yield serving


@pytest.fixture
def change(stack: Stack, site: Site) -> Callable[..., Widget]:
    """A function that changes the widget of a pôle, for the pages of `site`."""

    def changed(pole: str, **changes: object) -> Widget:
        with stack.sessions.begin() as session:
            return set_widget(session, pole, WidgetChanges(origins=[site.origin], **changes))

    return changed


@pytest.fixture
def widget(change: Callable[..., Widget]) -> Widget:
    """The widget of the pôle of Estrie."""
    return change("estrie")


@pytest.fixture
def paste(stack: Stack) -> Callable[[Widget], str]:
    """A function that gives the line that a pôle pastes into its pages."""
    return lambda widget: snippet(widget, stack.settings.web_url)


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def watch() -> Watch:
    """What the browser says while the test lasts."""
    return Watch()


@pytest.fixture
def visit(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A function that opens an address in a browser that has never been anywhere.

    The browser may say nothing that the test does not expect.
    """

    def visited(address: str, **options: object) -> Page:
        context = browser.new_context(**{"viewport": SCREEN, "locale": "fr-CA", **options})
        context.set_default_timeout(ANSWER_MS)
        watch.follow(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield visited
    try:
        watch.check()
    finally:
        for context in browser.contexts:
            context.close()


@pytest.fixture
def open_widget(
    stack: Stack,
    site: Site,
    widget: Widget,
    paste: Callable[[Widget], str],
    visit: Callable[..., Page],
) -> Callable[..., Chat]:
    """A function that opens the chat on a page of the pôle."""

    def opened(language: str, **options: object) -> Chat:
        page = visit(site.publish(paste(widget), language), **options)
        page.locator("section > button").click()
        return Chat(stack, page, language, is_framed=True).opened()

    return opened


@pytest.fixture
def open_page(stack: Stack, visit: Callable[..., Page]) -> Callable[..., Chat]:
    """A function that opens the chat on a page of its own."""

    def opened(language: str, kind: type[Chat] = Chat, **options: object) -> Chat:
        page = visit(f"{stack.settings.web_url}/?language={language}", **options)
        return kind(stack, page, language).opened()

    return opened
