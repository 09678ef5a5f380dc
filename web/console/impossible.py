"""Refuse, rather than fail on, what no form of the console sends: that is the sender's fault."""

from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_admin.contrib.sqla import Admin

# A number too large for a column, a character that it cannot hold, a day before the calendar.
IMPOSSIBLE = (DataError, OverflowError)


def refuse_impossible_values(admin: Admin) -> None:
    """Have the mounted console show its page of a wrong request for such a value."""

    async def refused(request: Request, _error: Exception) -> Response:
        return await admin._render_error(request, HTTPException(400))

    for error in IMPOSSIBLE:
        admin.app.add_exception_handler(error, refused)


class ReadableForms:
    """Refuses a form that cannot be taken apart, which the library's own check would fail on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except HTTPException as error:
            response = PlainTextResponse("This form cannot be read.", error.status_code)
            await response(scope, receive, send)
