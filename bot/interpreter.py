"""The trained model outside a conversation: the same graph, one message at a time."""

import asyncio
import re
from pathlib import Path

from rasa.core.agent import Agent

from bot.expertise import INTERPRETATION
from bot.language import LanguageDetector

MODEL = Path("models/aiguilleur.tar.gz")
MAX_CHARACTERS = 20_000
LEADING_SLASHES = re.compile(r"^[\s/]+")
# JSON can name one half of a surrogate pair; no encoding can.
HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class Interpreter:
    """Interprets messages as the conversation would.

    Raises:
        FileNotFoundError: there is no trained model.
    """

    def __init__(self, model: Path = MODEL) -> None:
        if not model.exists():
            raise FileNotFoundError(f"there is no {model}: run `make train`")
        self.agent = Agent.load(model)
        self.languages = LanguageDetector()

    def interpret(self, text: str, language: str | None = None) -> dict:
        """The interpretation of `text`; `language` stands where the text is too short to tell.

        Raises:
            ValueError: `text` cannot be a message.
        """
        # A leading slash would be a command of Rasa's; members' words never are.
        words = LEADING_SLASHES.sub("", text).strip()
        if not words:
            raise ValueError("text is empty")
        if len(words) > MAX_CHARACTERS:
            raise ValueError(f"text is longer than {MAX_CHARACTERS} characters")
        if HALF_CHARACTER.search(words):
            raise ValueError("text holds half a character")
        parsed = asyncio.run(self.agent.parse_message(words))
        interpretation = parsed[INTERPRETATION]
        if language and not self.languages.detect(words)[1]:
            interpretation["language"] = language
        return interpretation
