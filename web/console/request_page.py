"""What the page of one request shows beside the request itself."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from starlette.requests import Request as HttpRequest

from catalog.answer_templates import AnswerTemplate, answer_templates
from catalog.models import (
    AuditEntry,
    Request,
    RequestStatus,
    Role,
    utc_now,
)
from catalog.transcript import conversation
from web.console.audit_view import author
from web.console.authentication import has_role
from web.console.numbers import instant
from web.console.request_filters import assignee_choices, field_choices
from web.console.texts import text
from web.console.time_left import is_late, time_left

HANDLES = (Role.AGENT, Role.ADMINISTRATOR)
DOUBLES_WITHIN = dt.timedelta(days=60)
MAX_DOUBLES = 5


@dataclass(frozen=True)
class Typed:
    """A form that was refused: what it was for, why, and the words in it, so that none is lost."""

    action: str
    error: str
    values: dict[str, str]


def request_context(
    http: HttpRequest, request: Request, typed: Typed | None, visible: ColumnElement[bool]
) -> dict[str, Any]:
    """What the template of the page shows, by name."""
    session: Session = http.state.session
    templates = answer_templates(request)
    chosen = templates.get(http.query_params.get("template", ""))
    return {
        "may_change": has_role(http, *HANDLES),
        "typed": typed,
        "time_left": time_left(request, utc_now()),
        "is_late": is_late(request, utc_now()),
        "conversation": conversation(session, request.conversation_id),
        "history": history(session, request),
        "merged_into": session.scalar(
            select(Request).where(visible, Request.id == request.merged_into_id)
        ),
        "doubles": possible_doubles(session, request, visible),
        "statuses": list(RequestStatus),
        "assignees": assignee_choices(http),
        "field_choices": field_choices(http),
        "templates": templates,
        "instant": instant,
        "author": author,
        "may_erase": has_role(http, Role.ADMINISTRATOR) and request.erased_at is None,
        "difference": partial(difference, fields=dict(field_choices(http))),
        "answer": chosen or AnswerTemplate(title="", subject="", body=""),
    }


def difference(entry: AuditEntry, fields: Mapping[str, str]) -> str:
    """What a change was from and to, in words; `fields` are the names of slugs."""
    before, after = (
        ", ".join(filter(None, (_in_words(*item, fields) for item in values.items())))
        for values in (entry.before, entry.after)
    )
    return f"{before} → {after}" if before else after


def _in_words(name: str, value: Any, fields: Mapping[str, str]) -> str:
    if name == "status":
        return text(f"status_{value}")
    if name == "fields":
        return " + ".join(fields.get(slug, slug) for slug in value) or text("field_none_yet")
    return str(value or text("no_one")) if name == "assignee" else ""


def history(session: Session, request: Request) -> list[AuditEntry]:
    """What staff changed, latest first."""
    query = (
        select(AuditEntry)
        .filter_by(subject="requests", subject_id=str(request.id))
        # SQLite gives the number of a request that was erased again.
        .where(AuditEntry.at >= request.created_at)
        .order_by(AuditEntry.id.desc())
    )
    return list(session.scalars(query))


def possible_doubles(
    session: Session, request: Request, visible: ColumnElement[bool]
) -> list[Request]:
    """Requests of the same person or organisation, near in time, that are not merged.

    Args:
        visible: which requests the reader may see at all.
    """
    same_person = func.lower(Request.contact_email) == request.contact_email.lower()
    same_organisation = func.lower(Request.organisation_name) == request.organisation_name.lower()
    since, until = request.created_at - DOUBLES_WITHIN, request.created_at + DOUBLES_WITHIN
    query = (
        select(Request)
        .where(same_person | same_organisation)
        .where(visible, Request.id != request.id, Request.merged_into_id.is_(None))
        # What was erased is alike in being empty.
        .where(Request.erased_at.is_(None), request.erased_at is None)
        .where(Request.created_at.between(since, until))
        .order_by(Request.id.desc())
        .limit(MAX_DOUBLES)
    )
    return list(session.scalars(query))
