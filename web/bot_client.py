"""Speak with Rasa through its REST channel, and believe nothing that it does not say."""

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from catalog.models import Language

WEBHOOK = "/webhooks/rest/webhook"
COMMAND = re.compile(r"/(?P<intent>[^{@]+)(?:@[0-9.]+)?(?P<entities>\{.+\})?", re.DOTALL)


class BotSilent(Exception):
    """The bot gave no answer that can be shown; the message says which way it failed."""


@dataclass(frozen=True)
class BotAnswer:
    """The messages to keep, payloads included, and the language if it has changed."""

    messages: list[dict[str, Any]]
    language: Language | None


class _Button(BaseModel):
    title: str
    payload: str


class _BotMessage(BaseModel):
    text: str = ""
    buttons: list[_Button] = []
    custom: Any = None


BOT_MESSAGES = TypeAdapter(list[_BotMessage])


class BotClient:
    """Rasa's workers, as the gateway sees them; `answers` tells whether the last answer was one."""

    def __init__(
        self, client: httpx.AsyncClient, urls: Sequence[str], timeout_seconds: float
    ) -> None:
        self._client = client
        self._urls = urls
        self._timeout_seconds = timeout_seconds
        self.answers = False

    async def say(
        self,
        conversation_id: str,
        payload: str,
        turn: int | None = None,
        answered: int | None = None,
    ) -> BotAnswer:
        """What the bot answers to `payload`, which its tracker store keeps as said in `turn`.

        It refuses if it has heard a turn after the one `answered`, where this is given.

        Raises:
            BotSilent: the answer is empty, failed, malformed or late.
        """
        metadata = {"turn": turn, "answered": answered}
        body = {"sender": conversation_id, "message": payload, "metadata": metadata}
        try:
            answer = _read(await self._post(conversation_id, body))
        except BotSilent:
            self.answers = False
            raise
        self.answers = True
        return answer

    async def _post(self, conversation_id: str, body: dict[str, Any]) -> httpx.Response:
        try:
            # httpx counts from one byte to the next; a member waits for the whole answer.
            async with asyncio.timeout(self._timeout_seconds):
                return await self._post_to_first(preferred(self._urls, conversation_id), body)
        except TimeoutError:
            raise BotSilent("late") from None
        except httpx.HTTPError as error:
            raise BotSilent(type(error).__name__) from None

    async def _post_to_first(self, urls: Sequence[str], body: dict[str, Any]) -> httpx.Response:
        """What the first of `urls` that takes the connection answers.

        Once it has, nobody knows what it heard: no other is asked.
        """
        first, *others = urls
        try:
            return await self._client.post(first + WEBHOOK, json=body)
        except httpx.ConnectError:
            if not others:
                raise
        return await self._post_to_first(others, body)

    async def is_up(self) -> bool:
        """Whether a worker answers at its door."""
        doors = (self._client.get(f"{url}/") for url in self._urls)
        answers = await asyncio.gather(*doors, return_exceptions=True)
        return any(isinstance(a, httpx.Response) and a.is_success for a in answers)


def preferred(urls: Sequence[str], conversation_id: str) -> list[str]:
    """The workers in the order in which a conversation goes to them, the same in every gateway.

    By rendezvous hashing: one more or one less moves the conversations of that one alone.
    """

    def weight(url: str) -> bytes:
        return hashlib.blake2b(f"{conversation_id} {url}".encode(), digest_size=8).digest()

    return sorted(urls, key=weight)


def _read(response: httpx.Response) -> BotAnswer:
    if response.status_code != httpx.codes.OK:
        raise BotSilent(f"status {response.status_code}")
    try:
        answer = read_answer(response.json())
    except (ValueError, ValidationError):
        raise BotSilent("malformed") from None
    if answer is None:
        # Rasa's REST channel answers `200 []` when an exception stops it.
        raise BotSilent("empty")
    return answer


def read_answer(said: Any) -> BotAnswer | None:
    """The answer in what Rasa's REST channel gives as JSON, unless it has nothing to show.

    Raises:
        ValidationError: it is malformed.
    """
    spoken = BOT_MESSAGES.validate_python(said)
    language = None
    for message in spoken:
        language = _language_in(message.custom) or language
    shown = [_kept(message) for message in spoken if message.text or message.buttons]
    return BotAnswer(shown, language) if shown else None


def _kept(message: _BotMessage) -> dict[str, Any]:
    choices = [
        {"title": button.title, "value": value_of(button.payload), "payload": button.payload}
        for button in message.buttons
    ]
    return {"text": message.text, "choices": choices}


def _language_in(custom: object) -> Language | None:
    named = custom.get("language") if isinstance(custom, dict) else None
    return Language(named) if named in list(Language) else None


def command(intent: str, entities: dict[str, str]) -> str:
    """What Rasa hears as `intent`, whatever the model would make of it."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False, separators=(',', ':'))}"


def value_of(payload: str) -> str:
    """The name by which a browser chooses `payload`: its choice, else its intent."""
    found = COMMAND.fullmatch(payload)
    if found is None:
        return payload
    try:
        choice = json.loads(found["entities"] or "{}").get("choice")
    except ValueError:
        choice = None
    return choice if isinstance(choice, str) else found["intent"]
