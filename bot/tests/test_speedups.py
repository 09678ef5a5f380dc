"""Rasa does the same with them as without."""

import copy
import itertools
from abc import ABCMeta
from collections.abc import Iterator
from pathlib import Path

import pytest
import rasa.model_training
import yaml
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.interpreter import Interpreter
from bot.serving.speedups import apply_speedups

FORM = "request_form"


@pytest.fixture
def sped_up() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # What they replace is put back.
        patch.setattr(Event, "resolve_by_type", staticmethod(Event.resolve_by_type))
        patch.setattr(DaskGraphRunner, "run", DaskGraphRunner.run)
        patch.setattr(RulePolicy, "_predict", RulePolicy._predict)
        patch.setattr(Slot, "__copy__", None, raising=False)
        apply_speedups()
        yield
    for event_class in (Event, *all_subclasses(Event)):
        event_class.__class__ = ABCMeta


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


def test_an_event_is_what_its_class_and_those_above_say(request: pytest.FixtureRequest) -> None:
    made = [SlotSet("email"), UserUttered("allo"), ActionExecuted("action_listen")]
    classes = [Event, *all_subclasses(Event)]

    def kinds() -> list[bool]:
        return [isinstance(*pair) for pair in itertools.product(made, classes)]

    by_rasa = kinds()
    request.getfixturevalue("sped_up")
    assert kinds() == by_rasa
    assert not isinstance("allo", Event)


@pytest.mark.usefixtures("sped_up")
def test_a_copied_slot_has_a_value_of_its_own() -> None:
    slot = TextSlot("email", mappings=[{}])
    slot.value = "marie@exemple.coop"
    other = copy.copy(slot)
    assert type(other) is TextSlot
    assert vars(other) == vars(slot)
    other.value = "jean@exemple.coop"
    assert slot.value == "marie@exemple.coop"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    """This project's rules, without an understanding."""
    folder = tmp_path_factory.mktemp("rules")
    config = yaml.safe_load(Path("config.yml").read_text("utf-8"))
    (folder / "config.yml").write_text(yaml.safe_dump({**config, "pipeline": []}), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        trained = rasa.model_training.train_core(
            "domain.yml", str(folder / "config.yml"), "data/rules.yml", str(folder)
        )
    return Agent.load(trained)


def test_the_same_actions_follow(agent: Agent, request: pytest.FixtureRequest) -> None:
    by_rules = predictions(agent)
    request.getfixturevalue("sped_up")
    assert predictions(agent) == by_rules
    assert {"action_listen", FORM, "action_answer", "action_restart"} <= {
        action for action, _ in by_rules
    }


def predictions(agent: Agent) -> list[tuple]:
    """What follows each message, outside of the form and in it, and what it or others did then."""
    domain = agent.domain
    befores = ([], [ActiveLoop(FORM), SlotSet("requested_slot", "description")])
    afters = (
        [],
        [ActionExecuted(FORM)],
        [ActionExecutionRejected(FORM)],
        [ActionExecutionRejected(FORM), ActionExecuted("action_answer")],
    )
    found = []
    for intent, before, after in itertools.product(domain.intents, befores, afters):
        message = UserUttered("allo", {"name": intent, "confidence": 1.0})
        happened = [ActionExecuted("action_listen"), *before, message, *after]
        tracker = DialogueStateTracker.from_events("someone", happened, domain.slots)
        prediction = agent.processor._predict_next_with_tracker(tracker)
        action = domain.action_names_or_texts[prediction.max_confidence_index]
        found.append((action, vars(prediction)))
    return found
