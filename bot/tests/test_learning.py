from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bot.analyzer import SpacyAnalyzer
from bot.expertise_model import ExpertiseModel
from bot.learning import Example, learn
from bot.tests.conftest import Read, as_examples


def without(examples: list[Example], unwanted) -> list[Example]:
    return [example for example in examples if not unwanted(example)]


@pytest.mark.parametrize("held_out", [True, False], ids=["held out", "learnt"])
@pytest.mark.parametrize(
    "missing",
    [
        lambda example: True,
        lambda example: not example.fields,
        lambda example: len(example.fields) > 1,
        lambda example: len(example.fields) == 1,
    ],
    ids=["all", "no need", "needs of several", "needs of one"],
)
def test_every_kind_of_message_is_needed(
    examples: list[Example], missing: Callable[[Example], bool], held_out: bool
) -> None:
    left = without(examples, lambda e: e.held_out == held_out and missing(e))
    with pytest.raises(ValueError, match="^hold out" if held_out else "^write"):
        learn(left)


def test_held_out_words_are_never_learnt(model: ExpertiseModel, examples: list[Example]) -> None:
    learnt = {word for e in examples if not e.held_out for word in e.document.words}
    held_out = {word for e in examples if e.held_out for word in e.document.words}
    vocabulary = set(model.features.vectorizers["words"].vocabulary_)
    assert learnt <= vocabulary
    assert not (held_out - learnt) & vocabulary


def test_what_is_held_out_moves_the_probabilities_and_not_the_heads(
    model: ExpertiseModel, examples: list[Example]
) -> None:
    swapped = [
        replace(e, intent="thanks") if e.held_out and e.intent == "greet" else e for e in examples
    ]
    other = learn(swapped)
    assert np.array_equal(other.heads.intents.weights, model.heads.intents.weights)
    assert other.calibration != model.calibration


def test_learning_twice_gives_the_same_model(
    model: ExpertiseModel, examples: list[Example]
) -> None:
    again = learn(examples)
    assert again.calibration == model.calibration
    assert np.array_equal(again.heads.fields.weights, model.heads.fields.weights)


def test_vectors_tell_the_field_of_words_that_were_never_seen(
    read: Read, vector_analyzer: SpacyAnalyzer
) -> None:
    def read_with_vectors(text: str):
        return read(text, vector_analyzer)

    model = learn(as_examples(read_with_vectors))
    unseen = [read_with_vectors("tableur"), read_with_vectors("spreadsheet")]
    for interpretation, _ in model.interpret(unseen, ["fr", "en"]):
        assert next(iter(interpretation.ranking)) == "accounting"
