"""An OpenID provider over HTTP: where its endpoints are, and tokens for a code (OpenID Connect Core §3.1.3, RFC 7636).

What it answers is bounded in size and time, and not believed here: the tokens are verified by who asked.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from typing import Annotated, TypeVar
from urllib.parse import quote_plus, urlsplit

import aiohttp
import msgspec
from msgspec import Meta

from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.hub.openid import Endpoints, IssuedTokens
from vdxmedia.integrations.issuer_http import DISCOVERY, IssuerHttp, UnusableAnswer, may_be_asked

logger = logging.getLogger(__name__)

FRESH_S = 600.0
"""The endpoints are asked for again after so long."""
ANSWER_S = 5.0
RETRY_S = 10.0
REFUSALS = range(400, 500)
"""Statuses of a token endpoint that does not take a code, or this client (RFC 6749 §5.2)."""
Text = Annotated[str, Meta(max_length=4096)]
Token = Annotated[str, Meta(min_length=1, max_length=16_384)]
T = TypeVar("T", bound=msgspec.Struct)


class _Discovered(msgspec.Struct, frozen=True):
    issuer: Text
    authorization_endpoint: Text
    token_endpoint: Text
    end_session_endpoint: Text = ""
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct, frozen=True):
    id_token: Token
    access_token: Token


class OpenIdClient:
    """This server as a client of one provider. Implements `hub.openid.OpenIdProvider`; close it at the end."""

    def __init__(self, issuer: str, *, client_id: str, secret: str, clock: Clock) -> None:
        """`secret` empty: a public client."""
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._http = IssuerHttp()
        self._endpoints: Endpoints | None = None
        self._heard_at_s = 0.0

    async def close(self) -> None:
        await self._http.close()

    async def endpoints(self) -> Endpoints:
        """Those of before while it does not answer: an address that is known goes on working."""
        now_s = self._clock.monotonic_s()
        if self._endpoints is not None and now_s - self._heard_at_s < FRESH_S:
            return self._endpoints
        try:
            found = await self._discovered()
        except Refused:
            if self._endpoints is None:
                raise
            return self._endpoints
        self._endpoints, self._heard_at_s = found, now_s
        return found

    async def _discovered(self) -> Endpoints:
        try:
            async with asyncio.timeout(ANSWER_S):
                found = _decoded(await self._http.get(self._issuer.rstrip("/") + DISCOVERY), _Discovered)
        except (aiohttp.ClientError, UnusableAnswer, OSError, TimeoutError, ValueError) as error:
            raise self._unavailable(error) from error
        if found.issuer != self._issuer:
            raise self._unavailable(UnusableAnswer("discovery names another issuer"))
        addresses = [found.authorization_endpoint, found.token_endpoint, found.end_session_endpoint]
        if not all(may_be_asked(url) for url in addresses if url) or not all(addresses[:2]):
            raise self._unavailable(UnusableAnswer("an endpoint is not by https"))
        return Endpoints(
            authorization=found.authorization_endpoint,
            token=found.token_endpoint,
            end_session=found.end_session_endpoint,
            names_issuer=found.authorization_response_iss_parameter_supported,
        )

    async def redeem(self, code: str, *, verifier: str, redirect_uri: str) -> IssuedTokens:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form["code_verifier"] = verifier
        headers: dict[str, str] = {}
        if self._secret:
            # RFC 6749 §2.3.1: both are form-encoded first.
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self._client_id
        endpoints = await self.endpoints()
        try:
            async with asyncio.timeout(ANSWER_S):
                found = _decoded(await self._http.post_form(endpoints.token, form, headers), _Tokens)
        except UnusableAnswer as error:
            if error.status in REFUSALS:
                logger.warning("staff_code_refused issuer=%s status=%d", self._host, error.status)
                raise NotAllowed("the login did not take the code", code="sign_in_failed") from error
            raise self._unavailable(error) from error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise self._unavailable(error) from error
        return IssuedTokens(id_token=found.id_token, access_token=found.access_token)

    @property
    def _host(self) -> str:
        return urlsplit(self._issuer).hostname or ""

    def _unavailable(self, error: Exception) -> Refused:
        reason = str(error) if isinstance(error, UnusableAnswer) else type(error).__name__
        logger.warning("staff_login_unavailable issuer=%s reason=%s", self._host, reason.replace(" ", "_"))
        return Refused("the login does not answer now", code="issuer_unavailable", retry_after_s=RETRY_S)


def _decoded(body: bytes, kind: type[T]) -> T:
    """Raises: UnusableAnswer."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnusableAnswer("an answer is not as it should be") from error
