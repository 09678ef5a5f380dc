"""Rasa does the same with them as without."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core import events
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

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
    validate, resolve = RemoteAction._validate_action_result, Event.resolve_by_type
    apply_speedups()
    yield
    RemoteAction._validate_action_result = validate
    Event.resolve_by_type = staticmethod(resolve)


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


@pytest.mark.usefixtures("sped_up")
def test_an_unknown_event_is_what_rasa_says() -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("new", events.SlotSet) is events.SlotSet
    with pytest.raises(ValueError):
        Event.resolve_by_type("new")
