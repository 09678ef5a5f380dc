"""Reviewing by keyboard alone, whatever the server does."""

import time
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from sqlalchemy import delete, select

from catalog.models import Account, Interpretation, Review
from tests.browser.console.activity import understand
from tests.browser.console.server import Console
from tests.browser.console.words import REVIEW, say

MESSAGES = 25
# The page shows the next message at once: far less than any server takes to fail.
VERDICTS_SECONDS = 30
VERDICT = "**/review/verdict"
# What Chromium says of an answer that is an error, and of no answer.
REFUSED, UNREACHABLE = "status of 422", "net::ERR_INTERNET_DISCONNECTED"

numbers = count(1)


class Desk:
    """The review desk, in the hands of someone who has no mouse."""

    def __init__(self, console: Console, page: Page, account: Account, language: str) -> None:
        self.console = console
        self.page = page
        self.account = account
        self.language = language
        self.message = page.locator("#message")
        self.chosen = page.locator("#chosen")
        self.trouble = page.locator("#trouble")

    def say(self, key: str) -> str:
        return say(key, self.language, REVIEW)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def code(self, value: str) -> str:
        """The two letters of a field or a kind."""
        return self.page.locator(f"#choice-{value} kbd").inner_text()

    def type_code(self, value: str) -> None:
        self.page.keyboard.type(self.code(value))
        self.press("Enter")

    def name(self, value: str) -> str:
        return self.page.locator(f"#choice-{value}").inner_text().removesuffix(self.code(value))

    def expect_message(self, words: str) -> None:
        expect(self.message).to_have_text(words)

    def verdicts(self) -> dict[str, tuple[str, list[str], bool]]:
        """What was said of each message, by its words and its number."""
        query = (
            select(Interpretation.text, Review)
            .join(Review, Review.interpretation_id == Interpretation.id)
            .where(Review.account_id == self.account.id)
            .order_by(Review.id)
        )
        with self.console.sessions() as session:
            return {
                f"{words} #{review.interpretation_id}": (
                    review.intent,
                    review.fields,
                    review.flagged,
                )
                for words, review in session.execute(query)
            }

    def expect_verdicts(self, expected: dict[str, tuple[str, list[str], bool]]) -> None:
        until = time.monotonic() + VERDICTS_SECONDS
        while (stored := self.verdicts()) != expected and time.monotonic() < until:
            self.page.wait_for_timeout(50)
        assert stored == expected


@pytest.fixture
def add(console: Console) -> Callable[..., str]:
    """A function that adds a message to review; its words and number."""

    def added(words: str = "", **changes: object) -> str:
        words = words or f"on cherche un comptable, essai {next(numbers)}"
        return f"{words} #{understand(console.sessions, words, **changes)}"

    return added


@pytest.fixture
def open_desk(console: Console, enter: Callable[..., Page], language: str) -> Callable[..., Desk]:
    """A function that opens the desk as someone who has reviewed nothing."""

    def opened(query: str = "queue=all") -> Desk:
        email = f"reviewer{next(numbers)}-{language}@consortium.example"
        account = console.account("reviewer", language, email=email)
        desk = Desk(console, enter(account, f"/review?{query}"), account, language)
        expect(desk.page.locator("#desk, #empty").locator("visible=true")).to_have_count(1)
        return desk

    return opened


def words(added: str) -> str:
    return added.rpartition(" #")[0]


