"""File what the form gathered, and say the reference once the catalog holds it."""

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.answers import OUTSIDE_QUEBEC, SKIPPED
from actions.fields import sessions
from actions.guard import logger, tells_when_down
from catalog.consents import answer_consents
from catalog.metrics import CHAT, FILING_FAILURES
from catalog.models import ConsentPurpose, Urgency
from catalog.requests import FieldChoice, RequestDraft, file_requests

REQUIRED = ("description", "organisation", "contact_name", "email", "summary")


class FileRequest(Action):
    def name(self) -> str:
        return "action_file_request"

    @tells_when_down
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict
    ) -> list[dict[str, Any]]:
        response = _why_not(tracker)
        if response:
            dispatcher.utter_message(response=response)
            return []
        try:
            requests = await asyncio.to_thread(file_requests, sessions(), drafts(tracker))
        except SQLAlchemyError as error:
            FILING_FAILURES.labels(CHAT).inc()
            logger.error("filing failed: %s", type(error).__name__)
            dispatcher.utter_message(response="utter_filing_failed")
            return []
        dispatcher.utter_message(
            response="utter_filed_separately" if len(requests) > 1 else "utter_filed",
            reference=", ".join(request.reference for request in requests),
            email=requests[0].contact_email,
        )
        return [SlotSet("filed", True)]


def _why_not(tracker: Tracker) -> str | None:
    """The response that tells why nothing is to be filed now."""
    if tracker.get_slot("filing_key") is None or tracker.get_slot("filed"):
        return "utter_nothing_pending"
    if tracker.get_slot("consent_contact") is False:
        return "utter_not_filed"
    if any(tracker.get_slot(slot) is None for slot in (*REQUIRED, "consent_contact")):
        return "utter_form_paused"
    return None


def drafts(tracker: Tracker) -> list[RequestDraft]:
    """One draft, or one for each field where the member wants separate requests."""
    chosen = [FieldChoice(**choice) for choice in tracker.get_slot("fields") or []]
    groups = [[c] for c in chosen] if tracker.get_slot("separate_requests") else [chosen]
    return [
        _draft(tracker, group, f"{tracker.get_slot('filing_key')}:{number}")
        for number, group in enumerate(groups, start=1)
    ]


def _draft(tracker: Tracker, fields: list[FieldChoice], key: str) -> RequestDraft:
    def given(slot: str) -> Any:
        value = tracker.get_slot(slot)
        return None if value == SKIPPED else value

    outside = given("region") == OUTSIDE_QUEBEC
    return RequestDraft(
        idempotency_key=key,
        conversation_id=tracker.sender_id,
        language=given("language"),
        organisation_name=given("organisation"),
        organisation_kind=given("organisation_kind"),
        member_standing=given("member_standing"),
        contact_name=given("contact_name"),
        contact_email=given("email"),
        contact_phone=given("phone"),
        region_code=None if outside else given("region"),
        outside_quebec=outside,
        pole_slug=given("pole"),
        description=given("description"),
        deadline=given("deadline"),
        deadline_words=given("deadline_words"),
        urgency=given("urgency") or Urgency.NORMAL,
        budget=given("budget"),
        fields=fields,
        to_qualify=given("routing_step") == "human",
        consents=answer_consents([p for p in ConsentPurpose if given(f"consent_{p}")]),
    )
