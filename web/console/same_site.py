"""Refuse changes that another site's page asks of a signed-in browser."""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SameSiteOnly:
    """Hold every change to pages of our own, by what browsers say of where it comes from.

    `Sec-Fetch-Site` cannot be set by a page; older browsers send `Origin` alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_ours(Request(scope)):
            response = PlainTextResponse("This change comes from another site.", 403)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_ours(request: Request) -> bool:
    if request.method in SAFE_METHODS:
        return True
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from == "same-origin"
    origin = request.headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False
