"""Compose the e-mails that a filed request owes to the fields' teams and to the member."""

from pathlib import Path

from catalog.models import (
    Language,
    MessageKind,
    OutboxMessage,
    Request,
    RequestStatus,
    Urgency,
)
from catalog.person_links import PATHS
from catalog.settings import get_settings
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("notifications.yml"))
# The Consortium works in French.
TEAM_LANGUAGE = Language.FR


def compose(request: Request) -> list[OutboxMessage]:
    """One message for the member and one for each team concerned.

    A request to qualify goes to those who choose the fields by hand.
    """
    teams = dict.fromkeys(row.field.team_email for row in request.fields)
    if request.status is RequestStatus.TO_QUALIFY:
        teams = [get_settings().intake_email]
    recipients = [(MessageKind.TEAM, email) for email in teams]
    recipients.append((MessageKind.MEMBER, request.contact_email))
    return [_message(request, kind, recipient) for kind, recipient in recipients]


def field_names(request: Request, language: str) -> str:
    names = ", ".join(row.field.name(language) for row in request.fields)
    if request.status is not RequestStatus.TO_QUALIFY:
        return names
    to_qualify = TEXTS.get("to_qualify", language)
    return f"{to_qualify} ({names})" if names else to_qualify


def _message(request: Request, kind: MessageKind, recipient: str) -> OutboxMessage:
    language = TEAM_LANGUAGE if kind is MessageKind.TEAM else request.language
    values = _values(request, language)
    return OutboxMessage(
        kind=kind,
        recipient=recipient,
        language=language,
        subject=_single_line(TEXTS.get(f"{kind}_subject", language, **values)),
        body=TEXTS.get(f"{kind}_body", language, **values),
    )


def _values(request: Request, language: str) -> dict[str, object]:
    def label(key: str) -> str:
        return TEXTS.get(key, language)

    not_given = label("not_given")
    region = request.region.name if request.region else not_given
    return {
        "reference": request.reference,
        "fields": field_names(request, language),
        "organisation_name": request.organisation_name,
        "organisation_kind": label(f"kind_{request.organisation_kind}"),
        "member_standing": label(f"standing_{request.member_standing}"),
        "region": label("outside_quebec") if request.outside_quebec else region,
        "contact_name": request.contact_name,
        "contact_email": request.contact_email,
        "contact_phone": request.contact_phone or not_given,
        "deadline": request.deadline or request.deadline_words or not_given,
        "urgency": label(f"urgency_{request.urgency}"),
        "urgent": label("urgent_prefix") if request.urgency is Urgency.URGENT else "",
        "budget": request.budget or not_given,
        "language": label(f"language_{request.language}"),
        "description": request.description,
        "rights_url": get_settings().browser_url + PATHS[Language(language)],
    }


def _single_line(text: str) -> str:
    """A header cannot hold a line break; a name that holds one must not add a header."""
    return " ".join(text.split())[:300]
