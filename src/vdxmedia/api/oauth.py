"""The built-in issuer: client credentials (RFC 6749 §4.4) for development and where there is no other issuer.

Its tokens are JWTs (RFC 9068), signed with the key that signs join tokens; type and audience differ, so neither is good
as the other. Left out on purpose: people signing in, refresh tokens (§4.4.3), scopes (a client has roles).
"""

from __future__ import annotations

import asyncio
import binascii
import re
import secrets
from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from aiohttp import web
from joserfc import jwt

from vdxmedia.api.access_tokens import ACCESS_TOKEN_TYPE
from vdxmedia.api.callers import CallerLimits
from vdxmedia.api.client_certificates import ClientCertificate, ClientCertificates, is_shown_by, single_header
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.tokens import SigningKey
from vdxmedia.booking.clients import Client
from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed, Refused, VdxError
from vdxmedia.hub.clients import Clients

TOKEN_PATH = "/oauth/token"
JWKS_PATH = "/oauth/jwks"
METADATA_PATHS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
"""RFC 8414 §3, and where clients that know OpenID Connect only look."""
GRANT = "client_credentials"
MAX_BODY_BYTES = 8192
MAX_PARAMETERS = 20
BODY_WITHIN_S = 10.0
_BASIC = re.compile(r"basic +([A-Za-z0-9+/=]+)", re.IGNORECASE)


class OAuthRefused(VdxError):
    """RFC 6749 §5.2; the code is what clients may rely on."""

    def __init__(self, code: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text, code=code)
        self.status = status


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 6749 §5.1."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    scope: str
    """The client's roles."""


