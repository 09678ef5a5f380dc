"""What Rasa 3.6.21 does over and over in serving, done once or in fewer steps."""

from abc import ABCMeta
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses


def apply_speedups() -> None:
    """Put them in Rasa's place in this process."""
    _find_event_classes_once()
    _know_events_by_their_class()
    _run_graphs_in_turn()
    _copy_slots_plainly()
    _ask_rules_where_they_decide()


def _find_event_classes_once() -> None:
    """Rasa walks all classes of events for each event of a tracker that it loads."""
    classes: dict[str, type[Event]] = {}
    for event_class in all_subclasses(Event):
        # The first one found is Rasa's choice too.
        classes.setdefault(event_class.type_name, event_class)
    walk = Event.resolve_by_type

    def resolve(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return classes.get(type_name) or walk(type_name, default)

    Event.resolve_by_type = staticmethod(resolve)


def _know_events_by_their_class() -> None:
    """Rasa asks what an event is 2,400 times a message, each time by way of abstract classes."""

    class Plain(ABCMeta):
        __instancecheck__ = type.__instancecheck__

    for event_class in (Event, *all_subclasses(Event)):
        event_class.__class__ = Plain


def _run_graphs_in_turn() -> None:
    """Rasa gives dask each graph anew; ours are chains, and dask takes a quarter of their time."""

    def run(
        self: DaskGraphRunner,
        inputs: dict[str, Any] | None = None,
        targets: list[str] | None = None,
    ) -> dict[str, Any]:
        outputs = dict(inputs or {})

        def output(name: str) -> Any:
            if name not in outputs:
                parents = self._graph_schema.nodes[name].needs.values()
                node = self._instantiated_nodes[name]
                _, outputs[name] = node(*[(parent, output(parent)) for parent in parents])
            return outputs[name]

        return {target: output(target) for target in targets or self._graph_schema.target_names}

    DaskGraphRunner.run = run


def _copy_slots_plainly() -> None:
    """Rasa copies all slots some six times a message, and `copy` asks each how it is pickled."""

    def copy(self: Slot) -> Slot:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    Slot.__copy__ = copy


def _ask_rules_where_they_decide() -> None:
    """Rasa goes through all rules, then leaves their answer where a form is to go on."""
    predict_with_rules = RulePolicy._predict

    def predict(
        self: RulePolicy, tracker: DialogueStateTracker, domain: Domain
    ) -> tuple[PolicyPrediction, str | None]:
        default, _ = self._find_action_from_default_actions(tracker)
        action, source = self._find_action_from_loop_happy_path(tracker)
        if default or not action:
            return predict_with_rules(self, tracker, domain)
        probabilities = self._prediction_result(action, tracker, domain)
        prediction = self._rule_prediction(probabilities, source, is_no_user_prediction=True)
        return prediction, source

    RulePolicy._predict = predict
