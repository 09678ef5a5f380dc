import asyncio
from collections.abc import Awaitable, Callable

import pytest
from rasa.core import agent
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor

from bot.serving.whole_answers import NotHeard, hear_whole_or_not_at_all

ACTION = RemoteAction("action_file_request", None)


class Down(Exception):
    """A part does not answer."""


class Processor(MessageProcessor):
    """Rasa's, of which a test says what hearing a message does."""

    def __init__(self) -> None:
        self.saved: list[str] = []


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch):
    """Hear a message as the serving process does: what was said, and what was saved."""

    def heard(act: Callable[[Processor, CollectingOutputChannel], Awaitable[None]]):
        async def handle(self: Processor, message: UserMessage) -> None:
            await act(self, message.output_channel)
            await self.save_tracker("tracker")

        async def save(self: Processor, tracker: str) -> None:
            self.saved.append(tracker)

        monkeypatch.setattr(agent, "FailSafeTrackerStore", agent.FailSafeTrackerStore)
        monkeypatch.setattr(RemoteAction, "run", run_as_told)
        monkeypatch.setattr(MessageProcessor, "save_tracker", save)
        monkeypatch.setattr(MessageProcessor, "handle_message", handle)
        hear_whole_or_not_at_all()
        processor, channel = Processor(), CollectingOutputChannel()
        try:
            asyncio.run(processor.handle_message(UserMessage("oui", channel)))
        except (NotHeard, Down) as error:
            return channel.messages, processor.saved, type(error)
        return channel.messages, processor.saved, None

    return heard


async def run_as_told(self: RemoteAction, outcome: Exception | None) -> None:
    if outcome:
        raise outcome


def after(outcome: Exception | None):
    """Say something, run an action that ends so, and go on as Rasa does."""

    async def act(_processor: Processor, channel: CollectingOutputChannel) -> None:
        await channel.send_text_message("default", "C’est corrigé.")
        try:
            await ACTION.run(outcome)
        except Exception:
            await channel.send_text_message("default", "Et ensuite ?")

    return act


def test_an_answer_is_said_once_it_is_saved(hear):
    messages, saved, error = hear(after(None))
    assert [message["text"] for message in messages] == ["C’est corrigé."]
    assert (saved, error) == (["tracker"], None)


def test_when_an_action_fails_nothing_is_said_or_saved(hear):
    assert hear(after(Down())) == ([], [], NotHeard)


def test_a_form_that_leaves_its_question_to_others_has_not_failed(hear):
    messages, saved, error = hear(after(ActionExecutionRejection("request_form")))
    assert (len(messages), saved, error) == (2, ["tracker"], None)


def test_when_the_database_fails_nothing_is_said(hear):
    async def act(_processor: Processor, channel: CollectingOutputChannel) -> None:
        await channel.send_text_message("default", "Une question")
        raise Down

    assert hear(act) == ([], [], Down)


def test_a_failure_is_forgotten_by_the_next_message(hear):
    hear(after(Down()))
    assert hear(after(None))[2] is None


def test_a_conversation_that_cannot_be_read_is_not_taken_for_a_new_one(hear):
    hear(after(None))
    store = object()
    assert agent.FailSafeTrackerStore(store) is store
