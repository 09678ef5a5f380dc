"""The routes of the chat."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from catalog.models import Widget
from web.addresses import counted_address
from web.conversation import Conversations
from web.errors import ApiError, responses
from web.grants import Grants
from web.identity import Identity, IdentityInvalid, read_identity
from web.limits import Limits, RateLimited
from web.metrics import LIMITED, MESSAGES, OPENINGS, PAGE, WIDGET
from web.schemas import (
    ChoiceMessage,
    MessageAnswer,
    MessageRequest,
    SessionAnswer,
    SessionRequest,
    TextMessage,
)
from web.sessions import Sessions
from web.turns import Said

router = APIRouter(prefix="/chat", tags=["chat"])


# A plain function would run in a thread, and messages would lose their order of arrival.
async def _conversations(request: Request) -> Conversations:
    return request.app.state.conversations


async def _sessions(request: Request) -> Sessions:
    return request.app.state.sessions


async def _grants(request: Request) -> Grants:
    return request.app.state.grants


async def _limits(request: Request) -> Limits:
    return request.app.state.limits


async def client_address(request: Request) -> str:
    return counted_address(request)


WithConversations = Annotated[Conversations, Depends(_conversations)]
WithSessions = Annotated[Sessions, Depends(_sessions)]
WithGrants = Annotated[Grants, Depends(_grants)]
WithLimits = Annotated[Limits, Depends(_limits)]
Address = Annotated[str, Depends(client_address)]


@router.post("/session", responses=responses(400, 404, 413, 422, 429, 500, 503))
async def open_session(
    opening: SessionRequest,
    conversations: WithConversations,
    sessions: WithSessions,
    grants: WithGrants,
    limits: WithLimits,
    address: Address,
) -> SessionAnswer:
    """Open a conversation, on the page of a pôle or elsewhere."""
    await limits.count_conversation(address, opening.key)
    widget = await _granted_widget(opening, conversations, grants)
    identity = _identity(opening, widget)
    session, answer = await conversations.open(opening.language, widget, identity)
    OPENINGS.labels(WIDGET if widget else PAGE).inc()
    return SessionAnswer(session=sessions.issue(session), **dict(answer))


@router.post("/message", responses=responses(400, 401, 409, 413, 422, 429, 500, 503))
async def send_message(
    message: Annotated[MessageRequest, Body()],
    conversations: WithConversations,
    sessions: WithSessions,
    limits: WithLimits,
    address: Address,
) -> MessageAnswer:
    """Say something, typed or chosen, or change the language, and get the answer."""
    session = sessions.read(message.session)
    try:
        await limits.count_message(address, session.conversation_id, session.key)
    except RateLimited:
        MESSAGES.labels(session.language, LIMITED).inc()
        raise
    if isinstance(message, TextMessage):
        said = Said(text=message.text)
    elif isinstance(message, ChoiceMessage):
        said = Said(choice=message.choice)
    else:
        said = Said(to_language=message.to_language)
    return await conversations.hear(session, message.id, said)


async def _granted_widget(
    opening: SessionRequest, conversations: Conversations, grants: Grants
) -> Widget | None:
    """The widget whose page opens the conversation; one refusal for whatever is not right."""
    if opening.key is None:
        return None
    granted = grants.covers(opening.grant, opening.key)
    widget = await conversations.widget(opening.key) if granted else None
    if widget is None:
        raise ApiError(404, "key_unknown")
    return widget


def _identity(opening: SessionRequest, widget: Widget | None) -> Identity | None:
    if opening.identity is None:
        return None
    try:
        if widget is None:
            raise IdentityInvalid
        return read_identity(opening.identity, widget.identity_secret)
    except IdentityInvalid:
        raise ApiError(422, "identity_invalid") from None
