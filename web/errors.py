"""Errors as the browser gets them: one shape, in the member's language, with no word of theirs."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.logs import raised, request_id
from catalog.models import Language
from catalog.texts import Texts
from web.limits import RateLimited
from web.schemas import ErrorBody

TEXTS = Texts(Path(__file__).with_name("texts.yml"))
KNOWN_FIELDS = (
    "session",
    "id",
    "text",
    "choice",
    "to_language",
    "key",
    "grant",
    "identity",
    "language",
)
HTTP_CODES = {404: "not_found", 405: "method_not_allowed"}

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """What was asked cannot be done; `code` names the text that says why and what to do."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declaration of error answers that a route may give, for OpenAPI."""
    return {status: {"model": ErrorBody} for status in statuses}


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RateLimited, _rate_limited)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(SQLAlchemyError, _database_error)


async def error_response(
    request: Request, status: int, code: str, database_is_up: bool = True, **values: object
) -> JSONResponse:
    language = await _language_of(request, database_is_up)
    message = TEXTS.get(code, language, **values)
    return JSONResponse({"error": {"code": code, "message": message}}, status)


async def _api_error(request: Request, error: ApiError) -> JSONResponse:
    return await error_response(request, error.status, error.code)


async def _rate_limited(request: Request, error: RateLimited) -> JSONResponse:
    response = await error_response(request, 429, "rate_limited", seconds=error.seconds)
    response.headers["Retry-After"] = str(error.seconds)
    return response


async def _validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    faults = {(_field_of(fault), fault["type"]) for fault in error.errors()}
    if faults == {("text", "string_too_short")}:
        return await error_response(request, 422, "text_empty")
    if faults == {("text", "string_too_long")}:
        return await error_response(request, 422, "text_too_long")
    fields = ", ".join(sorted({field for field, _ in faults}))
    return await error_response(request, 422, "invalid_request", fields=fields)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    code = HTTP_CODES.get(error.status_code, "invalid_request")
    response = await error_response(request, error.status_code, code, fields="body")
    response.headers.update(error.headers or {})
    return response


async def _database_error(request: Request, error: SQLAlchemyError) -> JSONResponse:
    # The error's own text holds the statement's values, members' words among them.
    logger.error("the database does not answer: %s", type(error).__name__)
    return await error_response(request, 503, "unavailable", database_is_up=False)


def _field_of(fault: Mapping[str, Any]) -> str:
    """The field at fault by its known name: an unknown one would be the sender's words."""
    named = [part for part in fault["loc"][1:] if part in KNOWN_FIELDS]
    if fault["type"].startswith("union_tag"):
        return "text, choice, to_language"
    return str(named[-1]) if named else "body"


async def _language_of(request: Request, database_is_up: bool) -> Language:
    """The conversation's language, else the body's, else the browser's, else French."""
    body = _body_of(request)
    session = request.app.state.sessions.recognize(body.get("session"))
    if session and database_is_up:
        try:
            return await request.app.state.conversations.language(session)
        except SQLAlchemyError:
            return session.language
    if session:
        return session.language
    if body.get("language") in list(Language):
        return Language(body["language"])
    return accepted_language(request.headers.get("accept-language", ""))


def _body_of(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(getattr(request.state, "raw_body", b""))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def accepted_language(header: str) -> Language:
    """The better liked of the two languages; French where neither is."""
    weights = dict.fromkeys(Language, 0.0)
    for item in header.split(","):
        tag, _, parameter = item.partition(";")
        name = tag.strip().lower().split("-")[0]
        if name in list(Language):
            weights[Language(name)] = max(weights[Language(name)], _weight(parameter))
    return Language.EN if weights[Language.EN] > weights[Language.FR] else Language.FR


def _weight(parameter: str) -> float:
    if not parameter.strip():
        return 1.0
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 0.0


class FailureBoundary:
    """Answer an unforeseen exception, and log where it was raised but not what it says.

    The server would log its whole text, which may hold what a member wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            logger.error("unforeseen: %s", raised(error))
            if not started:
                response = await error_response(
                    Request(scope), 500, "internal", request_id=request_id.get()
                )
                await response(scope, receive, send)
