"""Who is signed in to the console: a cookie that names a session kept in the database."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.exceptions import LoginFailed
from starlette_admin.helpers import index_url, safe_redirect_url

from catalog.accounts import SESSION, SignIn, find_session, sign_in, sign_out
from catalog.database import SessionFactory
from catalog.models import Account, Role
from catalog.settings import Settings
from web.addresses import counted_address
from web.console.openid import CALLBACK, START, OpenIdSignIn
from web.console.texts import text
from web.limits import Limits, RateLimited
from web.metrics import REFUSED, SIGN_IN_FAILURES, SIGN_IN_LIMITED

COOKIE = "console_session"
LANGUAGE_COOKIE = "console_language"
LANGUAGE_SECONDS = 365 * 24 * 3600
PATH = "/console"


@dataclass
class SignedIn(AdminUser):
    """The account behind a request."""

    account: Account | None = None


def account_of(request: Request) -> Account:
    """Who makes the request, as read when it came."""
    return request.state.admin_user.account


def has_role(request: Request, *roles: Role) -> bool:
    user: SignedIn | None = getattr(request.state, "admin_user", None)
    return user is not None and user.account.role in roles


class ConsoleAuthentication(AuthProvider):
    """Signs in with an address and a password.

    In transactions of its own: a refused sign-in is counted though its page is an error.
    """

    def __init__(self, sessions: SessionFactory, settings: Settings, limits: Limits) -> None:
        super().__init__()
        self._sessions = sessions
        self._settings = settings
        self._limits = limits
        self._openid = (
            OpenIdSignIn(sessions, settings, self._enter) if settings.openid_issuer else None
        )

    async def authenticate(self, request: Request) -> SignedIn | None:
        token = request.cookies.get(COOKIE)
        account = token and await asyncio.to_thread(self._account, token)
        return SignedIn(username=account.name, account=account) if account else None

    async def login(
        self, username: str, password: str, remember_me: bool, request: Request
    ) -> Response:
        try:
            await self._limits.count_sign_in(counted_address(request))
        except RateLimited as error:
            SIGN_IN_FAILURES.labels(SIGN_IN_LIMITED).inc()
            raise LoginFailed(text("sign_in_limited", seconds=error.seconds)) from None
        signed = await asyncio.to_thread(self._sign_in, username, password)
        if signed is None:
            SIGN_IN_FAILURES.labels(REFUSED).inc()
            raise LoginFailed(text("sign_in_refused"))
        return self._enter(request, signed, request.query_params.get("next"))

    async def logout(self, request: Request) -> Response:
        if token := request.cookies.get(COOKIE):
            await asyncio.to_thread(self._sign_out, token)
        response = RedirectResponse(index_url(request), 303)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        routes = super().get_routes(templates)
        if self._openid:
            routes.append(Route(START, self._openid.start, name="openid"))
            routes.append(Route(CALLBACK, self._openid.callback, name="openid_callback"))
        return routes

    def _enter(self, request: Request, signed: SignIn, asked: str | None) -> Response:
        """Give the browser its session, and show the page that was asked for."""
        home = index_url(request)
        response = RedirectResponse(safe_redirect_url(asked or home, request, home), 303)
        is_secure = self._settings.browser_url.startswith("https://")
        response.set_cookie(
            COOKIE,
            signed.token,
            max_age=int(SESSION.total_seconds()),
            path=PATH,
            secure=is_secure,
            httponly=True,
            samesite="lax",
        )
        # Where the library's own script looks for it.
        response.set_cookie(
            LANGUAGE_COOKIE,
            signed.language,
            max_age=LANGUAGE_SECONDS,
            path="/",
            secure=is_secure,
            samesite="lax",
        )
        return response

    def _account(self, token: str) -> Account | None:
        with self._sessions.begin() as session:
            found = find_session(session, token)
            return found and found.account

    def _sign_in(self, email: str, password: str) -> SignIn | None:
        with self._sessions.begin() as session:
            return sign_in(session, email, password)

    def _sign_out(self, token: str) -> None:
        with self._sessions.begin() as session:
            sign_out(session, token)
