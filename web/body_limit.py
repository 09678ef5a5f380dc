"""Read the whole body of a request before anything parses it, and refuse one that is too large."""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import error_response

MAX_BODY_BYTES = 16 * 1024
# Staff write whole letters, each accented letter of which takes six bytes of a form.
MAX_CONSOLE_BYTES = 256 * 1024
CONSOLE = "/console/"
MAX_DIGITS = 20


class TooLarge(Exception):
    """The body has more bytes than it may."""


class SenderGone(Exception):
    """The connection closed before the body was whole."""


class BodyLimit:
    """Hold requests to a number of bytes, announced or sent in chunks; to more in the console.

    The body is kept in `request.state.raw_body`: errors are told in the language it names.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.raw_body = await self._read(request, receive)
        except TooLarge:
            response = await error_response(request, 413, "body_too_large")
            await response(scope, receive, send)
        except SenderGone:
            return
        else:
            await self.app(scope, _replay(request.state.raw_body, receive), send)

    async def _read(self, request: Request, receive: Receive) -> bytes:
        most = MAX_CONSOLE_BYTES if request.url.path.startswith(CONSOLE) else MAX_BODY_BYTES
        announced = request.headers.get("content-length", "")
        # Python refuses to read thousands of digits, and the first ones tell enough.
        if announced.isdecimal() and int(announced[:MAX_DIGITS]) > most:
            raise TooLarge
        body, is_whole = b"", False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SenderGone
            body += message.get("body", b"")
            is_whole = not message.get("more_body", False)
            if len(body) > most:
                raise TooLarge
        return body


def _replay(body: bytes, receive: Receive) -> Receive:
    is_read = False

    async def replayed() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
