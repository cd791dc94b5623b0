"""A small OpenID provider over HTTP that signs whatever a test wants in its tokens, and keeps to PKCE."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from tests.fakes.issuers import AUDIENCE, jwks, public_jwk, token

CLIENT, SECRET = "staff-page", "a secret: of the tests"
PERSON = "anna-1"


@dataclass
class FakeProvider:
    issuer: str = ""
    id_claims: dict[str, Any] = field(default_factory=dict)
    """Instead of what is right; None takes one out."""
    access_claims: dict[str, Any] = field(default_factory=dict)
    answers_in_time: bool = True
    asked: dict[str, str] = field(default_factory=dict)
    """The last request for authorization."""
    redeemed: dict[str, str] = field(default_factory=dict)
    """The last code, with what came beside it."""
    signs_in_as: str = PERSON

    def authorize(self, location: str) -> dict[str, str]:
        """What somebody's browser brings back who was sent there and signed in."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        return {"code": "a-code", "state": self.asked["state"], "iss": self.issuer}

    async def discovery(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "end_session_endpoint": f"{self.issuer}/logout",
                "jwks_uri": f"{self.issuer}/keys",
                "authorization_response_iss_parameter_supported": True,
            },
            status=200 if self.answers_in_time else 503,
        )

    async def keys(self, request: web.Request) -> web.Response:
        return web.Response(body=jwks(public_jwk("ES256")), content_type="application/json")

    async def tokens(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self.redeemed = {**form, "authorization": request.headers.get("Authorization", "")}
        if form.get("code") != "a-code" or challenge != self.asked.get("code_challenge"):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        person = {"iss": self.issuer, "sub": self.signs_in_as, "iat": now, "exp": now + 300}
        names = {"azp": CLIENT, "nonce": self.asked["nonce"], "name": "Anna Berg"}
        id_token = token(**{**person, "aud": CLIENT, **names, **self.id_claims})
        roles = {"dk:medcom:organisation_id": "dev", "dk:medcom:video:role": ["meeting-planner"], "azp": CLIENT}
        access_token = token(**{**person, "aud": AUDIENCE, **roles, **self.access_claims})
        return web.json_response({"id_token": id_token, "access_token": access_token, "token_type": "Bearer"})


@contextlib.asynccontextmanager
async def run_provider() -> AsyncIterator[FakeProvider]:
    provider = FakeProvider()
    application = web.Application()
    application.router.add_get("/.well-known/openid-configuration", provider.discovery)
    application.router.add_get("/keys", provider.keys)
    application.router.add_post("/token", provider.tokens)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
