"""A connection or a server that fails: nothing is lost, nothing is said twice."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.conversations.steps import BOOKKEEPING, asked, begin
from web.errors import TEXTS as SERVER_TEXTS

# What a browser says of a request that failed, as these are made to.
FAILED = "Failed to load resource"
BUSY_SECONDS = 5


@pytest.fixture(autouse=True)
def expect_failed_requests(watch):
    watch.expected.append(FAILED)


def refusal(status: int, code: str, language: str, **values: object) -> dict:
    """An answer of the server that is an error, as a route takes it."""
    error = {"code": code, "message": SERVER_TEXTS.get(code, language, **values)}
    seconds = values.get("seconds")
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return {"status": status, "json": {"error": error}, "headers": headers}


def opens_the_form(chat) -> Page:
    with chat.page.expect_popup() as popup:
        chat.press(chat.help.get_by_role("button", name=chat.text("help_form")))
    return popup.value


def test_words_written_offline_are_sent_once_and_in_order(open_widget, language):
    chat = open_widget(language)
    context = chat.page.context
    context.set_offline(True)
    said = [BOOKKEEPING[language], "ok"]
    for words in said:
        chat.send(words)
    expect(chat.statuses).to_have_text([chat.text("unsent_network")] * 2)
    expect(chat.root.locator(".remedy")).to_have_count(2)
    # The network stays away: the form is offered as well.
    expect(chat.help).to_contain_text(chat.text("help_network"))
    assert_accessible(chat)
    expect(chat.help.get_by_role("button", name=chat.text("help_form"))).to_be_visible()
    assert chat.turns() == []
    context.set_offline(False)
    expect(chat.statuses).to_have_count(0)
    expect(chat.help).to_be_hidden()
    assert [turn.payload for turn in chat.turns()] == said
    expect(chat.words_of_member).to_have_text(said)
    # Each answer stands after the words that it answers.
    expect(chat.messages.nth(2)).to_contain_class("from-bot")
    expect(chat.messages.last).to_contain_class("from-bot")


def test_words_written_offline_outlive_a_reload(open_page):
    chat = open_page("fr")
    chat.page.route("**/chat/message", lambda route: route.abort())
    chat.send(BOOKKEEPING["fr"])
    expect(chat.statuses).to_have_text(chat.text("unsent_network"))
    chat.page.unroute("**/chat/message")
    chat.page.reload()
    expect(chat.choice("Oui, c’est ça")).to_be_visible()
    assert [turn.payload for turn in chat.turns()] == [BOOKKEEPING["fr"]]


def test_a_message_whose_answer_was_lost_is_heard_once(open_page):
    chat = open_page("fr")
    heard = []

    def lose_the_answer(route):
        heard.append(route.fetch())
        route.abort()

    chat.page.route("**/chat/message", lose_the_answer, times=1)
    chat.say(BOOKKEEPING["fr"])
    assert asked(chat) == "routing"
    assert [answer.status for answer in heard] == [200]
    assert len(chat.turns()) == 1


def test_a_hurried_member_waits_and_the_message_leaves_by_itself(open_page, language):
    chat = open_page(language)
    chat.answered_with(refusal(429, "rate_limited", language, seconds=BUSY_SECONDS))
    chat.send(BOOKKEEPING[language])
    expect(chat.statuses).to_contain_text(chat.text("unsent_busy"))
    expect(chat.statuses).to_contain_text(f"{BUSY_SECONDS} s.")
    assert_accessible(chat)
    expect(chat.help).to_be_hidden()
    expect(chat.statuses).to_have_count(0)
    expect(chat.messages.last).to_contain_class("from-bot")
    assert asked(chat) == "routing"
    assert len(chat.turns()) == 1


def test_a_conversation_that_has_ended_gives_back_the_words(open_page, language):
    chat = open_page(language)
    chat.answered_with(refusal(401, "session_expired", language))
    chat.send(BOOKKEEPING[language])
    expect(chat.statuses).to_have_text(chat.text("unsent_over"))
    expect(chat.help).to_contain_text(chat.text("help_expired"))
    assert_accessible(chat)
    chat.help.get_by_role("button", name=chat.text("help_new")).click()
    expect(chat.words_of_member).to_have_count(0)
    expect(chat.input).to_have_value(BOOKKEEPING[language])
    chat.opened().input.press("Enter")
    expect(chat.choice("Oui, c’est ça" if language == "fr" else "Yes, that’s it")).to_be_visible()


def test_a_choice_that_is_no_longer_offered_says_so_and_the_others_stay(open_page, language):
    chat = open_page(language)
    chat.answered_with(refusal(422, "choice_not_offered", language))
    chat.choice(chat.choices["ask_status"]).click()
    expect(chat.statuses).to_have_text(SERVER_TEXTS.get("choice_not_offered", language))
    assert_accessible(chat)
    expect(chat.choice(chat.choices["ask_status"])).to_be_visible()


def test_words_that_the_server_refuses_are_taken_back(open_page, language):
    chat = open_page(language)
    chat.answered_with(refusal(422, "text_empty", language))
    chat.send("…")
    expect(chat.statuses).to_have_text(SERVER_TEXTS.get("text_empty", language))
    assert_accessible(chat)
    chat.root.get_by_role("button", name=chat.text("take_back")).click()
    expect(chat.input).to_have_value("…")
    assert chat.has_focus("#input")


def test_a_server_that_fails_leaves_the_form_with_the_words(open_page, language):
    chat = open_page(language)
    chat.page.route("**/chat/message", lambda route: route.fulfill(status=502, body="<h1>Bad"))
    chat.send("Notre toit coule & <b>vite</b>")
    expect(chat.statuses).to_have_text(chat.text("unsent_service"))
    expect(chat.help).to_contain_text(chat.text("help_service"))
    assert_accessible(chat)
    chat.input.fill("Et le sous-sol.")
    form = opens_the_form(chat)
    words = form.locator("[name=description]")
    expect(words).to_have_value("Notre toit coule & <b>vite</b>\nEt le sous-sol.")
    form.close()
    chat.page.unroute("**/chat/message")
    chat.root.locator(".remedy").click()
    expect(chat.help).to_be_hidden()
    expect(chat.messages.last).to_contain_class("from-bot")
    assert len(chat.turns()) == 1


def test_a_server_that_is_down_at_the_opening_is_asked_again(open_page, language):
    chat = open_page(language)
    chat.page.evaluate("() => localStorage.clear()")
    chat.page.route("**/chat/session", lambda route: route.abort())
    chat.page.reload()
    expect(chat.help).to_contain_text(chat.text("help_network"))
    chat.page.unroute("**/chat/session")
    chat.help.get_by_role("button", name=chat.text("retry")).click()
    chat.opened()
    expect(chat.help).to_be_hidden()


def test_a_bot_stopped_in_the_middle_is_told_and_goes_on_after(stack, open_widget, open_page):
    chats = [begin(open_widget("fr")), begin(open_page("en"))]
    with stack.without("bot"):
        for chat in chats:
            chat.say(chat.organisation)
            assert SERVER_TEXTS.get("bot_silent", chat.language) in chat.said
            expect(chat.help).to_contain_text(chat.text("help_service"))
            assert_accessible(chat)
            form = opens_the_form(chat)
            typed = f"{BOOKKEEPING[chat.language]}\n{chat.organisation}"
            expect(form.locator("[name=description]")).to_have_value(typed)
            expect(form.locator("html")).to_have_attribute("lang", chat.language)
            form.close()
    for chat in chats:
        chat.pick("retry")
        expect(chat.help).to_be_hidden()
        assert asked(chat) == "organisation_kind"