class BuiltInIssuer:
    """Routes of the issuer. Event loop only."""

    def __init__(
        self,
        public_url: str,
        signing: SigningKey,
        verifying: Sequence[SigningKey],
        clients: Clients,
        *,
        audience: str,
        lifetime_s: float,
        certificates: ClientCertificates,
        proxies: TrustedProxies,
        limits: CallerLimits,
        clock: Clock,
    ) -> None:
        """`verifying`: further keys whose tokens are still believed."""
        self._issuer = public_url
        self._signing = signing
        self._published = [signing, *verifying]
        self._clients = clients
        self._audience = audience
        self._lifetime_s = int(lifetime_s)
        self._certificates = certificates
        self._proxies = proxies
        self._limits = limits
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(TOKEN_PATH, self._token),
            web.get(JWKS_PATH, self._jwks),
            *(web.get(path, self._metadata) for path in METADATA_PATHS),
        ]

    # ── what anybody may read ─────────────────────────────────────────────────────────────────────────────────────

    async def _metadata(self, request: web.Request) -> web.Response:
        return _json(
            {
                "issuer": self._issuer,
                "token_endpoint": self._issuer + TOKEN_PATH,
                "jwks_uri": self._issuer + JWKS_PATH,
                "grant_types_supported": [GRANT],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "tls_client_auth",
                    "self_signed_tls_client_auth",
                ],
                "tls_client_certificate_bound_access_tokens": True,
            }
        )

    async def _jwks(self, request: web.Request) -> web.Response:
        keys = [
            {**key.key.as_dict(private=False), "kid": key.id, "use": "sig", "alg": key.algorithm}
            for key in self._published
        ]
        return _json({"keys": keys})

    # ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _token(self, request: web.Request) -> web.Response:
        try:
            issued = await self._issue(request)
        except OAuthRefused as error:
            answer = _refusal(error.code, error.text, error.status)
            if error.status == HTTPStatus.UNAUTHORIZED:
                answer.headers["WWW-Authenticate"] = 'Basic realm="vdxmedia", charset="UTF-8"'
            return answer
        except NotAllowed as error:
            return _refusal("invalid_request", error.text, HTTPStatus.BAD_REQUEST)
        except Refused as error:
            is_rate = error.code == "rate_limited"
            status = HTTPStatus.TOO_MANY_REQUESTS if is_rate else HTTPStatus.SERVICE_UNAVAILABLE
            answer = _refusal("temporarily_unavailable", error.text, status)
            if error.retry_after_s is not None:
                answer.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
            return answer
        return _json(msgspec.to_builtins(issued))

    async def _issue(self, request: web.Request) -> Issued:
        """Raises: OAuthRefused, NotAllowed (a proxy's header), Refused `rate_limited`, `store_unavailable`."""
        address = limit_key(self._proxies.client_address(request))
        self._limits.addresses.spend(address)
        form = await _form(request)
        certificate = self._certificates.of(request)
        client = await self._authenticated(request, form, certificate)
        if client is None:
            self._limits.failures.spend(address)
            raise OAuthRefused("invalid_client", "the client is not known, or not its secret", HTTPStatus.UNAUTHORIZED)
        self._limits.clients.spend(f"token\n{client.name}")
        grant = form.get("grant_type")
        if not grant:
            raise OAuthRefused("invalid_request", "grant_type is missing")
        if grant != GRANT:
            raise OAuthRefused("unsupported_grant_type", f"only {GRANT} is given")
        return Issued(
            access_token=self._signed(client, certificate),
            expires_in=self._lifetime_s,
            scope=" ".join(client.roles),
        )

    async def _authenticated(
        self, request: web.Request, form: Mapping[str, str], certificate: ClientCertificate | None
    ) -> Client | None:
        """By secret, or by certificate; a client that is bound to a certificate must show it always."""
        basic = basic_credentials(single_header(request, "Authorization"))
        posted = form.get("client_id", "")
        if basic is not None:
            if "client_secret" in form or (posted and posted != basic[0]):
                raise OAuthRefused("invalid_request", "the client says who it is in two ways")
            name, secret = basic
        else:
            name, secret = posted, form.get("client_secret", "")
        if not name:
            raise OAuthRefused("invalid_client", "the client does not say who it is", HTTPStatus.UNAUTHORIZED)
        if secret:
            client = await self._clients.with_secret(name, secret)
        else:
            client = await self._clients.find(name)
            if client is not None and not client.is_bound():
                return None
        return client if client is not None and is_shown_by(client, certificate) else None

    def _signed(self, client: Client, certificate: ClientCertificate | None) -> str:
        now = int(self._clock.unix_s())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client.name,
            "client_id": client.name,
            "iat": now,
            "nbf": now,
            "exp": now + self._lifetime_s,
            "jti": secrets.token_urlsafe(16),
            "scope": " ".join(client.roles),
        }
        if client.is_bound() and certificate is not None and certificate.fingerprint:
            claims["cnf"] = {"x5t#S256": certificate.thumbprint}
        header = {"alg": self._signing.algorithm, "kid": self._signing.id, "typ": ACCESS_TOKEN_TYPE}
        return jwt.encode(header, claims, self._signing.key, algorithms=[self._signing.algorithm])


async def _form(request: web.Request) -> dict[str, str]:
    """RFC 6749 §3.2: each parameter once; those without a value are as if they were not there."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise OAuthRefused("invalid_request", "the body must be application/x-www-form-urlencoded")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise OAuthRefused("invalid_request", "the body is too long")
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            raw = await request.read()
        text = raw.decode("utf-8")
        if len(raw) > MAX_BODY_BYTES:
            raise ValueError("too long")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except ValueError as error:
        raise OAuthRefused("invalid_request", "the body is not a form of a few parameters") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthRefused("invalid_request", "a parameter is there twice")
    return {name: value for name, value in form.items() if value}


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Name and secret, each form-encoded before (RFC 6749 §2.3.1); None: another scheme or no header."""
    if not header:
        return None
    found = _BASIC.fullmatch(header)
    try:
        if found is None:
            raise ValueError("not Basic")
        name, colon, secret = b64decode(found.group(1), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError("no secret")
        return unquote_plus(name, errors="strict"), unquote_plus(secret, errors="strict")
    except (ValueError, binascii.Error) as error:
        raise OAuthRefused(
            "invalid_client", "the header Authorization is not Basic of name and secret", HTTPStatus.UNAUTHORIZED
        ) from error


def _refusal(code: str, text: str, status: HTTPStatus) -> web.Response:
    return _json({"error": code, "error_description": text}, status)


def _json(value: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
    )
