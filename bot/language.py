"""Tell French from English, and when a message is long enough to be sure."""

import re
from typing import Any

from lingua import Language, LanguageDetectorBuilder
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LANGUAGE = "language"
LANGUAGE_IS_CERTAIN = "language_is_certain"
FRENCH, ENGLISH = "fr", "en"
CODES = {Language.FRENCH: FRENCH, Language.ENGLISH: ENGLISH}
# Measured: one and two words are taken for the other language about half the time.
MIN_WORDS = 3
MIN_CONFIDENCE = 0.8
# An address is in no language, whatever its words.
ADDRESS = re.compile(r"\S*@\S+|https?://\S+|www\.\S+", re.IGNORECASE)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Sets `language` ("fr" or "en") and `language_is_certain` on each message."""

    def __init__(self) -> None:
        builder = LanguageDetectorBuilder.from_languages(*CODES)
        # Else the first member would wait for it.
        self.detector = builder.with_preloaded_language_models().build()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageDetector":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            language, certain = self.detect(message.get(TEXT) or "")
            message.set(LANGUAGE, language)
            message.set(LANGUAGE_IS_CERTAIN, certain)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def detect(self, text: str) -> tuple[str, bool]:
        """The likelier language of `text`, and whether it is enough to switch to it."""
        text = ADDRESS.sub(" ", text)
        confidences = self.detector.compute_language_confidence_values(text)
        if not confidences or not confidences[0].value:
            return FRENCH, False
        best = confidences[0]
        enough_words = len(re.findall(r"[^\W\d_]{2,}", text)) >= MIN_WORDS
        return CODES[best.language], enough_words and best.value >= MIN_CONFIDENCE


def named_language(text: str) -> str | None:
    """The language that a message asks for by name."""
    folded = text.casefold()
    french = re.search(r"\b(?:fran[cç]ais|french|fran[cç]aise)\b", folded)
    english = re.search(r"\b(?:anglais|english|anglaise)\b", folded)
    if french and english:
        # "I don't speak French, English please": the last one is asked for.
        return FRENCH if french.start() > english.start() else ENGLISH
    return FRENCH if french else ENGLISH if english else None


def other_language(language: str) -> str:
    return ENGLISH if language == FRENCH else FRENCH
