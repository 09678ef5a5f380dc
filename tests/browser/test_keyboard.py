"""Everything by keyboard, and the focus where the member left it."""

from playwright.sync_api import expect

from tests.browser.chat import KeyboardChat
from tests.conversations.steps import BOOKKEEPING


def test_the_conversation_is_one_stop_with_arrows_from_message_to_message(open_page):
    chat = open_page("fr", KeyboardChat)
    chat.say("ok")
    chat.say("merci")
    # What can be answered is a stop of its own; the messages before are one.
    stops = chat.root.locator("#transcript :is([tabindex='0'])")
    offered = chat.root.locator(".choice[aria-disabled=false]").count()
    expect(stops).to_have_count(1 + offered)
    chat.messages.last.focus()
    keys = {"Home": 0, "ArrowDown": 1, "End": 4, "ArrowUp": 3}
    for key, index in keys.items():
        chat.page.keyboard.press(key)
        expect(chat.messages.nth(index)).to_be_focused()


def test_the_links_of_a_message_are_reached_from_it(open_page):
    chat = open_page("fr", KeyboardChat)
    chat.say("Comment devenir membre?")
    link = chat.messages.last.locator("a")
    expect(link).to_have_attribute("href", "https://leconsortium.coop/devenir-membre/")
    chat.reach(chat.messages.last)
    chat.page.keyboard.press("Tab")
    expect(link).to_be_focused()


def test_an_answer_does_not_move_the_focus_and_is_announced(open_page, language):
    chat = open_page(language)
    said = chat.say(BOOKKEEPING[language])
    assert chat.has_focus("#input")
    announced = chat.root.locator("#announcer p").last
    expect(announced).to_contain_text(said)
    expect(announced).to_contain_text(chat.text("choices_are"))
    expect(announced).to_have_attribute("lang", language)
    chat.pick("yes")
    assert chat.has_focus(".choice.taken")


def test_a_choice_that_was_taken_shows_it_and_the_others_are_off(open_page, language):
    chat = open_page(language)
    chat.say(BOOKKEEPING[language])
    chat.pick("yes")
    taken = chat.root.locator(".choice.taken")
    expect(taken).to_contain_text(chat.text("choice_taken"))
    group = chat.root.get_by_role("group", name=chat.text("choices")).filter(has=taken)
    buttons = group.get_by_role("button")
    expect(buttons.and_(chat.root.locator("[aria-disabled=true]"))).to_have_count(2)
    count = chat.messages.count()
    buttons.last.click(force=True)
    expect(chat.messages).to_have_count(count)


def test_the_dialog_takes_the_focus_and_gives_it_back(open_page, language):
    chat = open_page(language, KeyboardChat)
    restart = chat.root.locator("#restart")
    chat.press(restart)
    dialog = chat.root.get_by_role("dialog", name=chat.text("restart_title"))
    expect(dialog).to_be_visible()
    assert chat.page.evaluate("() => document.activeElement.closest('dialog') !== null")
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(restart).to_be_focused()


def test_the_notice_is_read_before_the_first_message_and_found_again_after(open_page, language):
    chat = open_page(language, KeyboardChat)
    body = chat.root.locator("#notice-body")
    for key in ("notice_machine", "notice_kept", "notice_avoid", "notice_officer", "notice_person"):
        expect(body).to_contain_text(chat.text(key))
    chat.say("ok")
    expect(body).to_be_hidden()
    chat.press(chat.root.get_by_role("link", name=chat.text("notice_link")))
    expect(body).to_be_visible()
    assert chat.has_focus("#notice-title")


def test_enter_while_a_word_is_being_composed_sends_nothing(open_page):
    chat = open_page("fr")
    chat.input.fill("かいけい")
    chat.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(chat.input).to_have_value("かいけい")
    expect(chat.words_of_member).to_have_count(0)


def test_the_button_of_the_page_opens_and_closes_by_keyboard(site, widget, paste, visit, language):
    page = visit(site.publish(paste(widget), language))
    button = page.locator("section > button")
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.frame_locator("iframe").locator("#input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_the_focus_that_goes_back_to_the_page_uncovers_a_phone(open_widget):
    chat = open_widget("fr", viewport={"width": 390, "height": 844})
    chat.page.locator("main a").focus()
    expect(chat.page.locator("#panel")).to_be_hidden()
