"""Every page and state of the console, as axe, a narrow screen and a keyboard find it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from catalog.models import LearningState
from tests.browser.accessibility import NARROW, assert_accessible
from tests.browser.console.activity import add_run
from tests.browser.console.words import say
from web.console.authentication import LANGUAGE_COOKIE

PASSED = ("status of 400", "status of 404", "status of 409", "status of 422")
# What 200 % leaves of 1280 pixels.
ZOOMED = {"width": 640, "height": 512}
BEYOND = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How what has the focus looks with it, and without.
FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const look = () => {
    const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
    return [outline, boxShadow, borderColor, backgroundColor].join();
  };
  const focused = look();
  element.blur();
  const isSeen = look() !== focused;
  element.focus({ focusVisible: true, preventScroll: true });
  return [isSeen, element.outerHTML.slice(0, 200)];
}"""
TABS = 30
PAGES = {
    "inbox": "/request/list",
    "inbox, filtered": "/request/list?q=a&filter=language__in=en&sort=time_left__asc",
    "inbox, nothing found": "/request/list?q=xyzzy",
    "request": "/request/detail?pk=4",
    "request, template": "/request/detail?pk=5&template=call",
    "accounts": "/account/list",
    "account, new": "/account/create",
    "account, changed": "/account/edit?pk=1",
    "account": "/account/detail?pk=1",
    "audit": "/audit/list?page_size=10",
    "outbox": "/outbox/list?page_size=10",
    "review": "/review?queue=uncertain",
    "review, empty": "/review?queue=recheck",
    "dashboard": "/dashboard",
    "dashboard, refused": "/dashboard?from=2026-05-02&to=2026-05-01",
    "error": "/nothing",
}
TABBED = ("inbox", "request", "account, new", "review", "dashboard")


def assert_fits(page: Page) -> None:
    """Fail unless the page is accessible, and as wide as the screen however narrow."""
    usual = page.viewport_size
    assert_accessible(page)
    page.set_viewport_size(ZOOMED)
    assert page.evaluate(BEYOND) <= 0
    page.set_viewport_size(NARROW)
    assert page.evaluate(BEYOND) <= 0
    # Slow, and another language moves nothing.
    if page.locator("html").get_attribute("lang") == "fr":
        assert_accessible(page)
    page.set_viewport_size(usual)


@pytest.fixture(autouse=True)
def expect_errors(watch) -> None:
    """Chromium says of a page that is an error that it failed."""
    watch.expected += PASSED


@pytest.fixture
def open_page(sign_in, language) -> Callable[[str], Page]:
    """A function that opens a page, and waits for what its script puts in it."""

    def opened(path: str) -> Page:
        page = sign_in("administrator", language, path)
        if path.startswith("/review"):
            page.wait_for_selector(":is(#desk, #empty):visible")
        return page

    return opened


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone(open_page, name: str) -> None:
    assert_fits(open_page(PAGES[name]))


@pytest.mark.parametrize("name", TABBED)
def test_the_focus_is_seen(sign_in, name: str) -> None:
    page = sign_in("administrator", "fr", PAGES[name], reduced_motion="reduce")
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if seen := page.evaluate(FOCUS):
            is_seen, element = seen
            assert is_seen, element


def test_the_sign_in_page(visit, console, language) -> None:
    page = visit(f"{console.url}/login")
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": console.url}])
    page.reload()
    assert_fits(page)
    page.locator("#username").fill("nobody@consortium.example")
    page.locator("#password").fill("quelque chose d’autre")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(say("sign_in_refused", language))
    assert_fits(page)


def test_the_filter_builder(open_page) -> None:
    page = open_page("/request/list?page_size=10")
    page.locator("#filter-builder-dropdown > button").click()
    page.locator("[data-sa-action=add-filter-group]").click()
    page.locator("[data-sa-action=filter-group-add-row]").click()
    page.locator("[data-sa-hook=filter-row-field]").first.select_option("status")
    assert_fits(page)


def test_rows_chosen_and_the_dialogues(open_page, language) -> None:
    page = open_page("/request/list?page_size=10")
    page.locator("#select-all-rows").check()
    assert_fits(page)
    page.locator("#actions-dropdown > button").click()
    assert_accessible(page)
    page.locator("#actions-dropdown").get_by_text(say("action_set_status", language)).click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_have_css("opacity", "1")
    assert_fits(page)
    page.keyboard.press("Escape")
    expect(dialogue).to_be_hidden()
    page.locator("[data-sa-name=export]").click()
    expect(dialogue).to_have_css("opacity", "1")
    assert_fits(page)


def test_a_refused_form_of_a_request(open_page, file, language) -> None:
    page = open_page(f"/request/detail?pk={file().id}")
    page.get_by_label(say("kept_reference", language)).fill("C-1999-00001")
    page.get_by_role("button", name=say("merge", language), exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(say("casework_reference_unknown", language))
    assert_fits(page)
    page.get_by_label(say("new_note", language)).fill("Vu")
    page.get_by_role("button", name=say("add_note", language)).click()
    expect(page.get_by_role("alert")).to_contain_text(say("change_done", language))
    assert_fits(page)


def test_an_account_with_faults(open_page) -> None:
    page = open_page("/account/create")
    page.locator("#email").fill("agathe@consortium")
    page.locator("#name").fill(" ")
    page.locator("select[name=role]").select_option("pole", force=True)
    page.locator(".card-footer button").click()
    expect(page.locator("#email-error")).to_be_visible()
    assert_fits(page)


def test_the_desk_with_letters_typed_and_trouble(open_page) -> None:
    page = open_page("/review?queue=uncertain")
    page.keyboard.press("!")
    page.keyboard.type("for")
    page.keyboard.press("ArrowDown")
    page.evaluate("document.querySelector('#trouble').hidden = false")
    page.evaluate("document.querySelector('#trouble').textContent = '…'")
    assert_fits(page)


@pytest.mark.parametrize(
    "state",
    [LearningState.TRAINING, LearningState.READY, LearningState.WORSE, LearningState.FAILED],
)
def test_the_learning_page(console, open_page, language, state: LearningState) -> None:
    changes = {"error": "la mémoire a manqué"} if state is LearningState.FAILED else {}
    add_run(console.sessions, state, console.account("administrator", language), **changes)
    page = open_page("/learning")
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    assert_fits(page)