class SilentServer:
    """A server that takes verdicts and says nothing, until it is let speak."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] | None = []
        page.route(VERDICT, lambda route: self._hear(route))

    def speak(self) -> None:
        held, self._held = self._held, None
        for route in held:
            route.continue_()

    def _hear(self, route: Route) -> None:
        if self._held is None:
            route.continue_()
        else:
            self._held.append(route)


def test_a_reviewer_begins_the_day_at_the_desk(sign_in, language) -> None:
    page = sign_in("reviewer", language, "/")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("title", language, REVIEW))
    expect(page.locator("#find")).to_be_focused()


def test_messages_are_answered_by_keyboard_while_the_server_says_nothing(open_desk) -> None:
    desk = open_desk("queue=uncertain")
    server = SilentServer(desk.page)
    expected = {}
    for number in range(MESSAGES):
        shown = desk.message.inner_text()
        with desk.console.sessions() as session:
            understood = session.scalars(select(Interpretation).filter_by(text=shown)).one()
        fields = understood.fields
        if number % 5 == 4:
            fields = ["training"]
            desk.type_code("training")
        desk.press("Enter")
        expect(desk.message).not_to_have_text(shown)
        expected[f"{shown} #{understood.id}"] = ("need", fields, False)
    assert desk.verdicts() == {}
    server.speak()
    desk.expect_verdicts(expected)
    expect(desk.trouble).to_be_hidden()


def test_two_letters_pick_a_field(add, open_desk) -> None:
    older, newer = add(), add()
    desk = open_desk()
    desk.expect_message(words(newer))
    desk.type_code("it_support")
    expect(desk.chosen).to_have_text(f"{desk.say('chosen')} {desk.name('it_support').strip()}")
    desk.press("Enter")
    desk.expect_message(words(older))
    desk.expect_verdicts({newer: ("need", ["it_support"], False)})


def test_a_word_or_the_arrows_find_a_field_too(add, open_desk, language) -> None:
    added = add()
    desk = open_desk()
    desk.page.keyboard.type({"fr": "evenem", "en": "event"}[language])
    desk.press("Enter")
    desk.page.keyboard.type({"fr": "re", "en": "re"}[language])
    desk.press("ArrowDown", "ArrowUp", "Escape")
    expect(desk.page.locator("#find")).to_have_value("")
    desk.press("Enter")
    desk.expect_verdicts({added: ("need", ["event_management"], False)})


def test_several_fields_come_in_the_order_of_the_picks(add, open_desk) -> None:
    added = add()
    desk = open_desk()
    for slug in ("training", "governance", "accounting", "governance"):
        desk.type_code(slug)
    desk.press("Enter")
    desk.expect_verdicts({added: ("need", ["training", "accounting"], False)})


def test_a_message_that_is_no_need(add, open_desk) -> None:
    added = add()
    desk = open_desk()
    desk.type_code("job_seeker")
    desk.press("Enter")
    desk.expect_verdicts({added: ("job_seeker", [], False)})


def test_skip_flag_and_undo(add, open_desk) -> None:
    third, second, first = add(), add(), add()
    desk = open_desk()
    desk.press("-")
    desk.expect_message(words(second))
    desk.press("!")
    expect(desk.page.locator("#flag")).to_have_attribute("aria-pressed", "true")
    desk.press("Enter")
    desk.expect_message(words(third))
    expect(desk.page.locator("#flag")).to_have_attribute("aria-pressed", "false")
    desk.expect_verdicts({second: ("need", ["accounting"], True)})
    desk.press("Backspace")
    expect(desk.message).to_have_text(words(second))
    desk.expect_verdicts({})
    desk.press("Backspace")
    expect(desk.trouble).to_have_text(desk.say("nothing_to_undo"))
    desk.page.reload()
    desk.page.wait_for_selector("#desk:visible")
    desk.expect_message(words(first))


def test_all_alike_are_answered_together(add, open_desk, language) -> None:
    older = add()
    alike = [add(f"Bonjour, j’ai besoin d’aide {language}{mark}") for mark in (" !", "…", "")]
    desk = open_desk()
    desk.press("=")
    desk.type_code("greet")
    desk.press("Enter")
    desk.expect_verdicts({one: ("greet", [], False) for one in alike})
    while desk.message.inner_text() != words(older):
        desk.press("-")
        desk.page.wait_for_timeout(50)
    desk.page.reload()
    desk.page.wait_for_selector("#desk:visible")
    desk.expect_message(words(older))


def test_a_queue_is_narrowed_to_a_language_and_a_field(add, open_desk, language) -> None:
    other = {"fr": "en", "en": "fr"}[language]
    added = add(language=language, fields=("graphic_design",))
    add(language=other, fields=("graphic_design",))
    add(language=language, fields=("training",))
    desk = open_desk("")
    desk.page.get_by_label(desk.say("queue"), exact=True).select_option("all")
    desk.page.get_by_label(desk.say("language"), exact=True).select_option(language)
    desk.page.get_by_label(desk.say("field"), exact=True).select_option("graphic_design")
    desk.page.get_by_role("button", name=desk.say("show")).click()
    desk.page.wait_for_url(f"**queue=all&language={language}&field=graphic_design")
    desk.page.wait_for_selector("#desk:visible")
    desk.expect_message(words(added))
    desk.page.reload()
    desk.page.wait_for_selector("#desk:visible")
    desk.expect_message(words(added))


def test_a_refused_verdict_comes_back_with_its_reason(add, open_desk, watch) -> None:
    watch.expected.append(REFUSED)
    after, then, gone = add(), add(), add()
    desk = open_desk()
    server = SilentServer(desk.page)
    desk.type_code("training")
    desk.press("Enter")
    desk.expect_message(words(then))
    with desk.console.sessions.begin() as session:
        session.execute(delete(Interpretation).filter_by(id=int(gone.rpartition("#")[2])))
    with desk.page.expect_response(VERDICT):
        server.speak()
    # Not under the fingers of who reads another.
    desk.expect_message(words(then))
    desk.press("Enter")
    desk.expect_message(words(gone))
    expect(desk.trouble).to_have_text(
        f"{desk.say('refused')} {desk.say('refused_interpretation_unknown')}"
    )
    expect(desk.chosen).to_contain_text(desk.name("training").strip())
    desk.press("-")
    desk.expect_message(words(after))
    expect(desk.trouble).to_be_hidden()
    desk.expect_verdicts({then: ("need", ["accounting"], False)})


def test_without_a_server_one_is_told_and_loses_nothing(add, open_desk, watch) -> None:
    watch.expected.append(UNREACHABLE)
    second, first = add(), add()
    desk = open_desk()
    desk.page.context.set_offline(True)
    desk.type_code("training")
    desk.press("Enter")
    desk.expect_message(words(second))
    expect(desk.trouble).to_have_text(desk.say("unreachable"))
    desk.press("-")
    desk.expect_message(words(first))
    expect(desk.chosen).to_contain_text(desk.name("training").strip())
    desk.page.context.set_offline(False)
    desk.press("Enter")
    desk.expect_verdicts({first: ("need", ["training"], False)})
    expect(desk.trouble).to_be_hidden()
    desk.page.reload()
    desk.page.wait_for_selector("#desk:visible")
    desk.expect_message(words(second))


def test_leaving_before_all_is_sent_asks_first(add, open_desk) -> None:
    second, first = add(), add()
    desk = open_desk()
    server = SilentServer(desk.page)
    desk.press("Enter")
    desk.expect_message(words(second))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.page.on("dialog", stay)
    desk.page.evaluate("() => { location.href = '/console/learning' }")
    desk.page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and "/review" in desk.page.url
    server.speak()
    desk.expect_verdicts({first: ("need", ["accounting"], False)})
    # What is stored is not yet answered: the page holds on until it has heard.
    desk.page.wait_for_function(
        "() => dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    )
    desk.page.goto(f"{desk.console.url}/learning")
    assert len(asked) == 1


def test_an_empty_queue_says_so(open_desk) -> None:
    desk = open_desk("queue=recheck")
    expect(desk.page.locator("#empty")).to_have_text(desk.say("empty"))
