"""A draft like those that the bot makes, and what a database holds of it once filed."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from catalog.database import SessionFactory
from catalog.models import Base, Request
from catalog.requests import RequestDraft

GIVEN_AT = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
# What filing writes; the rest of the tables is there before.
FILED_TABLES = (
    "requests",
    "request_fields",
    "consents",
    "status_changes",
    "outbox_messages",
    "reference_sequences",
)


def consent(purpose: str = "contact", granted: bool = True) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "granted": granted,
        "text_version": f"{purpose}-7",
        "given_at": GIVEN_AT,
    }


def chosen(*slugs: str) -> list[dict[str, Any]]:
    return [{"slug": slug, "confidence": 0.5, "set_by": "bot"} for slug in slugs]


def draft(key: str = "key", **changes: Any) -> RequestDraft:
    values = {
        "idempotency_key": key,
        "language": "fr",
        "organisation_name": "Coopérative des Érables",
        "organisation_kind": "cooperative",
        "member_standing": "member",
        "contact_name": "Marie Tremblay",
        "contact_email": "marie@erables.example",
        "description": "Notre trésorière est partie.",
        "fields": chosen("accounting", "governance"),
        "consents": [consent(), consent("news", granted=False)],
    }
    return RequestDraft(**values | changes)


def count_rows(sessions: SessionFactory) -> dict[str, int]:
    with sessions() as session:
        return {
            name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            for name in FILED_TABLES
        }


def references(sessions: SessionFactory) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Request.reference).order_by(Request.id)))
