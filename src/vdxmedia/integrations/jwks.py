"""The keys of issuers of access tokens (RFC 7517), fetched over HTTP: kept, renewed, and asked for again when a token
names a key that is not there yet.

An issuer that does not answer costs its own callers only: known keys go on for a day, the failure is counted, logged
once and shown by `/readyz`. What it answers is bounded in size, number and time, and redirects are not followed.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Annotated, Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from msgspec import Meta

from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.issuers import IssuerKey
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.integrations.issuer_http import DISCOVERY, IssuerHttp, UnusableAnswer

logger = logging.getLogger(__name__)

FRESH_S = 600.0
"""Keys are asked for again after so long: a key that an issuer took back is believed no longer than this."""
STALE_S = 24 * 3600.0
"""Kept for so long from an issuer that does not answer."""
ASK_AGAIN_S = 15.0
"""Not asked more often, whatever tokens name."""
ANSWER_S = 5.0
MAX_KEYS = 64
"""Of one issuer; the rest is passed over."""
RSA_BITS = range(2048, 8193)
"""Below: too weak (RFC 7518 §3.3); above: each token would cost too much."""
MAX_EXPONENT_CHARS = 8
_ALGORITHMS = {"RSA": frozenset({"RS256", "PS256"}), "P-256": frozenset({"ES256"}), "Ed25519": frozenset({"EdDSA"})}
Text = Annotated[str, Meta(max_length=4096)]


class _Discovered(msgspec.Struct, frozen=True):
    issuer: Text
    jwks_uri: Text


class _Jwks(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class _Issuer:
    """What is known of one. Times are monotonic."""

    def __init__(self, jwks_url: str) -> None:
        self.jwks_url = jwks_url
        self.keys: tuple[IssuerKey, ...] = ()
        self.heard_at: float | None = None
        self.asked_at: float | None = None
        self.asking: asyncio.Task[None] | None = None
        self.is_failing = False


class FetchedKeys:
    """Implements `hub.issuers.IssuerKeys`. Use as `async with`; event loop only."""

    def __init__(
        self,
        issuers: Mapping[str, str],
        *,
        known: Mapping[str, Sequence[IssuerKey]],
        clock: Clock,
        counters: Counters,
    ) -> None:
        """`issuers`: by name the URL of its keys; empty: its discovery document names it. `known`: keys of issuers
        that are not asked, this server itself."""
        self._known = known
        self._issuers = {name: _Issuer(url) for name, url in issuers.items()}
        self._clock = clock
        self._counters = counters
        self._tasks = TaskScope("issuer keys")
        self._http = IssuerHttp()

    async def __aenter__(self) -> FetchedKeys:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        await self._http.close()

    def is_failing(self, issuer: str) -> bool:
        known = self._issuers.get(issuer)
        return known is not None and known.is_failing

    def failing(self) -> int:
        """How many issuers did not answer as they should when they were last asked."""
        return sum(one.is_failing for one in self._issuers.values())

    async def keys(self, issuer: str, key_id: str) -> Sequence[IssuerKey]:
        known = self._issuers.get(issuer)
        if known is None:
            return _named(self._known.get(issuer, ()), key_id)
        now = self._clock.monotonic_s()
        is_fresh = known.heard_at is not None and now - known.heard_at < FRESH_S
        if not is_fresh or not _named(known.keys, key_id):
            await self._ask(issuer, known, now)
        if known.heard_at is None or self._clock.monotonic_s() - known.heard_at >= STALE_S:
            return ()
        return _named(known.keys, key_id)

    async def _ask(self, name: str, issuer: _Issuer, now: float) -> None:
        """All who wait for the same issuer wait for one question."""
        if issuer.asking is None:
            if issuer.asked_at is not None and now - issuer.asked_at < ASK_AGAIN_S:
                return
            issuer.asked_at = now
            issuer.asking = self._tasks.start(self._refresh(name, issuer), "issuer keys")
        await asyncio.wait((issuer.asking,))

    async def _refresh(self, name: str, issuer: _Issuer) -> None:
        host = urlsplit(name).hostname
        try:
            async with asyncio.timeout(ANSWER_S):
                keys = read_keys(await self._http.get(issuer.jwks_url or await self._discover(name)))
        except (aiohttp.ClientError, UnusableAnswer, OSError, TimeoutError, ValueError) as error:
            self._counters.add("issuer_fetch_failures")
            reason = str(error) if isinstance(error, UnusableAnswer) else type(error).__name__
            if not issuer.is_failing:
                logger.error("issuer_keys_unavailable issuer=%s reason=%s", host, reason.replace(" ", "_"))
            issuer.is_failing = True
        else:
            if issuer.is_failing:
                logger.info("issuer_keys_available issuer=%s", host)
            issuer.is_failing = False
            issuer.keys = keys
            issuer.heard_at = self._clock.monotonic_s()
        finally:
            issuer.asking = None

    async def _discover(self, issuer: str) -> str:
        try:
            found = msgspec.json.decode(await self._http.get(issuer.rstrip("/") + DISCOVERY), type=_Discovered)
        except msgspec.MsgspecError as error:
            raise UnusableAnswer("discovery is not as it should be") from error
        if found.issuer != issuer:
            raise UnusableAnswer("discovery names another issuer")
        return found.jwks_uri


def read_keys(document: bytes) -> tuple[IssuerKey, ...]:
    """The keys of a JWKS that can verify access tokens; those of other kinds, for encryption, and broken ones are
    passed over (RFC 7517 §5). Raises: UnusableAnswer when none is left."""
    try:
        entries = msgspec.json.decode(document, type=_Jwks).keys
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnusableAnswer("not a JWKS") from error
    keys = [key for entry in entries[:MAX_KEYS] if (key := _key(entry)) is not None]
    if not keys:
        raise UnusableAnswer("no key that can be used")
    return tuple(keys)


def _key(entry: Mapping[str, Any]) -> IssuerKey | None:
    members = {name: entry[name] for name in ("kty", "crv", "n", "e", "x", "y") if isinstance(entry.get(name), str)}
    kind, curve, key_id = members.get("kty"), members.get("crv"), entry.get("kid", "")
    if entry.get("use", "sig") != "sig" or not isinstance(key_id, str):
        return None
    found: RSAKey | ECKey | OKPKey
    try:
        if kind == "RSA" and len(members["e"]) <= MAX_EXPONENT_CHARS and _bits(members["n"]) in RSA_BITS:
            found, algorithms = RSAKey.import_key(members), _ALGORITHMS["RSA"]
        elif kind == "EC" and curve == "P-256":
            found, algorithms = ECKey.import_key(members), _ALGORITHMS[curve]
        elif kind == "OKP" and curve == "Ed25519":
            found, algorithms = OKPKey.import_key(members), _ALGORITHMS[curve]
        else:
            return None
        found.public_key  # noqa: B018  # read only now
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if "alg" in entry:
        algorithms = algorithms & {str(entry["alg"])}
    return IssuerKey(key_id, algorithms, found) if algorithms else None


def _bits(number: str) -> int:
    """Of a base64url number, before anything is worked out with it."""
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _named(keys: Sequence[IssuerKey], key_id: str) -> tuple[IssuerKey, ...]:
    return tuple(key for key in keys if not key_id or key.id == key_id)
