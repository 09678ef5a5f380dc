"""Whatever is said is words, whole, in the direction of its script."""

import pytest
from playwright.sync_api import expect

from tests.conversations.steps import BOOKKEEPING, answer_until
from web.schemas import MAX_TEXT

HOSTILE = "<img src=x onerror=\"document.title='owned'\"> <a href='javascript:alert(1)'>lien</a>"
ARABIC = "مرحبا، نحتاج إلى مساعدة في المحاسبة"
EMOJI = "👩🏽‍💻 Notre tenue de livres est en retard 😅 et le vérificateur arrive 🇫🇷"


def test_what_a_member_says_is_never_html(open_page):
    chat = open_page("fr")
    title = chat.page.title()
    chat.say(HOSTILE)
    chat.say(BOOKKEEPING["fr"])
    chat.pick("yes")
    # The summary says it again.
    answer_until(chat, "summary", organisation=f"{chat.organisation} {HOSTILE}")
    expect(chat.words_of_member.first).to_have_text(HOSTILE)
    assert "<img src=x" in chat.said
    assert chat.root.locator(".words *:not(a)").count() == 0
    assert chat.root.locator("a[href^=javascript]").count() == 0
    assert chat.page.title() == title


def test_what_the_bot_says_is_never_html_and_its_links_are_safe(open_page):
    chat = open_page("fr")
    text = (
        f"{HOSTILE} Voyez https://leconsortium.coop/devenir-membre/. Écrivez à"
        " info@leconsortium.coop, tel:+18448380808, javascript:alert(2), data:text/html,x"
        ' ou https://exemple.coop/"onclick="alert(3).'
    )
    message = {"text": text, "choices": [{"title": HOSTILE, "value": "yes"}]}
    answer = {"messages": [message], "language": "fr", "failed": False}
    chat.answered_with({"json": answer})
    assert chat.say("ok") == text
    links = chat.root.locator(".message a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://leconsortium.coop/devenir-membre/",
        "mailto:info@leconsortium.coop",
        "tel:+18448380808",
        "https://exemple.coop/",
    ]
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    assert chat.root.locator(".message :is(img, [onerror], [onclick])").count() == 0
    expect(chat.choice(HOSTILE)).to_be_visible()


@pytest.mark.parametrize(("words", "direction"), [(ARABIC, "rtl"), (EMOJI, "ltr")])
def test_any_script_is_kept_as_written(open_page, words, direction):
    chat = open_page("fr")
    chat.say(words)
    bubble = chat.words_of_member
    expect(bubble).to_have_text(words)
    expect(bubble).to_have_css("direction", direction)
    [turn] = chat.turns()
    assert turn.payload == words
    chat.page.reload()
    expect(bubble).to_have_text(words)


def test_too_long_a_message_is_refused_with_a_sentence_and_nothing_is_cut(open_page, language):
    chat = open_page(language)
    # A character outside the basic plane counts once, here as on the server.
    words = "😀" * (MAX_TEXT + 1)
    chat.send(words)
    note = chat.root.locator("#composer-note")
    expect(note).to_contain_text(chat.text("characters_over"))
    expect(chat.input).to_have_value(words)
    expect(chat.input).to_have_attribute("aria-invalid", "true")
    expect(chat.root.locator("#announcer")).to_contain_text(chat.text("characters_over"))
    expect(chat.words_of_member).to_have_count(0)
    assert chat.turns() == []


def test_as_long_a_message_as_may_be_is_heard_whole(open_page):
    chat = open_page("fr")
    words = BOOKKEEPING["fr"].ljust(MAX_TEXT, "é")
    chat.say(words)
    expect(chat.words_of_member).to_have_text(words)
    assert [turn.payload for turn in chat.turns()] == [words]


def test_pasted_lines_stay_lines(open_page):
    chat = open_page("fr")
    chat.input.focus()
    chat.page.keyboard.insert_text("Une ligne")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.insert_text("Une autre")
    chat.input.press("Enter")
    expect(chat.messages.last).to_contain_class("from-bot")
    assert [turn.payload for turn in chat.turns()] == ["Une ligne\nUne autre"]
    expect(chat.words_of_member).to_have_css("white-space", "pre-wrap")
