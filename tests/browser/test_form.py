"""The form alone does what the chat does."""

from playwright.sync_api import Page, expect

from catalog.texts import load_texts
from tests.browser.accessibility import assert_accessible_in_every_look
from tests.conversations.steps import BOOKKEEPING, EMAIL
from web.pages import WIDGET_TEXTS, form_url
from web.request_form import TEXTS

REFUSED = "status of 422"


def submit(page: Page, language: str) -> None:
    page.get_by_role("button", name=TEXTS.get("submit", language)).click()


def fill(page: Page, language: str, organisation: str) -> None:
    words = {
        "description": BOOKKEEPING[language],
        "organisation": organisation,
        "contact_name": "Marie Tremblay",
        "email": EMAIL,
    }
    for name, text in words.items():
        page.locator(f"[name={name}]").fill(text)
    for value in ("accounting", "cooperative", "member"):
        page.locator(f"[value={value}]").check()
    page.locator("[name=consent_contact]").check()


def test_a_request_is_filed_without_javascript(stack, visit, widget, language):
    texts = {key: text[language] for key, text in load_texts(WIDGET_TEXTS).items()}
    address = f"{stack.settings.web_url}/chat/{widget.key}?language={language}"
    page = visit(address, java_script_enabled=False)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#notice")).to_contain_text(texts["notice_machine"])
    expect(page.locator("noscript p")).to_have_text(texts["no_script"])
    expect(page.locator("noscript p")).to_be_visible()
    # What would do nothing is not shown.
    expect(page.locator("button:visible, textarea:visible")).to_have_count(0)
    with page.expect_popup() as popup:
        page.get_by_role("link", name=texts["notice_form"]).click()
    form = popup.value
    expect(form.locator("html")).to_have_attribute("lang", language)
    organisation = f"Coop sans script {language}"
    fill(form, language, organisation)
    submit(form, language)
    expect(form.locator("h1")).to_have_text(TEXTS.get("filed_title", language))
    [request] = stack.requests_of(organisation)
    expect(form.locator("#reference")).to_have_text(request.reference)
    assert request.pole_slug == widget.pole_slug
    assert request.language == language
    assert [row.field_slug for row in request.fields] == ["accounting"]


def test_every_state_of_the_form_is_accessible(stack, visit, watch, widget, language):
    watch.expected.append(REFUSED)
    page = visit(stack.settings.web_url + form_url(language, widget.key))
    assert_accessible_in_every_look(page)
    submit(page, language)
    expect(page.locator("#summary")).to_contain_text(TEXTS.get("mistakes_title", language))
    expect(page.locator("#summary")).to_be_focused()
    assert_accessible_in_every_look(page)
    fill(page, language, "Coop accessible")
    submit(page, language)
    expect(page.locator("#reference")).to_be_visible()
    assert_accessible_in_every_look(page)


def test_the_form_fits_a_narrow_screen(stack, visit):
    page = visit(f"{stack.settings.web_url}/demande", viewport={"width": 320, "height": 568})
    assert page.locator("html").evaluate("one => one.scrollWidth <= one.clientWidth")
