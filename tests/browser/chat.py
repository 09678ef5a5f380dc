"""A member who talks to the chat in a browser."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from uuid import uuid4

from playwright.sync_api import FrameLocator, Locator, Page, Route, expect
from sqlalchemy import select

from catalog.models import ChatTurn, Request
from catalog.texts import load_texts
from tests.conversations.stack import Stack
from web.pages import WIDGET_TEXTS
from web.sessions import Sessions
from web.turns import OPENING_ID

MESSAGE = "**/chat/message"
SAID = """() => {
  const messages = [...document.querySelectorAll(".message")];
  const last = messages.findLastIndex((message) => message.matches(".from-member"));
  const answer = messages.slice(last + 1).map((message) => message.querySelector(".words"));
  return answer.map((words) => words.textContent).join("\\n");
}"""


@dataclass
class Chat:
    """The chat of `page`, alone on it or in its frame, as the member who uses it sees it.

    It takes the same steps as `Member`, so that the scenarios of conversations drive both.
    """

    stack: Stack
    page: Page
    language: str
    is_framed: bool = False
    organisation: str = field(default_factory=lambda: f"Coop {uuid4().hex[:8]}")

    @cached_property
    def root(self) -> Page | FrameLocator:
        return self.page.frame_locator("iframe") if self.is_framed else self.page

    @property
    def input(self) -> Locator:
        return self.root.locator("#input")

    @property
    def html(self) -> Locator:
        return self.root.locator("html")

    @property
    def messages(self) -> Locator:
        return self.root.locator(".message")

    @property
    def words_of_member(self) -> Locator:
        return self.root.locator(".from-member .words")

    @property
    def help(self) -> Locator:
        return self.root.locator("#help")

    @property
    def statuses(self) -> Locator:
        """What is said under the messages that are not sent."""
        return self.root.locator(".status:not(:empty)")

    @property
    def said(self) -> str:
        """The words of the last answer."""
        return self.html.evaluate(SAID)

    @property
    def answered_in(self) -> str:
        return self.root.locator(".from-bot .words").last.get_attribute("lang")

    @property
    def choices(self) -> dict[str, str]:
        """Value and title of each choice of the last answer."""
        latest = self.kept["latest"]
        return {
            choice["value"]: choice["title"]
            for entry in self.kept["entries"]
            if entry.get("answer") == latest
            for choice in entry["choices"]
        }

    @property
    def kept(self) -> dict:
        """The conversation as the browser keeps it."""
        [kept] = self.html.evaluate("() => Object.values(localStorage)")
        return json.loads(kept)

    def text(self, key: str) -> str:
        """What the interface says, up to the first value in it."""
        return load_texts(WIDGET_TEXTS)[key][self.language].partition("{")[0]

    def opened(self) -> "Chat":
        """Wait until the bot has said hello."""
        self.messages.first.wait_for()
        self.root.locator("#typing").wait_for(state="hidden")
        return self

    def say(self, text: str) -> str:
        """Write and wait for the answer."""
        before = self.messages.count()
        self.send(text)
        return self._answer_after(before)

    def send(self, text: str) -> None:
        """Write, whether an answer comes or not."""
        self.stack.typed.add(text)
        self.input.fill(text)
        self.input.press("Enter")

    def pick(self, value: str) -> str:
        """Press a choice, which must have been offered, and wait for the answer."""
        choices = self.choices
        assert value in choices, f"{value!r} not among {list(choices)} in: {self.said}"
        before = self.messages.count()
        self.press(self.choice(choices[value]))
        return self._answer_after(before)

    def choice(self, title: str) -> Locator:
        """The button of a choice that can be taken."""
        offered = self.root.locator(".choice[aria-disabled=false]")
        return offered.filter(has_text=re.compile(f"^{re.escape(title)}$"))

    def press(self, button: Locator) -> None:
        button.click()

    def follow(self, *steps: str) -> str:
        """Say each step, or press it when it starts with `>`."""
        for step in steps:
            self.pick(step[1:]) if step.startswith(">") else self.say(step)
        return self.said

    def filed(self) -> list[Request]:
        return self.stack.requests_of(self.organisation)

    def turns(self) -> list[ChatTurn]:
        """What the server heard after the opening, in its order."""
        settings = self.stack.settings
        sessions = Sessions(settings.secret_key.get_secret_value(), settings.session_hours)
        conversation_id = sessions.read(self.kept["session"]).conversation_id
        query = select(ChatTurn).filter_by(conversation_id=conversation_id).order_by(ChatTurn.id)
        with self.stack.sessions.begin() as session:
            return [turn for turn in session.scalars(query) if turn.message_id != OPENING_ID]

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Let no message reach the server for a while; those sent meanwhile leave at the end."""
        held: list[Route] = []
        self.page.route(MESSAGE, lambda route: held.append(route))
        try:
            yield
        finally:
            for route in held:
                route.continue_()
            self.page.unroute(MESSAGE)

    def answered_with(self, *answers: dict) -> None:
        """Give each of the next messages an answer in place of the server's."""
        left = list(answers)

        def fulfil(route: Route) -> None:
            route.fulfill(**left.pop(0)) if left else route.continue_()

        self.page.route(MESSAGE, fulfil)

    def has_focus(self, selector: str) -> bool:
        return self.root.locator(selector).evaluate("element => element.matches(':focus')")

    def _answer_after(self, before: int) -> str:
        """What answers the message that came after the `before` first ones."""
        expect(self.messages.nth(before)).to_have_class(re.compile("from-member"))
        self.messages.nth(before + 1).wait_for(state="attached")
        return self.said


class KeyboardChat(Chat):
    """A member who has no mouse."""

    def send(self, text: str) -> None:
        self.stack.typed.add(text)
        self.reach(self.input)
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def press(self, button: Locator) -> None:
        self.reach(button)
        self.page.keyboard.press("Enter")

    def reach(self, element: Locator) -> None:
        """Go to `element`, from one stop to the next."""
        stops = self.root.locator("a, button, textarea, [tabindex]").count()
        for _ in range(stops):
            if element.evaluate("element => element.matches(':focus')"):
                return
            self.page.keyboard.press("Shift+Tab")
        raise AssertionError(f"the keyboard does not reach {element}")
