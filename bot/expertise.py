"""The expertise classifier: Rasa's door to the expertise model."""

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    METADATA,
    METADATA_INTENT,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.documents import Document
from bot.expertise_model import ExpertiseModel
from bot.language import FRENCH, LANGUAGE, LANGUAGE_IS_CERTAIN, named_language, other_language
from bot.learning import Example, learn

INTERPRETATION = "interpretation"
SWITCH_LANGUAGE = "switch_language"
REQUESTED_LANGUAGE = "requested_language"
RANKING_LENGTH = 10
SOURCES = Path(__file__).parent
# Marks, in the metadata of an intent's examples, those that set the thresholds.
HELD_OUT = "held_out"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ExpertiseClassifier(GraphComponent, IntentClassifier):
    """Sets the intent, its ranking, and the interpretation that the actions read.

    Sub-intents such as `need/accounting`, or `need/training+governance` for several needs, most
    important first, name the fields of the training examples. Examples whose intent bears the
    metadata `held_out: true` set the thresholds.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changes when any of our code does: Rasa itself sees the source of this class alone."""
        digest = hashlib.sha256()
        for path in sorted(SOURCES.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        model: ExpertiseModel | None = None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self.model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ExpertiseClassifier":
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ExpertiseClassifier":
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, ExpertiseModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        self.model = learn([as_example(message) for message in training_data.intent_examples])
        with self._model_storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        texts = [message for message in messages if _is_written(message)]
        if not texts:
            return messages
        results = self.model.interpret(
            [Document.of(message) for message in texts],
            [message.get(LANGUAGE) or FRENCH for message in texts],
        )
        for message, (interpretation, intents) in zip(texts, results, strict=True):
            ranking = [
                {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
                for name, confidence in intents.items()
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:RANKING_LENGTH], add_to_output=True)
            message.set(INTERPRETATION, interpretation.as_dict(), add_to_output=True)
            message.set(ENTITIES, _language_entities(message), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def as_example(message: Message) -> Example:
    fields = message.get(INTENT_RESPONSE_KEY)
    names = tuple(fields.partition("/")[2].split("+")) if fields else ()
    marks = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return Example(
        Document.of(message), message.get(INTENT), names, held_out=bool(marks.get(HELD_OUT))
    )


def _is_written(message: Message) -> bool:
    """Whether `message` says anything in words: a button's payload names its intent itself."""
    text = message.get(TEXT)
    return bool(text) and not text.startswith(INTENT_MESSAGE_PREFIX)


def _language_entities(message: Message) -> list[dict[str, Any]]:
    """The language that the message is surely in, or that it asks for."""
    entities = list(message.get(ENTITIES) or [])
    language = message.get(LANGUAGE)
    if message.get(INTENT)[INTENT_NAME_KEY] == SWITCH_LANGUAGE:
        asked_for = named_language(message.get(TEXT)) or other_language(language)
        entities.append(_entity(REQUESTED_LANGUAGE, asked_for))
    elif message.get(LANGUAGE_IS_CERTAIN):
        entities.append(_entity(LANGUAGE, language))
    return entities


def _entity(name: str, value: str) -> dict[str, Any]:
    return {ENTITY_ATTRIBUTE_TYPE: name, ENTITY_ATTRIBUTE_VALUE: value}
