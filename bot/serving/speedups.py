"""What Rasa 3.6.21 does over and over in serving, done once."""

from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses


def apply_speedups() -> None:
    """Put them in Rasa's place in this process."""
    _check_answer_schema_once()
    _find_event_classes_once()


def _check_answer_schema_once() -> None:
    """Rasa checks the schema of an action's answer, not only the answer, at each call: 15 ms."""
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(_: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


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
