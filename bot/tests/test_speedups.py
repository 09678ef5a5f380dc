"""Rasa does the same with them as without."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from bot.interpreter import Interpreter
from bot.serving.speedups import apply_speedups

ANSWERS = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "email", "value": "x"}], "responses": [{"text": "a"}]},
    {"events": [{"name": "email"}], "responses": []},
    {"events": [], "responses": ["a"]},
    {"events": {}, "responses": []},
    [],
]


@pytest.fixture
def sped_up() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # What they replace is put back.
        patch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
        patch.setattr(Event, "resolve_by_type", staticmethod(Event.resolve_by_type))
        patch.setattr(DaskGraphRunner, "run", DaskGraphRunner.run)
        apply_speedups()
        yield


def verdict(answer: Any) -> bool:
    try:
        return RemoteAction("action_x", None)._validate_action_result(answer)
    except ValidationError:
        return False


def test_answers_of_actions_are_judged_alike(request: pytest.FixtureRequest) -> None:
    by_rasa = [verdict(answer) for answer in ANSWERS]
    request.getfixturevalue("sped_up")
    assert [verdict(answer) for answer in ANSWERS] == by_rasa
    assert {True, False} == set(by_rasa)


def test_every_class_of_events_is_found(request: pytest.FixtureRequest) -> None:
    names = [event_class.type_name for event_class in all_subclasses(Event)]
    by_rasa = [Event.resolve_by_type(name) for name in names]
    request.getfixturevalue("sped_up")
    assert [Event.resolve_by_type(name) for name in names] == by_rasa


def test_graphs_give_what_dask_makes_of_them(
    interpreter: Interpreter, request: pytest.FixtureRequest
) -> None:
    texts = ["Nos livres sont en retard", "our server is down", "merci", "👍"]
    by_dask = [interpreter.interpret(text) for text in texts]
    request.getfixturevalue("sped_up")
    assert [interpreter.interpret(text) for text in texts] == by_dask


@pytest.mark.usefixtures("sped_up")
def test_an_unknown_event_is_what_rasa_says() -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("new", events.SlotSet) is events.SlotSet
    with pytest.raises(ValueError):
        Event.resolve_by_type("new")
