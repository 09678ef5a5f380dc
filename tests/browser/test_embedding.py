"""On whose pages the chat opens, and what a page may know of it."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.chat import Chat
from tests.browser.loader import WAITS_MS, loader_text
from tests.conversations.steps import asked, begin
from tests.identities import signed
from web.errors import TEXTS

# What a browser says of the neutral page, which bears the status of what is not there.
NOT_FOUND = r"status of 404"


def opened_in_vain(visit, address: str):
    """A page where the chat was asked for and did not come in time."""
    page = visit(address)
    page.clock.install()
    page.locator("section > button").click()
    page.clock.run_for(WAITS_MS)
    return page


def test_a_page_of_another_site_gets_a_link_in_place_of_the_chat(
    foreign_site, widget, paste, visit, watch, stack, language
):
    watch.expected.append(NOT_FOUND)
    page = opened_in_vain(visit, foreign_site.publish(paste(widget), language))
    panel = page.locator("#panel")
    expect(panel).to_contain_text(loader_text("refused", language))
    expect(panel.locator("iframe")).to_be_hidden()
    assert_accessible(page)
    with page.expect_popup() as popup:
        panel.get_by_role("link", name=loader_text("link", language)).click()
    assert popup.value.url == f"{stack.settings.web_url}/chat/{widget.key}"
    Chat(stack, popup.value, language).opened()


def test_a_page_that_lies_about_its_origin_is_stopped_by_the_browser(
    site, foreign_site, widget, visit, watch, stack
):
    watch.expected.append("frame-ancestors")
    address = f"{stack.settings.web_url}/frame/{widget.key}?parent={site.origin}"
    pasted = f'<iframe src="{address}" referrerpolicy="no-referrer"></iframe>'
    page = visit("about:blank")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(foreign_site.publish(pasted))
    expect(page.frame_locator("iframe").locator("#composer")).to_have_count(0)


def test_the_chat_of_a_paused_pole_is_a_neutral_page(
    site, change, paste, visit, watch, stack, language
):
    watch.expected.append(NOT_FOUND)
    paused = change("laval", enabled=False)
    page = opened_in_vain(visit, site.publish(paste(paused), language))
    expect(page.locator("#panel")).to_contain_text(loader_text("refused", language))
    with page.expect_popup() as popup:
        page.locator("#panel a").click()
    expect(popup.value.locator("main")).to_contain_text(TEXTS.get("key_unknown", language))
    assert "Laval" not in popup.value.content()


def test_a_direct_link_is_the_chat_of_the_pole(widget, visit, stack, language):
    page = visit(f"{stack.settings.web_url}/chat/{widget.key}?language={language}")
    chat = Chat(stack, page, language).opened()
    expect(page.locator("h1")).to_contain_text("Estrie")
    assert chat.answered_in == language


def test_the_page_around_reads_nothing_of_the_conversation(open_widget):
    chat = open_widget("fr")
    chat.say("ok")
    page = chat.page
    read = """() => {
      const host = [...document.body.children].find((child) => child.shadowRoot);
      return host.shadowRoot.querySelector("iframe").contentWindow.document.body.textContent;
    }"""
    with pytest.raises(Exception, match="SecurityError"):
        page.evaluate(read)
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


def test_the_loader_leaves_nothing_on_the_page_but_its_button(site, widget, paste, visit):
    page = visit(site.publish(paste(widget) * 2))
    expect(page.locator("section > button")).to_have_count(1)
    assert page.locator("iframe").count() == 0
    names = page.evaluate("() => Object.keys(window).filter((name) => /aiguil|chat/i.test(name))")
    assert names == []


def test_messages_that_are_not_of_the_frame_are_ignored(open_widget):
    chat = open_widget("fr")
    forged = """() => new Promise((resolve) => {
      addEventListener("message", () => setTimeout(resolve));
      postMessage({ aiguilleur: "close" }, "*");
    })"""
    chat.page.evaluate(forged)
    expect(chat.page.locator("#panel")).to_be_visible()


def test_the_options_of_the_pasted_line_are_followed(site, widget, paste, visit, stack):
    options = 'data-open data-language="en" data-side="left" data-greeting="Hello <b>Estrie</b>"'
    pasted = paste(widget).replace("data-key", f"{options} data-key")
    page = visit(site.publish(pasted, "fr"))
    chat = Chat(stack, page, "en", is_framed=True).opened()
    assert chat.answered_in == "en"
    expect(chat.root.locator("#greeting")).to_have_text("Hello <b>Estrie</b>")
    assert page.locator("section > button").bounding_box()["x"] < 100
    # Opened by itself, it does not take the focus from the page.
    assert page.evaluate("() => document.activeElement === document.body")


def test_the_organisation_that_the_site_signed_for_is_not_asked(site, widget, paste, visit, stack):
    nonce = uuid4().hex
    identity = signed(widget.identity_secret, organisation=f"Coop {nonce}", nonce=nonce)
    pasted = paste(widget).replace("data-key", f'data-open data-identity="{identity}" data-key')
    chat = Chat(stack, visit(site.publish(pasted, "fr")), "fr", is_framed=True).opened()
    begin(chat)
    assert asked(chat) == "organisation_kind"


def test_a_phone_shows_the_chat_on_its_whole_screen(site, widget, paste, visit, stack, language):
    screen = {"width": 390, "height": 844}
    pasted = paste(widget).replace("data-key", "data-open data-key")
    page = visit(site.publish(pasted, language), viewport=screen, has_touch=True, is_mobile=True)
    button = page.locator("section > button")
    expect(button).to_be_visible()
    # Nobody asked for the whole screen to be covered.
    assert page.locator("iframe").count() == 0
    button.tap()
    chat = Chat(stack, page, language, is_framed=True).opened()
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, **screen}
    # The keyboard would come up over the notice, which is to be read first.
    assert chat.has_focus("#notice-title")
    chat.root.locator("#close").tap()
    expect(page.locator("#panel")).to_be_hidden()


def test_what_comes_while_the_chat_is_closed_is_counted_on_the_button(open_widget, language):
    chat = open_widget(language)
    button, count = chat.page.locator("section > button"), chat.page.locator("#count")
    with chat.held_back():
        chat.send("ok")
        chat.input.press("Escape")
        expect(chat.page.locator("#panel")).to_be_hidden()
        assert button.evaluate("element => element.matches(':focus')")
    expect(count).to_have_text("1")
    expect(chat.page.locator("#spoken")).to_have_text(loader_text("unread", language) + "1")
    button.press("Enter")
    expect(count).to_be_hidden()
    assert chat.has_focus("#input")
