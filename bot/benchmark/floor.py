"""Serve the model with an understanding that costs nothing: each text is interpreted once.

`python -m bot.benchmark.floor` takes what `bot.serving` takes: what that costs beside this is what
understanding costs.
"""

import copy
from typing import Any

# Before anything of Rasa, as it keeps TensorFlow out.
from bot.serving.__main__ import main as serve

# isort: split
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor


def main() -> None:
    _remember_interpretations()
    serve()


def _remember_interpretations() -> None:
    interpret = MessageProcessor._parse_message_with_graph
    known: dict[str, dict[str, Any]] = {}

    def remember(
        self: MessageProcessor, message: UserMessage, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if message.text not in known:
            known[message.text] = interpret(self, message, *args, **kwargs)
        return copy.deepcopy(known[message.text])

    MessageProcessor._parse_message_with_graph = remember


if __name__ == "__main__":
    main()
