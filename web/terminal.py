"""Chat in a terminal with the running server: `python -m web.terminal [URL] [--language en]`."""

import argparse
import sys
import uuid
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import ValidationError

from catalog.models import Language
from catalog.settings import SettingsError, get_settings
from catalog.texts import Texts
from web.schemas import ErrorBody, MessageAnswer, SessionAnswer

Answer = TypeVar("Answer", bound=MessageAnswer)

TEXTS = Texts(Path(__file__).with_name("texts.yml"))
# The server answers in time even when the bot does not.
PATIENCE_SECONDS = 5


class TerminalError(Exception):
    """The chat cannot go on; the message says in one line what to do."""


class Refused(Exception):
    """The server did not take what was typed; the message says how to type it otherwise."""


class Terminal:
    """One conversation over the chat API."""

    def __init__(self, client: httpx.Client, url: str, language: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._session = ""
        self._values: list[str] = []
        self.language = language

    def run(self) -> None:
        """Open the conversation and go on until the person leaves."""
        opening = self._post("/chat/session", {"language": self.language}, SessionAnswer)
        self._session = opening.session
        print(self._text("terminal_hint"))
        self._show(opening)
        while True:
            typed = input(f"\n{self._text('terminal_prompt')} > ")
            # Bytes that are not UTF-8 arrive as characters that cannot be sent.
            typed = typed.encode(errors="ignore").decode().strip()
            if typed:
                self._say(typed)

    def _say(self, typed: str) -> None:
        message = {"session": self._session, "id": uuid.uuid4().hex, **self._read(typed)}
        try:
            self._show(self._post("/chat/message", message, MessageAnswer))
        except Refused as error:
            print(f"\n{error}")

    def _read(self, typed: str) -> dict[str, str]:
        """What was typed, as a choice if it is the number of one."""
        if typed.isdecimal() and 1 <= int(typed) <= len(self._values):
            return {"choice": self._values[int(typed) - 1]}
        return {"text": typed}

    def _show(self, answer: MessageAnswer) -> None:
        self.language = answer.language
        self._values = []
        for message in answer.messages:
            print(f"\n{message.text}")
            for choice in message.choices:
                self._values.append(choice.value)
                print(f"  {len(self._values)}. {choice.title}")

    def _post(self, path: str, body: dict[str, str], kind: type[Answer]) -> Answer:
        try:
            response = self._client.post(self._url + path, json=body)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TerminalError(self._text("terminal_no_server", url=self._url)) from None
        try:
            if response.is_success:
                return kind.model_validate_json(response.content)
            message = ErrorBody.model_validate_json(response.content).error.message
        except ValidationError:
            raise TerminalError(self._text("terminal_bad_answer", url=self._url)) from None
        is_typing = response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        raise Refused(message) if is_typing else TerminalError(message)

    def _text(self, key: str, **values: object) -> str:
        return TEXTS.get(key, self.language, **values)


def main(arguments: list[str] | None = None) -> int:
    """Chat until the person leaves; 0 if they did, 1 if the chat could not go on."""
    try:
        settings = get_settings()
    except SettingsError as error:
        print(f"aiguilleur: {error}", file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="make chat", description=__doc__)
    parser.add_argument("url", nargs="?", default=settings.web_url)
    parser.add_argument("--language", choices=list(Language), default=Language.FR.value)
    options = parser.parse_args(arguments)
    with httpx.Client(timeout=settings.answer_timeout_seconds + PATIENCE_SECONDS) as client:
        return chat(Terminal(client, options.url, options.language))


def chat(terminal: Terminal) -> int:
    try:
        terminal.run()
    except (EOFError, KeyboardInterrupt):
        print(f"\n{TEXTS.get('terminal_goodbye', terminal.language)}")
        return 0
    except (TerminalError, Refused) as error:
        print(f"aiguilleur: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
