"""A message is heard whole or not at all, so that what a member was told is what the bot knows.

Rasa 3.6.21 goes on after a failure. Where its database cannot be read it takes the conversation for
a new one, and where it cannot be written the next question is asked and forgotten: the yes to it
would answer the question before. Of an action that failed it keeps what the others said and did.
Here such a message leaves nothing behind, its answer is empty, and the gateway has it heard again.
"""

import functools
from contextvars import ContextVar
from typing import Any

from rasa.core import agent
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

# Actions that failed while the message at hand is heard.
_failed: ContextVar[list[str]] = ContextVar("failed")


class NotHeard(Exception):
    """An action failed: the conversation stays as it was before the message."""


def hear_whole_or_not_at_all() -> None:
    """Put it in the place of Rasa's own way in this process."""
    agent.FailSafeTrackerStore = _as_it_is
    RemoteAction.run = _remembering_failure(RemoteAction.run)
    MessageProcessor.save_tracker = _unless_an_action_failed(MessageProcessor.save_tracker)
    MessageProcessor.handle_message = _saying_all_or_nothing(MessageProcessor.handle_message)


def _as_it_is(store: TrackerStore) -> TrackerStore:
    """Rasa's wrapper forgets the conversation, and logs the words that could not be stored."""
    return store


def _remembering_failure(run):
    @functools.wraps(run)
    async def remembering(self: RemoteAction, *arguments: Any, **named: Any) -> Any:
        try:
            return await run(self, *arguments, **named)
        except ActionExecutionRejection:
            raise
        except Exception:
            # Who calls it catches all exceptions, and goes on.
            _failed.get([]).append(self.name())
            raise

    return remembering


def _unless_an_action_failed(save):
    @functools.wraps(save)
    async def saving(self: MessageProcessor, tracker: DialogueStateTracker) -> None:
        failed = _failed.get([])
        if failed:
            raise NotHeard(failed[0])
        await save(self, tracker)

    return saving


def _saying_all_or_nothing(handle):
    @functools.wraps(handle)
    async def handling(self: MessageProcessor, message: UserMessage) -> Any:
        _failed.set([])
        try:
            return await handle(self, message)
        except BaseException:
            # The REST channel sends what it collected, whatever happened since.
            if isinstance(message.output_channel, CollectingOutputChannel):
                message.output_channel.messages.clear()
            raise

    return handling
