"""The e-mails that a person's rights call for; those to teams name the request alone."""

from collections.abc import Iterator

from catalog.models import Language, MessageKind, OutboxMessage, Request
from catalog.notifications import TEAM_LANGUAGE, TEXTS
from catalog.settings import get_settings


def link_message(request: Request, language: Language) -> OutboxMessage:
    """To the person, with the place of a link that is signed as the message leaves."""
    values = {"reference": request.reference, "link": "{link}"}
    return OutboxMessage(
        request_id=request.id,
        kind=MessageKind.LINK,
        recipient=request.contact_email,
        language=language,
        subject=TEXTS.get("link_subject", language, **values),
        body=TEXTS.get("link_body", language, **values),
    )


def notices_of_erasure(request: Request) -> Iterator[OutboxMessage]:
    """To those who were sent the request, whose own mailboxes we do not reach."""
    teams = [m.recipient for m in request.outbox_messages if m.kind is MessageKind.TEAM]
    privacy = get_settings().privacy_email
    for recipient in dict.fromkeys((*teams, privacy)):
        yield _notice(request, "erasure", recipient)


def notice_of_withdrawal(request: Request) -> OutboxMessage:
    """To who has the newsletter's list put right."""
    return _notice(request, "withdrawal", get_settings().privacy_email)


def _notice(request: Request, about: str, recipient: str) -> OutboxMessage:
    return OutboxMessage(
        request_id=request.id,
        kind=MessageKind.NOTICE,
        recipient=recipient,
        language=TEAM_LANGUAGE,
        subject=TEXTS.get(f"{about}_subject", TEAM_LANGUAGE, reference=request.reference),
        body=TEXTS.get(f"{about}_body", TEAM_LANGUAGE, reference=request.reference),
    )
