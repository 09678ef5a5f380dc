"""What is shown, as axe and a few measures see it."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.browser.chat import Chat

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# A frame is looked at by itself: axe has no part of it in a document of another origin.
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
# Once what has just changed is painted.
RUN = """async (options) => {
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  return (await axe.run(document, options)).violations;
}"""
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}
NARROW = {"width": 320, "height": 568}
TARGET_PX = 24
# A link within a sentence is as tall as its line.
TARGETS = ":is(button, textarea, a:not(.words a, li a)):visible"
SMALLER = """(targets, least) => {
  const sizes = targets.map((target) => [target.outerHTML, target.getBoundingClientRect()]);
  return sizes.filter(([, { width, height }]) => Math.min(width, height) < least);
}"""


def assert_accessible(shown: Chat | Page) -> None:
    """Fail if axe finds anything: of a chat, in the chat's own document."""
    if isinstance(shown, Chat):
        shown = shown.page.frames[-1] if shown.is_framed else shown.page
    violations = _violations(shown)
    found = [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not found, found


def assert_accessible_in_every_look(shown: Chat | Page) -> None:
    page = shown.page if isinstance(shown, Chat) else shown
    for look in LOOKS.values():
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **look})
        assert_accessible(shown)
    usual = page.viewport_size
    page.set_viewport_size(NARROW)
    assert_accessible(shown)
    page.set_viewport_size(usual)


def assert_large_targets(chat: Chat) -> None:
    """Fail if something to press is hard to hit."""
    small = chat.root.locator(TARGETS).evaluate_all(SMALLER, TARGET_PX)
    assert not small, small


def _violations(document: Page | Frame) -> list[dict]:
    if not document.evaluate("() => 'axe' in window"):
        document.evaluate(AXE_SCRIPT)
    return document.evaluate(RUN, OPTIONS)
