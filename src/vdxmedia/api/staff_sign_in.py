"""Signing in at the staff page by OpenID Connect: authorization code with PKCE, state and nonce (OpenID Connect Core
§3.1, RFC 7636, RFC 9700 §2.1).

What belongs to one attempt is in a sealed cookie of that browser, which lives for ten minutes and is taken away by its
first use; the server keeps nothing. So a code that was caught elsewhere, or brought by another's page, finds no cookie
that fits. The ID token says that this attempt signed somebody in; the access token, checked as that of every caller,
says who he is here. Left out: refresh tokens; a session has an end instead.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from vdxmedia.api.staff import PAGE, StaffCookie, StaffGuard
from vdxmedia.booking.callers import Caller
from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed, Refused, VdxError
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.openid import OpenIdProvider
from vdxmedia.sealing import Sealer

logger = logging.getLogger(__name__)

BEGIN, RETURN = PAGE + "/sign-in", PAGE + "/signed-in"
WITHIN_S = 600
"""For a person who must find his phone."""
SECRET_BYTES = 32
"""RFC 7636 §4.1: a verifier of 43 characters."""
MAX_PARAMETER_CHARS = 4096
MAX_NAME_CHARS = 80
_CONTEXT = "staff sign-in"
_OF_TOKENS = frozenset({"token_missing", "token_invalid", "token_expired"})


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser keeps, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    until: int
    """Unix seconds."""


class VerifiedTokens(Protocol):
    """As `api.callers.Callers`."""

    async def of_access_token(self, token: str, issuer: str, address: str) -> tuple[Caller, Mapping[str, Any]]: ...

    async def verify_id_token(self, token: str, *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]: ...


class SignInTerms(msgspec.Struct, frozen=True, kw_only=True):
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    resource: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        return self.public_url + RETURN


class OpenIdSignIn:
    """Implements `staff.SignIn`. Holds no state of its own."""

    def __init__(
        self,
        terms: SignInTerms,
        guard: StaffGuard,
        provider: OpenIdProvider,
        tokens: VerifiedTokens,
        *,
        sealer: Sealer,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._terms = terms
        self._guard = guard
        self._provider = provider
        self._tokens = tokens
        self._sealer = sealer
        self._clock = clock
        self._counters = counters
        # Lax: the way back is a navigation from another site.
        is_secure = terms.public_url.startswith("https:")
        self._cookie = StaffCookie("vdx_staff_sign_in", is_secure=is_secure, same_site="Lax")

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get(BEGIN, self._begin), web.get(RETURN, self._return)]

    async def sign_out_url(self) -> str:
        """RP-Initiated Logout §2. The session here is over whether the login answers or not."""
        try:
            endpoint = (await self._provider.endpoints()).end_session
        except Refused:
            return ""
        asked = {"client_id": self._terms.client_id, "post_logout_redirect_uri": self._terms.public_url + PAGE}
        return _with(endpoint, asked) if endpoint else ""

    async def _begin(self, request: web.Request) -> web.Response:
        self._guard.spend(request)
        endpoints = await self._provider.endpoints()
        attempt = Attempt(
            state=secrets.token_urlsafe(SECRET_BYTES),
            nonce=secrets.token_urlsafe(SECRET_BYTES),
            verifier=secrets.token_urlsafe(SECRET_BYTES),
            until=int(self._clock.unix_s()) + WITHIN_S,
        )
        asked = {
            "response_type": "code",
            "client_id": self._terms.client_id,
            "redirect_uri": self._terms.redirect_uri,
            "scope": " ".join(self._terms.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge_of(attempt.verifier),
            "code_challenge_method": "S256",
        }
        if self._terms.resource:
            asked["resource"] = self._terms.resource
        response = _redirect(_with(endpoints.authorization, asked))
        sealed = self._sealer.seal(msgspec.json.encode(attempt).decode(), _CONTEXT)
        self._cookie.put(response, sealed, max_age_s=WITHIN_S)
        return response

    async def _return(self, request: web.Request) -> web.Response:
        """What goes wrong takes the attempt away too: none is tried twice."""
        try:
            token = await self._signed_in(request)
        except VdxError as error:
            self._counters.add("staff_sign_ins_failed")
            code = "sign_in_failed" if error.code in _OF_TOKENS else error.code
            logger.info("staff_sign_in_failed code=%s reason=%s", error.code, error.text)
            response = _redirect(f"{PAGE}#/?problem={code}")
        else:
            response = _redirect(PAGE)
            self._guard.cookie.put(response, token)
        self._cookie.take_away(response)
        return response

    async def _signed_in(self, request: web.Request) -> str:
        """The new session's token. Raises: NotAllowed, Refused."""
        self._guard.spend(request)
        attempt = self._attempt(request)
        if "error" in request.query:
            raise NotAllowed("the login has refused", code="sign_in_refused")
        endpoints = await self._provider.endpoints()
        issuer = _one(request, "iss") if "iss" in request.query or endpoints.names_issuer else self._terms.issuer
        if issuer != self._terms.issuer:
            raise NotAllowed("another login has answered", code="sign_in_failed")
        issued = await self._provider.redeem(
            _one(request, "code"), verifier=attempt.verifier, redirect_uri=self._terms.redirect_uri
        )
        person = await self._tokens.verify_id_token(
            issued.id_token, issuer=self._terms.issuer, client_id=self._terms.client_id, nonce=attempt.nonce
        )
        address = self._guard.address_of(request)
        caller, claims = await self._tokens.of_access_token(issued.access_token, self._terms.issuer, address)
        if claims.get("sub", person["sub"]) != person["sub"]:
            raise NotAllowed("the tokens are of two people", code="sign_in_failed")
        if not caller.organisation:
            raise NotAllowed("the login names no organisation")
        return self._guard.sessions.begin(
            caller,
            person=f"{self._terms.issuer}\n{person['sub']}",
            name=_name(person),
            instead_of=self._guard.cookie.of(request),
        )

    def _attempt(self, request: web.Request) -> Attempt:
        """This browser's, that is answered. Raises: NotAllowed `sign_in_failed`."""
        state, sealed = _one(request, "state"), self._cookie.of(request)
        try:
            attempt = msgspec.json.decode(self._sealer.open(sealed, _CONTEXT), type=Attempt)
        except (Refused, msgspec.MsgspecError) as error:
            raise NotAllowed("this browser has not begun to sign in", code="sign_in_failed") from error
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise NotAllowed("the answer is to another attempt", code="sign_in_failed")
        if attempt.until <= self._clock.unix_s():
            raise NotAllowed("it took too long", code="sign_in_failed")
        return attempt


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2, `S256`."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode().rstrip("=")


def _one(request: web.Request, name: str) -> str:
    """A parameter that is there once. Raises: NotAllowed `sign_in_failed`."""
    values = request.query.getall(name, [])
    if len(values) != 1 or not 0 < len(values[0]) <= MAX_PARAMETER_CHARS:
        raise NotAllowed(f"the answer has no {name}, or two", code="sign_in_failed")
    return values[0]


def _name(claims: Mapping[str, Any]) -> str:
    """As the person is called (OpenID Connect Core §5.1)."""
    name = claims.get("name")
    return name[:MAX_NAME_CHARS] if isinstance(name, str) and name.isprintable() else ""


def _with(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def _redirect(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})
