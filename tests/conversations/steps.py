"""What scenarios share: plain needs, the way through the form, the texts of the domain."""

import re
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import func, select

from catalog.consents import consent_text
from catalog.models import ConsentPurpose, Request
from tests.conversations.stack import Member, Stack

BOOKKEEPING = {
    "fr": "Notre tenue de livres a six mois de retard et le vérificateur arrive.",
    "en": "Our bookkeeping is six months late and the auditor is coming.",
}
LOGO = {
    "fr": "Il nous faut un nouveau logo et une identité visuelle.",
    "en": "We need a new logo and a visual identity.",
}
EMAIL = "marie@exemple.coop"
PHONE = "418 555-0123"
# What the form asks, by the response or the consent that asks it.
QUESTIONS = {
    "utter_route_confirm": "routing",
    "utter_route_clarify": "routing",
    "utter_route_several": "routing",
    "utter_route_unsure": "routing",
    "utter_route_list": "routing",
    "utter_confirm_summary": "summary",
    "utter_ask_correction": "correction",
    **{
        f"utter_ask_{slot}": slot
        for slot in (
            "description",
            "organisation",
            "organisation_kind",
            "member_standing",
            "contact_name",
            "email",
            "phone",
            "region",
            "deadline",
            "budget",
            "reference",
            "lookup_email",
        )
    },
}
# The shortest way to a filed request; `>` presses a choice.
ANSWERS = {
    "routing": ">yes",
    "organisation_kind": ">cooperative",
    "member_standing": ">member",
    "contact_name": f"Marie Tremblay, {EMAIL}, {PHONE}",
    "email": EMAIL,
    "phone": ">skip",
    "region": ">skip",
    "deadline": ">skip",
    "budget": ">skip",
    "summary": ">yes",
    "consent_news": ">no",
    "consent_contact": ">yes",
}


def text(response: str, language: str, **values: object) -> str:
    """What the domain says in `language`, up to the first value that is not given."""
    variations = _responses()[response]
    english = next(v for v in variations if v.get("condition"))
    french = next(v for v in variations if not v.get("condition"))
    written = (english if language == "en" else french)["text"]
    for name, value in values.items():
        written = written.replace(f"{{{name}}}", str(value))
    return written.partition("{")[0]


def says(member: Member, *responses: str) -> bool:
    """Whether the last answer holds the `responses`, in the member's language."""
    missing = [name for name in responses if text(name, member.answered_in) not in member.said]
    assert not missing, f"{missing} not in: {member.said}"
    return True


def asked(member: Member) -> str | None:
    """What the last answer asks of the member."""
    for purpose in ConsentPurpose:
        if consent_text(purpose, member.answered_in) in member.said:
            return f"consent_{purpose}"
    found = (
        slot for name, slot in QUESTIONS.items() if text(name, member.answered_in) in member.said
    )
    return next(found, None)


def begin(member: Member, need: dict[str, str] = BOOKKEEPING) -> Member:
    """Tell a clear need and confirm its field."""
    member.follow(need[member.language], ">yes")
    return member


def answer_until(member: Member, slot: str | None, **answers: str) -> Member:
    """Answer each question, with `answers` rather than the usual ones, until `slot` is asked."""
    usual = {**ANSWERS, "organisation": member.organisation, **answers}
    while (question := asked(member)) != slot:
        assert question in usual, f"{question} is asked before {slot}, in: {member.said}"
        member.follow(usual.pop(question))
    return member


def finish(member: Member, **answers: str) -> Request:
    """Answer all that is left to, and give the one request that was filed."""
    answer_until(member, None, **answers)
    [request] = member.filed()
    assert request.reference in member.said
    return request


def slugs(request: Request) -> set[str]:
    return {row.field_slug for row in request.fields}


def count_requests(stack: Stack) -> int:
    with stack.sessions.begin() as session:
        return session.scalar(select(func.count(Request.id)))


def references(member: Member) -> list[str]:
    return re.findall(r"C-\d{4}-\d{5}", member.said)


@cache
def _responses() -> dict:
    return yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))["responses"]
