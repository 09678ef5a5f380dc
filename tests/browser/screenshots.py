"""Take the pictures of the documentation: `python -m tests.browser.screenshots`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from catalog.settings import SettingsError
from catalog.widgets import WidgetChanges, set_widget, snippet
from stack.errors import StackError
from tests.browser.chat import Chat
from tests.browser.chromium import MISSING, find_chromium, running_chromium
from tests.browser.sites import Site
from tests.conversations.stack import Stack, running_stack

PICTURES = Path("docs/pictures")
PHONE = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP = {"viewport": {"width": 1024, "height": 720}}
NEED = {
    "fr": "Bonsoir, notre ancienne trésorière est partie avec les papiers pis le vérificateur veut"
    " les livres avant le 15 mars",
    "en": "Nobody has done the books since our treasurer quit, and the auditor wants them before"
    " March 15",
}


class Photographer:
    """A browser before the pages of a pôle, and before ours."""

    def __init__(self, stack: Stack, browser: Browser, site: Site) -> None:
        self._stack = stack
        self._browser = browser
        self._site = site
        with stack.sessions.begin() as session:
            changes = WidgetChanges(origins=[site.origin])
            widget = set_widget(session, "estrie", changes)
        self._pasted = snippet(widget, stack.settings.web_url)

    def widget(self, language: str, screen: dict) -> Chat:
        page = self._open(self._site.publish(self._pasted, language), screen)
        page.locator("section > button").click()
        return Chat(self._stack, page, language, is_framed=True).opened()

    def page(self, language: str, screen: dict) -> Chat:
        page = self._open(f"{self._stack.settings.web_url}/?language={language}", screen)
        return Chat(self._stack, page, language).opened()

    def form(self, language: str, screen: dict) -> Page:
        chat = self.page(language, screen)
        with chat.page.expect_popup() as popup:
            chat.root.get_by_role("link", name=chat.text("notice_form")).click()
        words = popup.value.locator("[name=description]")
        words.fill(NEED[language])
        words.blur()
        popup.value.locator("#need").evaluate("heading => heading.scrollIntoView()")
        return popup.value

    def _open(self, address: str, screen: dict) -> Page:
        calm = {"locale": "fr-CA", "reduced_motion": "reduce"}
        page = self._browser.new_context(**calm, **screen).new_page()
        page.goto(address)
        return page


def converse(chat: Chat, *steps: str) -> Page:
    """Tell a need, then follow the `steps`."""
    chat.follow(NEED[chat.language], *steps)
    expect(chat.messages.last).to_be_in_viewport()
    # Neither the pointer nor the focus is to be seen on what was pressed.
    chat.page.mouse.move(0, 0)
    chat.html.evaluate("() => document.activeElement.blur()")
    return chat.page


def pages(photographer: Photographer) -> Iterator[tuple[str, Page]]:
    """The name of each picture, and what it shows."""
    yield "widget-phone-fr", converse(photographer.widget("fr", PHONE), ">yes")
    yield "widget-phone-en", converse(photographer.widget("en", PHONE), ">yes")
    yield "widget-desktop-fr", converse(photographer.widget("fr", DESKTOP))
    yield "page-desktop-en", converse(photographer.page("en", DESKTOP), ">yes")
    yield "form-phone-fr", photographer.form("fr", PHONE)


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print(f"screenshots: {MISSING}", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        try:
            stack = opened.enter_context(running_stack(f"sqlite:///{folder}/pictures.db", folder))
        except (SettingsError, StackError) as error:
            print(f"screenshots: {error}", file=sys.stderr)
            return 1
        browser = opened.enter_context(running_chromium(chromium))
        site = opened.enter_context(Site(stack.settings.web_url).serving())
        for name, page in pages(Photographer(stack, browser, site)):
            page.screenshot(path=PICTURES / f"{name}.png")
            print(PICTURES / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
