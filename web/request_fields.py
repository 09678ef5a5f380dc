"""What a member wrote in the form: read, cleaned, checked, and made into a draft."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from catalog.consents import answer_consents, consent_version
from catalog.contact_details import find_email, find_phone
from catalog.models import (
    ConsentPurpose,
    Language,
    MemberStanding,
    OrganisationKind,
    SetBy,
    Urgency,
)
from catalog.places import known_regions
from catalog.requests import MAX_BUDGET, MAX_NAME, FieldChoice, RequestDraft, local_today
from catalog.urgency import is_urgent
from web.disarm import clean
from web.redaction import redact

MAX_DESCRIPTION = 8000
MIN_DESCRIPTION = 3
# Who ticks more has not chosen: a person does, rather than that many teams.
MAX_ROUTED = 4
OUTSIDE_QUEBEC = "outside"
FREE_WORDS = frozenset({"description", "organisation", "contact_name", "budget"})


class Mistake(Exception):
    """An answer cannot be used; `text` names the words that say what to do."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


@dataclass(frozen=True)
class Answers:
    """What the inputs hold, without what must never be kept; an empty input holds no words."""

    words: dict[str, str]
    fields: frozenset[str]

    @property
    def consents(self) -> list[ConsentPurpose]:
        """The purposes agreed to: a box is worth the version of the text that was beside it."""
        return [p for p in ConsentPurpose if self.words[f"consent_{p}"] == consent_version(p)]


def read_answers(form: FormData, language: Language) -> Answers:
    words = {name: _plain(form.get(name), name) for name in READERS}
    redacted = {name: redact(words[name], language) for name in FREE_WORDS}
    boxes = {f"consent_{purpose}": "" for purpose in ConsentPurpose}
    boxes |= {name: str(form[name]) for name in boxes if name in form}
    return Answers(words | redacted | boxes, frozenset(map(str, form.getlist("fields"))))


def _plain(typed: Any, name: str) -> str:
    text = clean(typed) if isinstance(typed, str) else ""
    return text.strip() if name == "description" else " ".join(text.split())


def check(answers: Answers) -> tuple[dict[str, Any], dict[str, Mistake]]:
    """What the answers say, and the mistakes in them, by input in the order of the page."""
    read, mistakes = {}, {}
    for name, reader in READERS.items():
        try:
            read[name] = reader(answers.words[name])
        except Mistake as mistake:
            mistakes[name] = mistake
    if ConsentPurpose.CONTACT not in answers.consents:
        mistakes["consent_contact"] = Mistake("consent_contact_missing")
    return read, mistakes


def make_draft(
    answers: Answers,
    read: dict[str, Any],
    fields: list[str],
    language: Language,
    pole_slug: str | None,
    filing_key: str,
) -> RequestDraft:
    """The request that answers without a mistake ask for."""
    urgent = is_urgent(read["description"], read["deadline"], local_today())
    outside = read["region"] == OUTSIDE_QUEBEC
    return RequestDraft(
        idempotency_key=_idempotency_key(filing_key, answers),
        language=language,
        organisation_name=read["organisation"],
        organisation_kind=read["organisation_kind"],
        member_standing=read["member_standing"],
        contact_name=read["contact_name"],
        contact_email=read["email"],
        contact_phone=read["phone"],
        region_code=None if outside else read["region"],
        outside_quebec=outside,
        pole_slug=pole_slug,
        description=read["description"],
        deadline=read["deadline"],
        urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
        budget=read["budget"],
        fields=[FieldChoice(slug=slug, set_by=SetBy.MEMBER) for slug in fields],
        to_qualify=len(fields) > MAX_ROUTED,
        consents=answer_consents(answers.consents),
    )


def _idempotency_key(filing_key: str, answers: Answers) -> str:
    """One key for the same form with the same answers.

    Who files, goes back, changes an answer and files again must not be told of the first request
    as if it held the change.
    """
    content = json.dumps([answers.words, sorted(answers.fields)], sort_keys=True)
    return uuid.uuid5(uuid.UUID(filing_key), content).hex


def _read_description(typed: str) -> str:
    if len(typed) < MIN_DESCRIPTION or not re.search(r"\w", typed):
        raise Mistake("description_missing")
    if len(typed) > MAX_DESCRIPTION:
        raise Mistake("description_long", over=len(typed) - MAX_DESCRIPTION)
    return typed


def _read_deadline(typed: str) -> dt.date | None:
    if not typed:
        return None
    try:
        date = dt.date.fromisoformat(typed)
    except ValueError:
        raise Mistake("deadline_invalid") from None
    if date < local_today():
        raise Mistake("deadline_past")
    return date


def _read_budget(typed: str) -> str | None:
    if len(typed) > MAX_BUDGET:
        raise Mistake("budget_long")
    return typed or None


def _read_name(mistake: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if len(typed) > MAX_NAME or not re.search(r"\w", typed):
            raise Mistake(mistake)
        return typed

    return read


def _read_choice(choices: Any, mistake: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if typed not in set(choices):
            raise Mistake(mistake)
        return typed

    return read


def _read_region(typed: str) -> str | None:
    if typed not in {"", OUTSIDE_QUEBEC, *(region.code for region in known_regions())}:
        raise Mistake("region_invalid")
    return typed or None


def _read_email(typed: str) -> str:
    email = find_email(typed)
    if email is None or typed.count("@") > 1:
        raise Mistake("email_missing")
    return email


def _read_phone(typed: str) -> str | None:
    phone = find_phone(typed)
    if typed and phone is None:
        raise Mistake("phone_invalid")
    return phone


READERS: dict[str, Callable[[str], Any]] = {
    "description": _read_description,
    "deadline": _read_deadline,
    "budget": _read_budget,
    "organisation": _read_name("organisation_missing"),
    "organisation_kind": _read_choice(OrganisationKind, "organisation_kind_missing"),
    "member_standing": _read_choice(MemberStanding, "member_standing_missing"),
    "region": _read_region,
    "contact_name": _read_name("contact_name_missing"),
    "email": _read_email,
    "phone": _read_phone,
}
