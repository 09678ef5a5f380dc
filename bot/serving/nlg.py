"""Responses that say which language they are in."""

import re
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

PLACEHOLDER = re.compile(r"{(\w+)}")


class LanguageTaggingGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator; each response also carries `{"language": …}` to the gateway."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        response = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if response is not None:
            response["custom"] = {"language": tracker.get_slot("language")}
        return response

    def _fill_response(
        self,
        response: dict[str, Any],
        filled_slots: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Fill the text alone: Rasa takes the braces of a payload, and a member's, for slots."""
        values = self._response_variables(filled_slots, kwargs)
        response["text"] = PLACEHOLDER.sub(
            lambda found: str(values.get(found[1], found[0])), response["text"]
        )
        return response
