"""Trackers for single actions, and a conversation that drives the forms as Rasa does."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer
from actions.ask_consent import AskConsentContact, AskConsentNews
from actions.ask_routing import AskRouting
from actions.ask_summary import AskSummary
from actions.file_request import FileRequest
from actions.request_form import ValidateRequestForm
from actions.request_status import RequestStatus, ValidateStatusForm
from actions.reset_request import ResetRequest
from actions.turn import Turn

ROOT = Path(__file__).parents[2]
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
ACTIONS: dict[str, Action] = {
    action.name(): action
    for action in (
        Answer(),
        AskConsentContact(),
        AskConsentNews(),
        AskRouting(),
        AskSummary(),
        FileRequest(),
        RequestStatus(),
        ResetRequest(),
        ValidateRequestForm(),
        ValidateStatusForm(),
    )
}
SURE = 0.95


def message(
    text: str,
    intent: str = "",
    confidence: float = SURE,
    outcome: str | None = None,
    fields: tuple[str, ...] = (),
    ranking: dict[str, float] | None = None,
    entities: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What Rasa parsed, as `latest_message` holds it."""
    if fields and ranking is None:
        ranking = {slug: 0.8 / (rank + 1) for rank, slug in enumerate(fields)}
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": name, "value": v} for name, v in (entities or {}).items()],
        "interpretation": {
            "outcome": outcome or ("route" if fields else "other"),
            "fields": list(fields),
            "ranking": ranking or {},
        },
    }


def chosen(choice: str, intent: str = "choose") -> dict[str, Any]:
    """A button that was pressed."""
    return message(f'/{intent}{{"choice":"{choice}"}}', intent, 1.0, entities={"choice": choice})


def make_tracker(
    latest: dict[str, Any] | None = None,
    form: str | None = None,
    events: list[dict[str, Any]] | None = None,
    **slots: Any,
) -> Tracker:
    known = {name: spec.get("initial_value") for name, spec in DOMAIN["slots"].items()}
    return Tracker(
        sender_id="conversation-1",
        slots={**known, "requested_slot": None, **slots},
        latest_message=latest or {},
        events=events or [],
        paused=False,
        followup_action=None,
        active_loop={"name": form} if form else {},
        latest_action_name="action_listen",
    )


def make_turn(text: str = "", intent: str = "", confidence: float = SURE, language="fr", **parsed):
    return Turn.of(make_tracker(message(text, intent, confidence, **parsed), language=language))


def pressed(choice: str) -> Turn:
    return Turn.of(make_tracker(chosen(choice)))


def run(name: str, tracker: Tracker) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The events of the action called `name`, and what it says."""
    dispatcher = CollectingDispatcher()
    events = asyncio.run(ACTIONS[name].run(dispatcher, tracker, DOMAIN))
    return events, dispatcher.messages


class Conversation:
    """A member with the bot; the form is driven as `rasa.core.actions.forms` does."""

    def __init__(self, language: str = "fr", **slots: Any) -> None:
        self.tracker = make_tracker(language=language, **slots)
        self.messages: list[dict[str, Any]] = []
        self.rejections = 0

    @property
    def slots(self) -> dict[str, Any]:
        return self.tracker.slots

    @property
    def asked(self) -> str | None:
        return self.slots["requested_slot"]

    @property
    def said(self) -> list[str]:
        """The responses to the last message, by name."""
        return [message["response"] for message in self.messages]

    @property
    def form(self) -> str | None:
        return self.tracker.active_loop.get("name")

    def open(self, text: str, intent: str = "need", form: str = "request_form", **parsed: Any):
        """A first message, which the rules answer with a form."""
        self._hear(message(text, intent, **parsed))
        return self._activate(form)

    def press_first(self, choice: str, intent: str):
        self._hear(chosen(choice, intent))
        return self._activate("request_form")

    def say(self, text: str, intent: str = "", confidence: float = SURE, **parsed: Any):
        return self._go_on(message(text, intent, confidence, **parsed))

    def press(self, choice: str):
        return self._go_on(chosen(choice))

    def command(self, intent: str):
        """A button that stands for an intent."""
        return self._go_on(message(f"/{intent}", intent, 1.0))

    def perform(self, name: str) -> list[dict[str, Any]]:
        events, messages = run(name, self.tracker)
        self.messages += messages
        self._apply(events)
        return events

    def _activate(self, form: str):
        self.slots["requested_slot"] = None
        self.tracker.active_loop = {"name": form}
        self._validate(form)
        self._ask(form)
        return self

    def _go_on(self, latest: dict[str, Any]):
        form = self.form
        assert form, "no form is active"
        self._hear(latest)
        before = copy.deepcopy(self.slots)
        events = self._validate(form)
        if any(event["event"] == "action_execution_rejected" for event in events):
            self.rejections += 1
            assert self.slots == before, "a digression changes nothing"
            self.perform("action_answer")
            events = self._validate(form)
            assert events == [], "the same message was answered, or rejected, twice"
        else:
            assert any(
                event["event"] == "slot" and event["name"] != "requested_slot" for event in events
            ), "Rasa would raise: the form neither took nor rejected the message"
        stops = any(e.get("name") == "requested_slot" and e["value"] is None for e in events)
        if stops:
            self._end(form)
        else:
            self._ask(form)
        return self

    def _hear(self, latest: dict[str, Any]) -> None:
        self.messages, self.rejections = [], 0
        self.tracker.latest_message = latest
        self.tracker.events.append({"event": "user"})

    def _validate(self, form: str) -> list[dict[str, Any]]:
        events, messages = run(f"validate_{form}", self.tracker)
        self.messages += messages
        self._apply(events)
        return events

    def _ask(self, form: str) -> None:
        required = DOMAIN["forms"][form]["required_slots"]
        self.slots["requested_slot"] = next(
            (slot for slot in required if self.slots[slot] is None), None
        )
        if self.asked is None:
            self._end(form)
        elif f"action_ask_{self.asked}" in ACTIONS:
            self.perform(f"action_ask_{self.asked}")
        else:
            self.messages.append({"response": f"utter_ask_{self.asked}"})

    def _end(self, form: str) -> None:
        self.slots["requested_slot"] = None
        self.tracker.active_loop = {}
        last = {"request_form": "action_file_request", "status_form": "action_request_status"}
        self.perform(last[form])

    def _apply(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            self.tracker.events.append(event)
            if event["event"] == "slot":
                assert event["name"] in self.slots, f"the domain has no slot {event['name']}"
                self.slots[event["name"]] = event["value"]
