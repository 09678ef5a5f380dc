"""Take the pictures of the console: `python -m tests.browser.console.pictures`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from catalog.demo.fill import fill
from catalog.models import ChatTurn, Language, Request, Role
from tests.browser.chromium import MISSING, find_chromium, running_chromium
from tests.browser.console.server import Console, running_console
from tests.browser.screenshots import PICTURES
from web.console.authentication import COOKIE

SCREEN = {"width": 1300, "height": 860}
PAGES = {
    "inbox": "/request/list",
    "request": "/request/detail?pk={request}",
    "review": "/review?queue=uncertain&language=fr",
    "dashboard": "/dashboard?period=365",
}
# One whose conversation is there to see.
LATEST_ROUTED = (
    select(Request.id)
    .join(ChatTurn, ChatTurn.conversation_id == Request.conversation_id)
    .where(Request.language == Language.FR, Request.fields.any())
    .order_by(Request.id.desc())
    .limit(1)
)


def take(browser: Browser, console: Console, folder: Path = PICTURES) -> Iterator[Path]:
    """The path of each picture, once it is taken."""
    administrator = console.account(Role.ADMINISTRATOR, name="Camille Roy")
    with console.sessions() as session:
        request = session.scalar(LATEST_ROUTED)
    context = browser.new_context(viewport=SCREEN, locale="fr-CA", reduced_motion="reduce")
    token = console.open_session(administrator)
    context.add_cookies([{"name": COOKIE, "value": token, "url": console.url}])
    page = context.new_page()
    for name, path in PAGES.items():
        _show(page, f"{console.url}{path.format(request=request)}")
        picture = folder / f"console-{name}.png"
        page.screenshot(path=picture)
        yield picture


def _show(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    # The focus is not to be seen where the page puts it.
    page.evaluate("() => document.activeElement.blur()")


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print(f"pictures: {MISSING}", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        console = opened.enter_context(running_console(folder))
        fill(console.sessions)
        browser = opened.enter_context(running_chromium(chromium))
        for picture in take(browser, console):
            print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
