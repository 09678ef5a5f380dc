"""Serve the model with an understanding that costs nothing: each text is interpreted once.

`python -m bot.benchmark.floor` takes what `bot.serving` takes: what it costs beside that is what
understanding costs.
"""

import copy
from typing import Any

from bot.serving.__main__ import main


def _remember_interpretations() -> None:
    # After `bot.serving`, which keeps TensorFlow out before anything of Rasa is imported.
    from rasa.core.processor import MessageProcessor

    interpret = MessageProcessor._parse_message_with_graph
    known: dict[str, dict[str, Any]] = {}

    async def remember(self, message, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if message.text not in known:
            known[message.text] = await interpret(self, message, *args, **kwargs)
        return copy.deepcopy(known[message.text])

    MessageProcessor._parse_message_with_graph = remember


if __name__ == "__main__":
    _remember_interpretations()
    main()
