"""What stays of a conversation from one page to the next, and how it ends."""

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.conversations.steps import BOOKKEEPING, LOGO, asked, begin, says

LONG = 300
MOST_SHOWN = 200


def other(language: str) -> str:
    return "en" if language == "fr" else "fr"


def test_a_reload_keeps_the_conversation_and_the_draft(open_page, language):
    chat = begin(open_page(language))
    before = chat.messages.all_inner_texts()
    chat.input.fill("Coop")
    chat.page.reload()
    expect(chat.messages).to_have_count(len(before))
    assert chat.messages.all_inner_texts() == before
    expect(chat.input).to_have_value("Coop")
    # What was said before is shown, not announced again.
    expect(chat.root.locator("#announcer")).to_be_empty()
    chat.say(chat.organisation)
    assert asked(chat) == "organisation_kind"


def test_another_page_of_the_site_goes_on_with_the_conversation(
    open_widget, site, paste, widget, language
):
    chat = open_widget(language)
    chat.say(BOOKKEEPING[language])
    chat.page.goto(site.publish(paste(widget), language, "/nous-joindre"))
    chat.page.locator("section > button").click()
    expect(chat.words_of_member).to_have_text([BOOKKEEPING[language]])
    chat.pick("yes")
    assert asked(chat) == "organisation"


def test_two_tabs_show_one_conversation(open_page):
    chat = open_page("fr")
    tab = Chat(chat.stack, chat.page.context.new_page(), "fr")
    tab.page.goto(chat.page.url)
    tab.opened()
    chat.say(BOOKKEEPING["fr"])
    expect(tab.words_of_member).to_have_text([BOOKKEEPING["fr"]])
    tab.pick("yes")
    expect(chat.messages).to_have_count(tab.messages.count())
    assert len(chat.turns()) == 2


def test_starting_over_forgets_the_conversation_here_once_confirmed(open_page, language):
    chat = begin(open_page(language))
    before, session = chat.messages.count(), chat.kept["session"]
    restart = chat.root.get_by_role("button", name=chat.text("restart"), exact=True)
    restart.first.click()
    chat.root.get_by_role("button", name=chat.text("restart_cancel")).click()
    expect(chat.messages).to_have_count(before)
    restart.first.click()
    chat.root.locator("#restart-confirm").click()
    expect(chat.messages).to_have_count(1)
    assert says(chat, "utter_start")
    assert chat.kept["session"] != session
    assert chat.has_focus("#input")
    chat.say(LOGO[language])
    assert asked(chat) == "routing"


def test_the_button_switches_the_interface_and_the_bot_together(open_page, language):
    chat = begin(open_page(language))
    words = chat.root.locator(".from-bot .words")
    said_before = words.count()
    button = chat.root.locator("#language")
    expect(button).to_have_attribute("lang", other(language))
    button.click()
    expect(chat.html).to_have_attribute("lang", other(language))
    expect(words).not_to_have_count(said_before)
    switched = Chat(chat.stack, chat.page, other(language))
    assert switched.answered_in == other(language)
    assert says(switched, "utter_switch_language")
    # What was said stays in its own language, for whoever hears it read.
    assert words.first.get_attribute("lang") == language
    expect(switched.input).to_have_attribute("placeholder", switched.text("message_hint"))
    expect(chat.page).to_have_title(f"Aiguilleur – {switched.text('subtitle')}")
    assert switched.has_focus("#language")
    switched.say(chat.organisation)
    assert asked(switched) == "organisation_kind"


def test_a_member_who_writes_in_the_other_language_changes_the_interface(open_page, language):
    chat = open_page(language)
    chat.say(BOOKKEEPING[other(language)])
    assert chat.answered_in == other(language)
    expect(chat.html).to_have_attribute("lang", other(language))
    expect(chat.words_of_member).to_have_attribute("lang", other(language))
    chat.page.reload()
    expect(chat.html).to_have_attribute("lang", other(language))


def test_a_very_long_conversation_shows_its_end_and_goes_on(open_page):
    chat = open_page("fr")
    lengthen = """(page, count) => {
      const [name] = Object.keys(localStorage);
      const state = JSON.parse(localStorage[name]);
      for (let index = 0; index < count; index += 1) {
        const from = index % 2 ? "bot" : "member";
        const entry = { id: `old${index}`, from, text: `${index}`, lang: "fr", choices: [] };
        state.entries.push({ ...entry, at: Date.now() });
      }
      localStorage[name] = JSON.stringify(state);
    }"""
    chat.html.evaluate(lengthen, LONG)
    chat.page.reload()
    expect(chat.messages).to_have_count(MOST_SHOWN)
    expect(chat.messages.last).to_be_in_viewport()
    chat.send(BOOKKEEPING["fr"])
    expect(chat.root.locator(".choice")).not_to_have_count(0)
    assert asked(chat) == "routing"
    expect(chat.messages).to_have_count(MOST_SHOWN)
