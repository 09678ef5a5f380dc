"""All that is kept of a person, to hand over: structured, or to read."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog.forgetting import TO_THE_PERSON
from catalog.models import Language, MessageKind, Request, utc_now
from catalog.promises import QUEBEC
from catalog.texts import Texts
from catalog.transcript import conversation

TEXTS = Texts(Path(__file__).with_name("person_export.yml"))
FACTS = (
    "reference",
    "created_at",
    "status",
    "language",
    "organisation_name",
    "organisation_kind",
    "member_standing",
    "contact_name",
    "contact_email",
    "contact_phone",
    "outside_quebec",
    "description",
    "deadline",
    "deadline_words",
    "urgency",
    "budget",
    "answer_due_at",
    "first_answered_at",
)
CHOICES = ("status", "language", "organisation_kind", "member_standing", "urgency")


def export(session: Session, requests: Sequence[Request], *, notes: bool) -> dict[str, Any]:
    """What is kept of the person who made `requests`, as JSON takes it.

    Args:
        notes: with what staff wrote for themselves, which may name others: for who reads it over.
    """
    return {
        "exported_at": _plain(utc_now()),
        "requests": [_told(session, request, notes) for request in requests],
    }


def readable(exported: dict[str, Any], language: Language) -> list[list[tuple[str, str]]]:
    """For each request of `export`, what is known in turn: a label and its value, in `language`."""
    return [
        [
            (TEXTS.get(name, language), _written(name, value, language))
            for name, value in request.items()
            if value not in (None, "", [])
        ]
        for request in exported["requests"]
    ]


def _told(session: Session, request: Request, notes: bool) -> dict[str, Any]:
    facts = {name: _plain(getattr(request, name)) for name in FACTS}
    facts["region"] = request.region and request.region.name
    facts["pole"] = request.pole and request.pole.name
    facts["fields"] = [
        {
            "name": {language: row.field.name(language) for language in Language},
            "confidence": row.confidence,
            "set_by": row.set_by,
        }
        for row in request.fields
    ]
    facts["consents"] = [
        {
            "purpose": consent.purpose,
            "granted": consent.granted,
            "text_version": consent.text_version,
            "given_at": _plain(consent.given_at),
            "withdrawn_at": _plain(consent.withdrawn_at),
        }
        for consent in request.consents
    ]
    facts["status_changes"] = [
        {"status": change.to_status, "at": _plain(change.changed_at)}
        for change in request.status_changes
    ]
    facts["emails"] = [
        {
            "subject": message.subject,
            # The words of a link are no one's, and the link itself is not kept.
            "body": "" if message.kind is MessageKind.LINK else message.body,
            "sent_at": _plain(message.sent_at),
        }
        for message in request.outbox_messages
        if message.kind in TO_THE_PERSON
    ]
    facts["conversation"] = [
        {
            "by": "member" if spoken.by_member else "bot",
            "words": spoken.words,
            "at": _plain(spoken.said_at),
        }
        for spoken in conversation(session, request.conversation_id)
    ]
    if notes:
        facts["notes"] = [
            {"text": note.text, "at": _plain(note.written_at)} for note in request.notes
        ]
    return facts


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _written(name: str, value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return TEXTS.get("yes" if value else "no", language)
    if name in CHOICES:
        return TEXTS.get(f"{name}_{value}", language)
    if name.endswith("_at"):
        return _instant(value)
    if isinstance(value, list):
        return "\n".join(_lines(name, value, language))
    return str(value)


def _lines(name: str, items: list[dict[str, Any]], language: Language) -> Iterator[str]:
    for item in items:
        if name == "fields":
            set_by = TEXTS.get("set_by_" + item["set_by"], language)
            yield f"{item['name'][language]} ({set_by})"
        elif name == "consents":
            yield _consent(item, language)
        elif name == "status_changes":
            yield f"{_instant(item['at'])} – {TEXTS.get('status_' + item['status'], language)}"
        elif name == "emails":
            sent = _instant(item["sent_at"]) if item["sent_at"] else TEXTS.get("waits", language)
            yield "\n".join(filter(None, (f"{sent} – {item['subject']}", item["body"])))
        elif name == "conversation":
            yield f"{_instant(item['at'])} – {TEXTS.get(item['by'], language)} – {item['words']}"
        else:
            yield f"{_instant(item['at'])} – {item['text']}"


def _consent(item: dict[str, Any], language: Language) -> str:
    answer = "withdrawn" if item["withdrawn_at"] else "yes" if item["granted"] else "no"
    return TEXTS.get(
        "consent_line",
        language,
        purpose=TEXTS.get(f"purpose_{item['purpose']}", language),
        answer=TEXTS.get(answer, language),
        version=item["text_version"],
        when=_instant(item["withdrawn_at"] or item["given_at"]),
    )


def _instant(written: str) -> str:
    return f"{dt.datetime.fromisoformat(written).astimezone(QUEBEC):%Y-%m-%d %H:%M}"
