"""Each request under a name, counted and logged: what was asked for, never in whose words."""

import ipaddress
import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.logs import request_id
from web.metrics import HTTP_REQUESTS, HTTP_SECONDS

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"
NOWHERE = "nowhere"
GONE = "gone"
# Each is one route, whatever is asked below.
MOUNTED = ("/console", "/static")
# Asked for every few seconds, or with every page.
QUIET = frozenset({"/health", "/metrics", "/static"})
REQUEST_ID_BYTES = 8
# Of an address, what tells a network but not a household.
KEPT_BITS = {4: 24, 6: 48}
FIRST_ERROR = 400

logger = logging.getLogger(__name__)


class Observation:
    """Names each request in `X-Request-ID` and in what is logged of it.

    The name is ours: one that a browser sends is not taken.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = secrets.token_hex(REQUEST_ID_BYTES)
        started, status = time.perf_counter(), None

        async def named_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = name
            await send(message)

        token = request_id.set(name)
        try:
            await self.app(scope, receive, named_send)
        finally:
            _tell(scope, status, time.perf_counter() - started)
            request_id.reset(token)


def _tell(scope: Scope, status: int | None, seconds: float) -> None:
    route = route_of(scope)
    method = scope["method"] if scope["method"] in METHODS else OTHER
    status_class = f"{status // 100}xx" if status else GONE
    HTTP_REQUESTS.labels(route, method, status_class).inc()
    HTTP_SECONDS.labels(route).observe(seconds)
    if route in QUIET and status and status < FIRST_ERROR:
        return
    told = {
        "method": method,
        "route": route,
        "status": status or GONE,
        "ms": round(1000 * seconds),
        "network": network_of(scope["client"][0] if scope.get("client") else ""),
    }
    logger.info("%(method)s %(route)s %(status)s, %(ms)s ms, %(network)s", told, extra=told)


def route_of(scope: Scope) -> str:
    """The route of a request as the application names it: paths hold keys and references."""
    path = scope["path"]
    for mounted in MOUNTED:
        if path == mounted or path.startswith(f"{mounted}/"):
            return mounted
    return getattr(scope.get("route"), "path", None) or NOWHERE


def network_of(address: str) -> str:
    """The network of `address`, such as 203.0.113.0/24: enough to see where a flood comes from."""
    try:
        bits = KEPT_BITS[ipaddress.ip_address(address).version]
        return str(ipaddress.ip_network((address, bits), strict=False))
    except ValueError:
        return "unknown"
