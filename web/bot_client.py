"""Speak with Rasa through its REST channel, and believe nothing that it does not say."""

import asyncio
import json
import re
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
    """Rasa, as the gateway sees it; `answers` tells whether its last answer was one."""

    def __init__(self, client: httpx.AsyncClient, url: str, timeout_seconds: float) -> None:
        self._client = client
        self._url = url
        self._timeout_seconds = timeout_seconds
        self.answers = False

    async def say(self, conversation_id: str, payload: str) -> BotAnswer:
        """What the bot answers to `payload`.

        Raises:
            BotSilent: the answer is empty, failed, malformed or late.
        """
        try:
            answer = _read(await self._post(conversation_id, payload))
        except BotSilent:
            self.answers = False
            raise
        self.answers = True
        return answer

    async def _post(self, conversation_id: str, payload: str) -> httpx.Response:
        body = {"sender": conversation_id, "message": payload}
        try:
            # httpx counts from one byte to the next; a member waits for the whole answer.
            async with asyncio.timeout(self._timeout_seconds):
                return await self._client.post(self._url + WEBHOOK, json=body)
        except TimeoutError:
            raise BotSilent("late") from None
        except httpx.HTTPError as error:
            raise BotSilent(type(error).__name__) from None

    async def is_up(self) -> bool:
        response = await self._client.get(self._url + "/")
        return response.is_success


def _read(response: httpx.Response) -> BotAnswer:
    if response.status_code != httpx.codes.OK:
        raise BotSilent(f"status {response.status_code}")
    try:
        spoken = BOT_MESSAGES.validate_json(response.content)
    except ValidationError:
        raise BotSilent("malformed") from None
    language = None
    for message in spoken:
        language = _language_in(message.custom) or language
    shown = [_kept(message) for message in spoken if message.text or message.buttons]
    if not shown:
        # Rasa's REST channel answers `200 []` when an exception stops it.
        raise BotSilent("empty")
    return BotAnswer(shown, language)


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
