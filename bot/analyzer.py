"""Tokens and lemmas from spaCy, with one pipeline per language."""

from collections.abc import Mapping
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.lookups import Lookups

from bot.french import import_french
from bot.language import FRENCH, LANGUAGE
from bot.lemma_table import LEMMA_LOOKUP, LemmaTable

VECTOR = "vector"

import_french()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class SpacyAnalyzer(Tokenizer):
    """Sets Rasa's tokens, with their lemmas, and their vectors where the spaCy model has some.

    `models` names an installed spaCy model, or a path to one, by language; null stands for a
    blank pipeline with the lemmas of spacy-lookups-data, which the trained model holds.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "models": {"fr": None, "en": None},
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage | None = None,
        resource: Resource | None = None,
        lemma_tables: Mapping[str, LemmaTable] | None = None,
    ) -> None:
        """`lemma_tables` by language; those of spacy-lookups-data unless given.

        Raises:
            OSError: a model is not installed; the message names it.
        """
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self.lemma_tables = lemma_tables or {
            language: LemmaTable.of_language(language) for language in _blank_languages(config)
        }
        self.pipelines = {
            language: spacy.load(model, exclude=["parser", "ner"])
            if model
            else _blank_pipeline(language, self.lemma_tables[language])
            for language, model in config["models"].items()
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpacyAnalyzer":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpacyAnalyzer":
        with model_storage.read_from(resource) as folder:
            tables = {
                language: LemmaTable.load(folder / _file_name(language))
                for language in _blank_languages(config)
            }
        return cls(config, model_storage, resource, tables)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn nothing of the messages; keep the lemmas, which are read faster than made."""
        with self._model_storage.write_to(self._resource) as folder:
            for language, table in self.lemma_tables.items():
                table.save(folder / _file_name(language))
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        nlp = self.pipelines[message.get(LANGUAGE) or FRENCH]
        # The lemma tables hold lower case; people in a hurry use either.
        doc = nlp((message.get(attribute) or "").lower())
        has_vectors = nlp.vocab.vectors_length > 0
        return [
            Token(
                token.text,
                token.idx,
                data={VECTOR: token.vector} if has_vectors else None,
                lemma=token.lemma_ or token.text,
            )
            for token in doc
            if not token.is_space
        ]


def _blank_languages(config: dict[str, Any]) -> list[str]:
    return [language for language, model in config["models"].items() if not model]


def _blank_pipeline(language: str, lemma_table: LemmaTable) -> spacy.Language:
    nlp = spacy.blank(language)
    lookups = Lookups()
    lookups.set_table(LEMMA_LOOKUP, lemma_table)
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    lemmatizer.initialize(lambda: [], nlp=nlp, lookups=lookups)
    return nlp


def _file_name(language: str) -> str:
    return f"lemmas-{language}.npz"
