"""Access tokens of the booking APIs: JWTs (RFC 7519, RFC 9068) of configured issuers, verified with their keys.

The key decides the algorithm, never the token: of the four that are allowed a key takes those of its type, and the
token must name one of them. Refused: symmetric algorithms and `none`, what a header could bring its own key by (`jwk`,
`jku`, `x5u`, `x5c`), `crit`, members that are there twice (RFC 8725 §2.4 ff.), ID and refresh tokens.
Left out: encrypted tokens, opaque ones (introspection, RFC 7662).
"""

from __future__ import annotations

import binascii
import hmac
import json
import math
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from joserfc.errors import JoseError

from vdxmedia.api.tokens import verified_payload
from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.hub.issuers import IssuerKey, IssuerKeys

MAX_TOKEN_CHARS = 8192
"""Keycloak's with many roles are about 3,000; aiohttp takes header lines of 8,190."""
MAX_KEY_ID_CHARS = 256
TOKEN_TYPES = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
"""RFC 7519 §5.1, RFC 9068 §2.1; compared without regard to case."""
ACCESS_TOKEN_TYPE = "at+jwt"
ID_TOKEN_TYPES = frozenset({"", "jwt"})
NOT_FOR_ACCESS = frozenset({"ID", "Refresh", "Offline", "Logout"})
"""What Keycloak writes into the member `typ` of tokens that are for something else."""
HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256", "cty"})
RETRY_S = 10.0
"""What a caller is told whose issuer cannot be asked."""


class IssuerTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a token of one issuer must be like, and where it says who calls."""

    issuer: str
    audience: str
    algorithms: frozenset[str] = frozenset({"RS256", "ES256", "PS256", "EdDSA"})
    organisation_claim: str = "dk:medcom:organisation_id"
    email_claim: str = "dk:medcom:email"
    role_claim: str = "dk:medcom:video:role"
    auto_organisation_claim: str = "dk:medcom:auto:organisation_id"
    organisations: tuple[str, ...] = ()
    """The issuer speaks for these and those below them only; empty: for all."""
    is_built_in: bool = False
    """This server's own: its header must say `at+jwt`, since the same key signs join tokens."""


class AccessTokens:
    """Verifies tokens of several issuers. Event loop only."""

    def __init__(self, terms: Sequence[IssuerTerms], keys: IssuerKeys, *, clock: Clock, leeway_s: float) -> None:
        self._terms = {one.issuer: one for one in terms}
        self._keys = keys
        self._clock = clock
        self._leeway_s = leeway_s

    async def verify(self, token: str) -> tuple[Mapping[str, Any], IssuerTerms]:
        """The token's claims, all checked but who calls. Raises: NotAllowed `token_missing`, `token_invalid` or
        `token_expired`; Refused `issuer_unavailable` when the issuer's keys cannot be had."""
        if not token:
            raise NotAllowed("send `Authorization: Bearer TOKEN`", code="token_missing")
        claims, terms, _ = await self._signed(token)
        self._check(claims, terms)
        return claims, terms

    async def _signed(self, token: str) -> tuple[Mapping[str, Any], IssuerTerms, Mapping[str, Any]]:
        """Claims, terms and header of what the issuer has signed; nothing else is checked."""
        if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2 or not token.isascii():
            raise invalid("not a JWT")
        first, second, _ = token.split(".")
        header, claims = _members(first), _members(second)
        terms = self._terms_of(header, claims)
        key = await self._key(header, terms)
        try:
            verified_payload(token, key.key, header["alg"])
        except (JoseError, ValueError) as error:
            raise invalid("its signature is wrong") from error
        return claims, terms, header

    async def verify_id_token(self, token: str, *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
        """The claims of who has just signed in (OpenID Connect Core §3.1.3.7). Raises: as `verify`."""
        claims, terms, header = await self._signed(token)
        if terms.issuer != issuer or terms.is_built_in:
            raise invalid("of another issuer")
        if header.get("typ", "").lower() not in ID_TOKEN_TYPES:
            raise invalid("not an ID token")
        self._check_times(claims)
        named = _audience(claims)
        if client_id not in named or claims.get("azp", client_id) != client_id:
            raise invalid("made for another client")
        if len(named) > 1 and "azp" not in claims:
            raise invalid("made for several clients, and does not say whose it is")
        told = claims.get("nonce")
        if not isinstance(told, str) or not nonce or not hmac.compare_digest(told.encode(), nonce.encode()):
            raise invalid("not of this sign-in")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise invalid("it names nobody")
        return claims

    def _terms_of(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> IssuerTerms:
        """Looks at what is not verified yet only to choose what it is verified with."""
        if not HEADER_MEMBERS.issuperset(header):
            raise invalid("its header has a member that is not taken")
        if not all(isinstance(value, str) for value in header.values()):
            raise invalid("its header has a member that is no text")
        issuer = claims.get("iss")
        terms = self._terms.get(issuer) if isinstance(issuer, str) else None
        if terms is None:
            raise invalid("of an issuer that is not known here")
        kind = header.get("typ", "").lower()
        if kind not in TOKEN_TYPES or (terms.is_built_in and kind != ACCESS_TOKEN_TYPE):
            raise invalid("not an access token")
        if header.get("alg") not in terms.algorithms:
            raise invalid("its algorithm is not allowed")
        return terms

    async def _key(self, header: Mapping[str, Any], terms: IssuerTerms) -> IssuerKey:
        key_id = header.get("kid", "")
        if len(key_id) > MAX_KEY_ID_CHARS or not key_id.isprintable():
            raise invalid("its key id is too long")
        found = await self._keys.keys(terms.issuer, key_id)
        usable = [key for key in found if header["alg"] in key.algorithms]
        if not found and self._keys.is_failing(terms.issuer):
            raise Refused("the issuer's keys cannot be had now", code="issuer_unavailable", retry_after_s=RETRY_S)
        if len(usable) != 1:
            raise invalid("signed with an unknown key" if not usable else "it does not name its key")
        return usable[0]

    def _check(self, claims: Mapping[str, Any], terms: IssuerTerms) -> None:
        if terms.audience not in _audience(claims):
            raise invalid("made for another service")
        kind = claims.get("typ", "")
        if not isinstance(kind, str) or kind in NOT_FOR_ACCESS:
            raise invalid("not an access token")
        self._check_times(claims)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.unix_s()
        if _time(claims, "nbf", default=0.0) > now + self._leeway_s:
            raise invalid("not valid yet")
        if _time(claims, "iat", default=0.0) > now + self._leeway_s:
            raise invalid("made in the future")
        if _time(claims, "exp", default=None) + self._leeway_s <= now:
            raise NotAllowed("the token has expired; ask the issuer for a new one", code="token_expired")


def invalid(why: str) -> NotAllowed:
    return NotAllowed(f"the token is not valid: {why}", code="token_invalid")


def _audience(claims: Mapping[str, Any]) -> list[Any]:
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    return named if isinstance(named, list) else []


def _time(claims: Mapping[str, Any], name: str, *, default: float | None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise invalid(f"its {name} is not a time")
    return float(value)


def _members(part: str) -> dict[str, Any]:
    """A part's JSON object; a member that is there twice is refused, for readers differ in which one they take."""
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        members = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise invalid("a part of it is not JSON, or says something twice") from error
    if not isinstance(members, dict):
        raise invalid("a part of it is not an object")
    return members


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    if any(isinstance(value, float) and not math.isfinite(value) for value in members.values()):
        raise ValueError("a number without an end")
    return members


def _no_number(text: str) -> Any:
    raise ValueError(text)
