"""Refuse forms in another encoding than ours: some can write what no database can hold."""

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import error_response

MULTIPART = b"multipart/form-data"
CHARSET = b"charset"
UTF_8 = frozenset({b"utf-8", b"utf8"})


class Utf8Forms:
    """Answers 415 to a form that names an encoding, as no browser does, unless it is UTF-8.

    Python knows dozens by name: one writes halves of characters, another fails on any byte.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_readable(Request(scope)):
            response = await error_response(Request(scope), 415, "invalid_request", fields="body")
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_readable(request: Request) -> bool:
    kind, options = parse_options_header(request.headers.get("content-type"))
    return kind != MULTIPART or options.get(CHARSET, b"utf-8").lower() in UTF_8
