"""A small OpenID provider, over the network: whoever comes is the person that a test says."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.ports import free_port

CLIENT = "console"
SECRET = "known to the console and the provider"
MINUTE = 60


@cache
def key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


class OpenIdProvider:
    """Its tokens are right but for what a test changes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.issuer = f"http://127.0.0.1:{port}"
        self.person: dict[str, Any] = {"sub": "subject-1", "email": "agent@consortium.example"}
        # Claims that take the place of the right ones; None leaves one out.
        self.claims: dict[str, Any] = {}
        self.signer = key("right")
        self.broken: dict[str, Response] = {}
        self._asked: dict[str, dict[str, str]] = {}

    @property
    def app(self) -> Starlette:
        endpoints = (self.discovery, self.authorize, self.token, self.keys)
        paths = ("/.well-known/openid-configuration", "/authorize", "/token", "/keys")
        return Starlette(
            routes=[
                Route(path, self._unless_broken(path, endpoint), methods=["GET", "POST"])
                for path, endpoint in zip(paths, endpoints, strict=True)
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        _require(asked.get("client_id") == CLIENT, "client_id")
        _require(asked.get("response_type") == "code", "response_type")
        _require("openid" in asked.get("scope", "").split(), "scope")
        _require(asked.get("code_challenge_method") == "S256", "code_challenge_method")
        _require(all(asked.get(name) for name in ("state", "nonce", "code_challenge")), "secrets")
        code = secrets.token_urlsafe()
        self._asked[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        _require(request.headers.get("authorization") == f"Basic {basic}", "authorization")
        _require(form.get("grant_type") == "authorization_code", "grant_type")
        # A code serves once.
        asked = self._asked.pop(str(form.get("code")), None)
        _require(asked is not None, "code")
        _require(form.get("redirect_uri") == asked["redirect_uri"], "redirect_uri")
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        _require(challenge == asked["code_challenge"], "code_verifier")
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "id_token": self._id_token(asked["nonce"]),
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([key("right")]).as_dict(private=False))

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 5 * MINUTE,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "right"}, given, self.signer)

    def _unless_broken(self, path: str, endpoint: Any) -> Any:
        async def answer(request: Request) -> Response:
            return self.broken.get(path) or await endpoint(request)

        return answer


@contextmanager
def running_provider() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider(free_port())
    config = uvicorn.Config(
        provider.app, port=provider.port, log_level="critical", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the provider did not start"
            time.sleep(0.01)
        yield provider
    finally:
        server.should_exit = True
        thread.join()


def _require(is_right: bool, what: str) -> None:
    if not is_right:
        raise HTTPException(400, what)
