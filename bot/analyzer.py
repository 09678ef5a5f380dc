"""Tokens and lemmas from spaCy, with one pipeline per language."""

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.language import FRENCH, LANGUAGE

VECTOR = "vector"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SpacyAnalyzer(Tokenizer):
    """Sets Rasa's tokens, with their lemmas, and their vectors where the spaCy model has some.

    `models` names an installed spaCy model, or a path to one, by language; null stands for a
    blank pipeline with the lemmas of spacy-lookups-data.
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

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.pipelines = {
            language: make_pipeline(language, model) for language, model in config["models"].items()
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpacyAnalyzer":
        return cls(config)

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


def make_pipeline(language: str, model: str | None) -> spacy.Language:
    """The spaCy pipeline of a language.

    Raises:
        OSError: `model` is not installed; the message names it.
    """
    if model:
        return spacy.load(model, exclude=["parser", "ner"])
    nlp = spacy.blank(language)
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    return nlp
