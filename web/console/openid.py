"""Signing in through the organisation's OpenID Connect provider (authorization code, PKCE)."""

import asyncio
import logging
from collections.abc import Callable

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.auth import login_not_required
from starlette_admin.flash import flash

from catalog.accounts import SignIn, sign_in_with_openid
from catalog.database import SessionFactory
from catalog.settings import Settings
from web.console.texts import text
from web.metrics import PROVIDER, REFUSED, SIGN_IN_FAILURES

START = "/openid/start"
CALLBACK = "/openid/callback"
NEXT = "next"

# What the provider's answers may raise: Authlib and joserfc take their shape on trust.
FAULTS = (
    httpx2.HTTPError,
    OAuthError,
    JoseError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)

logger = logging.getLogger(__name__)

Enter = Callable[[Request, SignIn, str | None], Response]


class OpenIdSignIn:
    """Sends the browser to the provider, and opens a session for whom it sends back."""

    def __init__(self, sessions: SessionFactory, settings: Settings, enter: Enter) -> None:
        self._sessions = sessions
        self._callback_url = f"{settings.browser_url}/console{CALLBACK}"
        self._enter = enter
        self._provider = OAuth().register(
            "provider",
            client_id=settings.openid_client_id,
            client_secret=settings.openid_client_secret.get_secret_value(),
            server_metadata_url=f"{settings.openid_issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
        )

    @login_not_required
    async def start(self, request: Request) -> Response:
        request.session[NEXT] = request.query_params.get(NEXT)
        try:
            return await self._provider.authorize_redirect(request, self._callback_url)
        except FAULTS as error:
            return self._refused(request, error)

    @login_not_required
    async def callback(self, request: Request) -> Response:
        try:
            claims = (await self._provider.authorize_access_token(request))["userinfo"]
        except FAULTS as error:
            return self._refused(request, error)
        asked = request.session.pop(NEXT, None)
        # Some providers write it as a word.
        if claims.get("email_verified") in (False, "false"):
            return _unknown(request)
        # Microsoft gives the address as the name one signs in with.
        email = claims.get("email") or claims.get("preferred_username") or ""
        signed = await asyncio.to_thread(self._sign_in, claims["sub"], email)
        return self._enter(request, signed, asked) if signed else _unknown(request)

    def _refused(self, request: Request, error: Exception) -> Response:
        SIGN_IN_FAILURES.labels(PROVIDER).inc()
        logger.error("the OpenID provider did not answer as it should: %s", type(error).__name__)
        # It is asked again next time: what it said of itself may be what was wrong.
        self._provider.server_metadata.clear()
        flash(request, text("openid_failed"), "error")
        return _to_sign_in(request)

    def _sign_in(self, subject: str, email: str) -> SignIn | None:
        with self._sessions.begin() as session:
            return sign_in_with_openid(session, subject, email)


def _unknown(request: Request) -> Response:
    SIGN_IN_FAILURES.labels(REFUSED).inc()
    flash(request, text("openid_unknown"), "error")
    return _to_sign_in(request)


def _to_sign_in(request: Request) -> Response:
    return RedirectResponse(request.url_for("console:login"), 303)
