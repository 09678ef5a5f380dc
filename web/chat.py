"""The routes of the chat."""

import re
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from web.conversation import Conversations
from web.errors import ApiError, responses
from web.schemas import (
    MessageAnswer,
    MessageRequest,
    SessionAnswer,
    SessionRequest,
    TextMessage,
)
from web.sessions import Sessions
from web.turns import Said

SLUG = re.compile(r"[a-z0-9-]{1,64}")

router = APIRouter(prefix="/chat", tags=["chat"])


# A plain function would run in a thread, and messages would lose their order of arrival.
async def _conversations(request: Request) -> Conversations:
    return request.app.state.conversations


async def _sessions(request: Request) -> Sessions:
    return request.app.state.sessions


WithConversations = Annotated[Conversations, Depends(_conversations)]
WithSessions = Annotated[Sessions, Depends(_sessions)]


@router.post("/session", responses=responses(400, 404, 413, 422, 500, 503))
async def open_session(
    opening: SessionRequest, conversations: WithConversations, sessions: WithSessions
) -> SessionAnswer:
    """Open a conversation, on the page of a pôle or elsewhere."""
    pole = opening.key
    if pole is not None:
        is_known = SLUG.fullmatch(pole) and await conversations.is_active_pole(pole)
        if not is_known:
            raise ApiError(404, "key_unknown")
    session, answer = await conversations.open(opening.language, pole)
    return SessionAnswer(session=sessions.issue(session), **dict(answer))


@router.post("/message", responses=responses(400, 401, 409, 413, 422, 500, 503))
async def send_message(
    message: Annotated[MessageRequest, Body()],
    conversations: WithConversations,
    sessions: WithSessions,
) -> MessageAnswer:
    """Say something, typed or chosen, and get the answer."""
    session = sessions.read(message.session)
    if isinstance(message, TextMessage):
        said = Said(text=message.text)
    else:
        said = Said(choice=message.choice)
    return await conversations.hear(session, message.id, said)
