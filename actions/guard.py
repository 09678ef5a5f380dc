"""What an action does when it cannot do its work: tell the member, and log no words of theirs."""

import functools
import logging

from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)


def tells_when_down(run):
    """Answer that the service is down in place of an exception.

    rasa-sdk would send the exception back with the whole request, and Rasa would log both.
    """

    @functools.wraps(run)
    async def guarded(self, dispatcher: CollectingDispatcher, tracker, domain):
        try:
            return await run(self, dispatcher, tracker, domain)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_unavailable")
            return []

    return guarded
