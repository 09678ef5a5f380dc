"""From the first words to the row in the catalog, as a member's browser does it."""

from playwright.sync_api import expect

from tests.browser.chat import KeyboardChat
from tests.conversations.steps import BOOKKEEPING, EMAIL, begin, finish, slugs


def test_a_request_is_filed_on_the_page_of_a_pole(open_widget, widget, language):
    chat = open_widget(language)
    begin(chat)
    request = finish(chat)
    assert request.pole_slug == widget.pole_slug
    assert request.language == language
    assert request.description == BOOKKEEPING[language]
    assert request.contact_email == EMAIL
    assert slugs(request) == {"accounting"}
    expect(chat.messages.filter(has_text=request.reference)).to_be_visible()


def test_a_request_is_filed_by_keyboard_alone(open_page, language):
    chat = open_page(language, KeyboardChat)
    begin(chat)
    assert chat.has_focus(".choice.taken")
    request = finish(chat)
    assert request.pole_slug is None
    assert request.language == language
    expect(chat.messages.filter(has_text=request.reference)).to_be_visible()
