"""A member whose page sends again what got no answer, and who believes what they are told."""

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.ledger import Ledger, Wish
from tests.conversations.stack import Stack
from tests.conversations.steps import ANSWERS, asked
from web.conversation import TEXTS

REFERENCE = re.compile(r"C-\d{4}-\d{5}")
PATIENCE_SECONDS = 600
AGAIN_SECONDS = 1
# More than a page waits: the gateway must answer before.
ANSWER_SECONDS = 15
# The form asks eleven things; heard once each, they are asked once each.
MOST_ANSWERS = 14


@dataclass
class Visitor:
    """Someone who files `wish`; `said`, `choices` and `answered_in` are of the last answer."""

    stack: Stack
    ledger: Ledger
    wish: Wish
    said: str = ""
    choices: list[str] = field(default_factory=list)
    # How often they were told that something does not work.
    troubles: int = 0

    @property
    def answered_in(self) -> str:
        return self.wish.language

    def file(self) -> None:
        """Go through the form to the reference, whatever falls meanwhile."""
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS
        self.ledger.wished(self.wish)
        self.stack.typed |= {self.wish.description, self.wish.organisation}
        with httpx.Client(
            base_url=self.stack.settings.web_url, timeout=ANSWER_SECONDS, trust_env=False
        ) as self._client:
            self._session = self._ask("/chat/session", language=self.wish.language)["session"]
            self._say(text=self.wish.description)
            for _ in range(MOST_ANSWERS):
                while "retry" in self.choices:
                    self.troubles += 1
                    time.sleep(AGAIN_SECONDS)
                    self._say(choice="retry")
                if found := REFERENCE.search(self.said):
                    self.ledger.acknowledged(self.wish.organisation, found[0])
                    return
                self._answer()
        raise AssertionError(f"asked in circles; the last answer: {self.said}")

    def _answer(self) -> None:
        question = asked(self)
        assert question, f"nothing to answer in: {self.said}"
        answers = {
            **ANSWERS,
            "organisation": self.wish.organisation,
            "consent_news": ">yes" if self.wish.wants_news else ">no",
        }
        answer = answers[question]
        if answer.startswith(">"):
            assert answer[1:] in self.choices, f"{answer} is not offered in: {self.said}"
            self._say(choice=answer[1:])
        else:
            self._say(text=answer)

    def _say(self, **message: str) -> None:
        self._ask("/chat/message", session=self._session, id=uuid.uuid4().hex, **message)

    def _ask(self, path: str, **body: str) -> dict[str, Any]:
        """Send until it is answered, under the same id, as the page does."""
        while True:
            assert time.monotonic() < self._give_up_at, f"no answer any more after: {self.said}"
            try:
                response = self._client.post(path, json=body)
            except httpx.TransportError:
                # What the page tells then is its own; its tests say what.
                self.troubles += 1
            else:
                if response.status_code == httpx.codes.OK:
                    return self._take(response.json())
                self._check_told(response)
                self.troubles += 1
            time.sleep(AGAIN_SECONDS)

    def _take(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert answer["language"] == self.wish.language, answer
        texts = [message["text"] for message in answer["messages"]]
        assert texts and all(texts), answer
        if answer.get("failed"):
            assert texts == [TEXTS.get("bot_silent", self.wish.language)]
        self.said = "\n".join(texts)
        self.choices = [c["value"] for message in answer["messages"] for c in message["choices"]]
        return answer

    def _check_told(self, response: httpx.Response) -> None:
        """An error says what is wrong in the member's language; none is unforeseen."""
        assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE, response.text
        error = response.json()["error"]
        assert error["message"] == TEXTS.get(error["code"], self.wish.language)
