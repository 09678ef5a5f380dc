"""Serve as another module does, and write where the time of each message goes.

`python -m bot.benchmark.stages FILE MODULE …` calls MODULE's `main` with the arguments that follow,
and adds to FILE a line of JSON for each message: seconds by stage, and those of the `whole`.
"""

import contextlib
import functools
import importlib
import inspect
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TextIO

WHOLE = "whole"
_spent: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)


def main() -> None:
    _, path, name, *arguments = sys.argv
    sys.argv = [name, *arguments]
    # First of all, as it may keep modules of Rasa's out.
    module = importlib.import_module(name)
    # A line at a time: whoever reads them does so between two messages.
    with open(path, "a", buffering=1, encoding="utf-8") as lines:
        _time_stages(lines)
        module.main()


def _time_stages(lines: TextIO) -> None:
    from rasa.core.actions.action import RemoteAction
    from rasa.core.processor import MessageProcessor

    for owner, method, stage in (
        (MessageProcessor, "_parse_message_with_graph", "interpretation"),
        (MessageProcessor, "_predict_next_with_tracker", "policies"),
        (MessageProcessor, "get_tracker", "tracker_store"),
        (MessageProcessor, "save_tracker", "tracker_store"),
        (RemoteAction, "run", "actions"),
    ):
        setattr(owner, method, _timed(getattr(owner, method), stage))
    MessageProcessor.handle_message = _written(MessageProcessor.handle_message, lines)


def _timed(call, stage: str):
    if inspect.iscoroutinefunction(call):

        @functools.wraps(call)
        async def timed(*args, **kwargs):
            with _timing(stage):
                return await call(*args, **kwargs)

    else:

        @functools.wraps(call)
        def timed(*args, **kwargs):
            with _timing(stage):
                return call(*args, **kwargs)

    return timed


def _written(handle, lines: TextIO):
    handle = _timed(handle, WHOLE)

    @functools.wraps(handle)
    async def written(*args, **kwargs):
        spent = defaultdict(float)
        _spent.set(spent)
        try:
            return await handle(*args, **kwargs)
        finally:
            lines.write(json.dumps(spent) + "\n")

    return written


@contextlib.contextmanager
def _timing(stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        spent = _spent.get()
        if spent is not None:
            spent[stage] += time.perf_counter() - started


if __name__ == "__main__":
    main()
