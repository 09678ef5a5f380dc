"""WCAG 2.2 AA on every screen and in every state."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_large_targets,
)
from tests.conversations.steps import BOOKKEEPING
from web.schemas import MAX_TEXT

# Light on light, dark on dark, and in between.
HARD_COLORS = ["#ffd400", "#000000", "#ffffff", "#7f7f7f"]
RUNNING = "() => document.getAnimations().filter((one) => one.playState === 'running').length"


def test_a_page_of_the_pole_with_the_chat_closed_and_open(open_widget, language):
    chat = open_widget(language)
    assert_accessible_in_every_look(chat.page)
    assert_accessible_in_every_look(chat)
    assert_large_targets(chat)
    chat.root.locator("#close").click()
    expect(chat.page.locator("#panel")).to_be_hidden()
    assert_accessible_in_every_look(chat.page)


def test_a_conversation(open_page, language):
    chat = open_page(language)
    assert_accessible_in_every_look(chat)
    chat.say(BOOKKEEPING[language])
    assert_accessible_in_every_look(chat)
    chat.pick("yes")
    chat.root.locator("#notice-toggle").click()
    assert_accessible_in_every_look(chat)
    assert_large_targets(chat)


def test_an_answer_that_is_awaited(open_page, language):
    chat = open_page(language)
    with chat.held_back():
        chat.send("ok")
        expect(chat.root.locator("#typing")).to_be_visible()
        assert_accessible_in_every_look(chat)


def test_the_question_before_starting_over(open_page, language):
    chat = open_page(language)
    chat.root.locator("#restart").click()
    expect(chat.root.locator("dialog")).to_be_visible()
    assert_accessible_in_every_look(chat)
    assert_large_targets(chat)


def test_too_long_a_message_and_no_network(open_page, watch, language):
    watch.expected.append("Failed to load resource")
    chat = open_page(language)
    chat.page.context.set_offline(True)
    chat.send("ok")
    expect(chat.help.locator("form")).to_be_visible()
    chat.input.fill("é" * (MAX_TEXT + 1))
    assert_accessible_in_every_look(chat)
    assert_large_targets(chat)


def test_the_page_in_place_of_a_chat(change, visit, watch, stack, language):
    watch.expected.append("status of 404")
    paused = change("laval", enabled=False)
    page = visit(f"{stack.settings.web_url}/chat/{paused.key}", locale=f"{language}-CA")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert_accessible_in_every_look(page)


@pytest.mark.parametrize("color", HARD_COLORS)
def test_whatever_colour_a_pole_picks(change, visit, stack, color):
    key = change("mauricie", color=color).key
    page = visit(f"{stack.settings.web_url}/chat/{key}")
    expect(page.locator(".choice")).to_have_count(3)
    page.locator(".choice").first.click()
    expect(page.locator(".message")).to_have_count(3)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)


def test_reduced_motion_stops_what_moves(open_page):
    chat = open_page("fr")
    with chat.held_back():
        chat.send("ok")
        expect(chat.root.locator("#typing")).to_be_visible()
        for motion, moving in (("no-preference", 3), ("reduce", 0)):
            chat.page.emulate_media(reduced_motion=motion)
            assert chat.page.evaluate(RUNNING) == moving


@pytest.mark.parametrize("height", [568, 256], ids=["phone", "zoomed"])
def test_nothing_goes_beyond_a_narrow_screen(open_page, height):
    chat = open_page("fr", viewport={"width": 320, "height": height})
    chat.say(BOOKKEEPING["fr"])
    chat.say("https://exemple.coop/" + "é" * 300)
    for selector in ("html", "main", "#transcript"):
        assert chat.root.locator(selector).evaluate("one => one.scrollWidth <= one.clientWidth")
    chat.input.scroll_into_view_if_needed()
    expect(chat.input).to_be_in_viewport()
