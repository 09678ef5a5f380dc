import json
from pathlib import Path

import numpy as np
import pytest

from bot.analyzer import SpacyAnalyzer
from bot.expertise_model import (
    ARRAYS,
    SETTINGS,
    ExpertiseModel,
    parts_of,
    presence_evidence,
)
from bot.learning import learn
from bot.tests.conftest import Read, as_examples

TEXTS = [
    "Nos factures s'empilent et les livres sont en retard",
    "hire a cook before summer",
    "Le serveur est tombé, puis il faut afficher un poste de commis",
    "bonjour",
    "merci",
    "👍",
    "zzz qqq",
]


@pytest.fixture(scope="module", params=["without vectors", "with vectors"])
def kind(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def reader(kind: str, read: Read, vector_analyzer: SpacyAnalyzer):
    return read if kind == "without vectors" else lambda text: read(text, vector_analyzer)


@pytest.fixture(scope="module")
def learnt(reader) -> ExpertiseModel:
    return learn(as_examples(reader))


@pytest.fixture(scope="module")
def folder(learnt: ExpertiseModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    learnt.save(folder)
    return folder


def answers(model: ExpertiseModel, reader):
    return model.interpret([reader(text) for text in TEXTS], ["fr"] * len(TEXTS))


def test_a_loaded_model_answers_exactly_as_the_one_that_was_saved(
    learnt: ExpertiseModel, folder: Path, reader
) -> None:
    assert answers(ExpertiseModel.load(folder), reader) == answers(learnt, reader)


def test_a_model_saved_again_is_the_same(folder: Path, tmp_path: Path) -> None:
    ExpertiseModel.load(folder).save(tmp_path)
    assert (tmp_path / SETTINGS).read_text("utf-8") == (folder / SETTINGS).read_text("utf-8")
    with np.load(tmp_path / ARRAYS) as again, np.load(folder / ARRAYS) as first:
        assert again.files == first.files
        assert all(np.array_equal(again[name], first[name]) for name in first.files)


def test_what_is_saved_is_json_and_plain_arrays(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {ARRAYS, SETTINGS}
    json.loads((folder / SETTINGS).read_text("utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        assert arrays.files
        assert all(arrays[name].dtype.kind == "f" for name in arrays.files)


def test_a_model_that_holds_a_pickle_is_not_loaded(folder: Path, tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_bytes((folder / SETTINGS).read_bytes())
    with np.load(folder / ARRAYS) as arrays:
        hostile = {name: np.array([print], dtype=object) for name in arrays.files}
    np.savez(tmp_path / ARRAYS, **hostile)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        ExpertiseModel.load(tmp_path)


def test_probabilities_sum_to_one_and_come_best_first(learnt: ExpertiseModel, reader) -> None:
    for interpretation, intents in answers(learnt, reader):
        assert sum(interpretation.ranking.values()) == pytest.approx(1)
        assert sum(intents.values()) == pytest.approx(1)
        ranked = list(interpretation.ranking.values())
        assert ranked == sorted(ranked, reverse=True)
        assert min(ranked) >= 0
        others = list(intents.values())[1:]
        assert others == sorted(others, reverse=True)


def test_the_intent_is_need_exactly_when_there_are_fields(learnt: ExpertiseModel, reader) -> None:
    for interpretation, intents in answers(learnt, reader):
        assert (interpretation.intent == "need") == bool(interpretation.fields)
        assert (interpretation.outcome == "other") == (not interpretation.fields)
        assert interpretation.intent == next(iter(intents))


def test_a_message_is_understood_alike_alone_and_among_others(
    learnt: ExpertiseModel, reader
) -> None:
    for text, (together, _) in zip(TEXTS, answers(learnt, reader), strict=True):
        [(alone, _)] = learnt.interpret([reader(text)], ["fr"])
        assert alone.fields == together.fields
        assert alone.ranking == pytest.approx(together.ranking, abs=1e-5)


def test_messages_of_one_field_have_it_first(learnt: ExpertiseModel, reader) -> None:
    texts = ["les factures et les livres en retard", "interview candidates", "serveur et Outlook"]
    found = learnt.interpret([reader(text) for text in texts], ["fr", "en", "fr"])
    firsts = [next(iter(interpretation.ranking)) for interpretation, _ in found]
    assert firsts == ["accounting", "recruitment", "it_support"]
    assert [interpretation.language for interpretation, _ in found] == ["fr", "en", "fr"]


def test_greetings_are_no_need(learnt: ExpertiseModel, reader) -> None:
    [(interpretation, _)] = learnt.interpret([reader("bonjour")], ["fr"])
    assert interpretation.intent == "greet"
    assert interpretation.fields == ()


def test_no_message_has_no_answer(learnt: ExpertiseModel) -> None:
    assert learnt.interpret([], []) == []


def test_parts_remember_their_document(read: Read) -> None:
    documents = [read("bonjour"), read(TEXTS[2]), read("Un plan. Trois mots ici. Encore trois ici")]
    parts, owners = parts_of(documents)
    assert owners.tolist() == [1, 1, 2, 2]
    assert parts[0].text == "le serveur est tombe"
    assert parts_of([]) == ([], pytest.approx(np.array([])))


def test_a_field_is_as_present_as_in_the_part_that_speaks_of_it_most() -> None:
    rankings = np.array([[0.5, 0.4], [0.8, 0.2]])
    part_rankings = np.array([[0.9, 0.1], [0.3, 0.7]])
    several = np.array([[1.5], [-2.0]])
    evidence = presence_evidence(
        np.zeros((2, 2)), several, rankings, part_rankings, np.array([0, 0])
    )
    assert np.exp(evidence[:, :, 1]) == pytest.approx(rankings)
    assert np.exp(evidence[:, :, 2]) == pytest.approx(np.array([[0.9, 0.7], [0.8, 0.2]]))
    assert evidence[:, :, 3].tolist() == [[1.5, 1.5], [-2.0, -2.0]]
    assert evidence[:, :, 4].tolist() == [[1, 0], [1, 0]]
