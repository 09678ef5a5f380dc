"""The trained model outside a conversation: the same graph, one message at a time."""

import asyncio
from pathlib import Path

from rasa.core.agent import Agent
from rasa.model import get_latest_model
from rasa.shared.nlu.constants import TEXT

from bot.expertise import INTERPRETATION
from bot.language import LanguageDetector

MAX_CHARACTERS = 20_000


class Interpreter:
    """Interprets messages as the conversation would.

    Raises:
        FileNotFoundError: there is no trained model.
    """

    def __init__(self, models: Path = Path("models")) -> None:
        path = get_latest_model(models)
        if path is None:
            raise FileNotFoundError(f"no trained model in {models}/: run `make train`")
        self.agent = Agent.load(path)
        self.languages = LanguageDetector()

    def interpret(self, text: str, language: str | None = None) -> dict:
        """The interpretation of `text`; `language` stands where the text is too short to tell.

        Raises:
            ValueError: `text` cannot be a message.
        """
        # A leading slash would be a command of Rasa's; members' words never are.
        words = text.strip().lstrip("/").strip()
        if not words:
            raise ValueError("text is empty")
        if len(words) > MAX_CHARACTERS:
            raise ValueError(f"text is longer than {MAX_CHARACTERS} characters")
        parsed = asyncio.run(self.agent.parse_message(words))
        interpretation = parsed[INTERPRETATION]
        _, certain = self.languages.detect(parsed[TEXT])
        if language and not certain:
            interpretation["language"] = language
        return interpretation
