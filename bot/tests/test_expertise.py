"""The pipeline as Rasa trains, packs, loads and runs it."""

import asyncio
import shutil
import tarfile
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot import expertise
from bot.expertise import INTERPRETATION, ExpertiseClassifier, as_example
from bot.expertise_model import ARRAYS, SETTINGS
from bot.interpreter import MODEL, Interpreter
from bot.language import LANGUAGE_IS_CERTAIN
from bot.tests.conftest import train

NEED = "Nos factures et nos livres sont en retard depuis avril"


@pytest.fixture(scope="module")
def vector_interpreter(
    vector_models: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Interpreter:
    return Interpreter(train(tmp_path_factory.mktemp("vectors"), vector_models) / MODEL)


@pytest.fixture(scope="module", params=["interpreter", "vector_interpreter"])
def agent(request) -> Agent:
    """The same project without pretrained model, as is the default, and with two."""
    return request.getfixturevalue(request.param).agent


def parse(agent: Agent, text: str) -> dict:
    return asyncio.run(agent.parse_message(text))


def test_a_need_is_parsed_with_its_interpretation(agent: Agent) -> None:
    parsed = parse(agent, NEED)
    assert parsed["intent"]["name"] == "need"
    interpretation = parsed[INTERPRETATION]
    assert interpretation["fields"][0] == "accounting"
    assert interpretation["language"] == "fr"
    assert interpretation["outcome"] in ("route", "clarify", "unsure", "several")
    assert set(interpretation["ranking"]) == {"accounting", "recruitment", "it_support"}


def test_the_ranking_of_intents_begins_with_the_intent(agent: Agent) -> None:
    for text in (NEED, "bonjour", "thanks"):
        parsed = parse(agent, text)
        assert parsed["intent_ranking"][0] == parsed["intent"]
        assert sum(intent["confidence"] for intent in parsed["intent_ranking"]) == pytest.approx(1)


def test_a_greeting_has_no_field(agent: Agent) -> None:
    parsed = parse(agent, "hello")
    assert parsed["intent"]["name"] == "greet"
    assert parsed[INTERPRETATION]["fields"] == []
    assert parsed[INTERPRETATION]["outcome"] == "other"


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        (NEED, [{"entity": "language", "value": "fr"}]),
        (
            "Our books are late and the bank wants statements",
            [{"entity": "language", "value": "en"}],
        ),
        ("merci", []),
        ("en anglais svp", [{"entity": "requested_language", "value": "en"}]),
        ("in French please", [{"entity": "requested_language", "value": "fr"}]),
        ("changer de langue", [{"entity": "requested_language", "value": "en"}]),
        ("change language", [{"entity": "requested_language", "value": "fr"}]),
    ],
)
def test_a_sure_or_asked_for_language_is_an_entity(
    agent: Agent, text: str, entities: list[dict[str, str]]
) -> None:
    assert parse(agent, text)["entities"] == entities


def test_what_only_components_need_is_not_parsed(agent: Agent) -> None:
    assert LANGUAGE_IS_CERTAIN not in parse(agent, NEED)


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_has_no_intent(agent: Agent, text: str) -> None:
    assert parse(agent, text)["intent"]["name"] is None


def test_a_button_of_the_bot_is_its_intent(agent: Agent) -> None:
    assert parse(agent, '/greet{"language": "en"}')["intent"]["name"] == "greet"


def test_vectors_tell_the_field_of_words_that_were_never_seen(
    vector_interpreter: Interpreter,
) -> None:
    ranking = vector_interpreter.interpret("tableur")["ranking"]
    assert next(iter(ranking)) == "accounting"


def test_the_packed_model_holds_no_code(project: Path) -> None:
    archive = project / MODEL
    with tarfile.open(archive) as packed:
        files = [m.name for m in packed if m.isfile() and "ExpertiseClassifier" in m.name]
    assert {Path(name).name for name in files} == {ARRAYS, SETTINGS}


def test_rasa_trains_again_when_any_of_our_code_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in expertise.SOURCES.glob("*.py"):
        shutil.copy(path, tmp_path)
    before = ExpertiseClassifier.fingerprint_addon({})
    monkeypatch.setattr(expertise, "SOURCES", tmp_path)
    assert ExpertiseClassifier.fingerprint_addon({}) == before
    with (tmp_path / "heads.py").open("a") as heads:
        heads.write("# changed\n")
    assert ExpertiseClassifier.fingerprint_addon({}) != before


@pytest.mark.parametrize(
    ("properties", "fields", "held_out"),
    [
        ({"intent_response_key": "need/accounting"}, ("accounting",), False),
        ({"intent_response_key": "need/a+b"}, ("a", "b"), False),
        ({}, (), False),
        ({METADATA: {METADATA_INTENT: {"held_out": True}}}, (), True),
        ({METADATA: {METADATA_INTENT: {"held_out": False}}}, (), False),
        ({METADATA: {}}, (), False),
    ],
)
def test_an_example_has_the_fields_and_mark_of_its_message(
    properties: dict, fields: tuple[str, ...], held_out: bool
) -> None:
    example = as_example(Message({TEXT: "mots", INTENT: "need", **properties}))
    assert (example.intent, example.fields, example.held_out) == ("need", fields, held_out)
