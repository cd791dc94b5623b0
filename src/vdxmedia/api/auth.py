"""Who asks: API keys (opaque, from a file, compared in constant time) and join tokens; guessing is slowed down per
address.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.clock import Clock
from vdxmedia.errors import Misconfigured, NotAllowed
from vdxmedia.hub.ports import Grant, Tokens

MIN_KEY_CHARS = 32
MIN_DISTINCT_CHARS = 10
"""A random base64url key of 32 characters has about 25; a typed one of the same letter has one."""
DEVELOPMENT_KEY = "vdxmedia-development-key-loopback-only"
"""Well known, therefore accepted on loopback only; refused in a keys file."""


def read_keys(path: Path) -> dict[str, str]:
    """`name: secret` per line, `#` comments. Blocking. Raises: Misconfigured for a missing file or a weak secret."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Misconfigured(f"api.keys_file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"api.keys_file {path}: not UTF-8 text") from error
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, secret = (part.strip() for part in line.partition(":"))
        where = f"api.keys_file {path} line {number}"
        if not separator or not name:
            raise Misconfigured(f"{where}: must be `name: secret`")
        if name in keys:
            raise Misconfigured(f"{where}: the name {name!r} is there twice")
        if len(secret) < MIN_KEY_CHARS or len(set(secret)) < MIN_DISTINCT_CHARS or secret == DEVELOPMENT_KEY:
            raise Misconfigured(f"{where}: the secret is weak; make one with `vdxmedia keys new`")
        keys[name] = secret
    if not keys:
        raise Misconfigured(f"api.keys_file {path}: there is no key in it")
    return keys


class ApiKeys:
    """Decides which key a request carries."""

    def __init__(
        self,
        keys: Mapping[str, str],
        *,
        proxies: TrustedProxies,
        clock: Clock,
        requests_per_second: float,
        failures_per_minute: float,
    ) -> None:
        self._digests = [(name, _digest(secret)) for name, secret in keys.items()]
        self._proxies = proxies
        self._requests = RateLimit(per_second=requests_per_second, burst=5 * requests_per_second, clock=clock)
        self._failures = RateLimit(per_second=failures_per_minute / 60, burst=failures_per_minute, clock=clock)

    def authenticate(self, request: web.BaseRequest) -> str:
        """The key's name. Raises: NotAllowed `key_missing` or `key_invalid`, Refused `rate_limited`."""
        client = limit_key(self._proxies.client_address(request))
        presented = _bearer(request)
        if not presented:
            self._failures.spend(client)
            raise NotAllowed("send `Authorization: Bearer KEY`", code="key_missing")
        found = self._name_of(presented)
        if not found:
            self._failures.spend(client)
            raise NotAllowed("the API key is not known here", code="key_invalid")
        self._requests.spend(found)
        return found

    def knows(self, request: web.BaseRequest) -> bool:
        """Whether it carries a key; counts nothing."""
        presented = _bearer(request)
        return bool(presented) and bool(self._name_of(presented))

    def _name_of(self, presented: str) -> str:
        digest = _digest(presented)
        found = ""
        for name, known in self._digests:
            if hmac.compare_digest(digest, known):
                found = name
        return found


class JoinTokens:
    """Decides what a request with a participant's join token may see."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        proxies: TrustedProxies,
        clock: Clock,
        requests_per_second: float,
        failures_per_minute: float,
        as_it_stands: Callable[[Grant], Grant],
    ) -> None:
        """`as_it_stands`: what a token's holder may do now; in the call he may have been made a guest."""
        self._tokens = tokens
        self._as_it_stands = as_it_stands
        self._proxies = proxies
        self._clock = clock
        self._requests = RateLimit(per_second=requests_per_second, burst=5 * requests_per_second, clock=clock)
        self._failures = RateLimit(per_second=failures_per_minute / 60, burst=failures_per_minute, clock=clock)

    def authenticate(self, request: web.BaseRequest) -> Grant:
        """What the token allows. Raises: NotAllowed as `Tokens.verify`, Refused `rate_limited`."""
        client = limit_key(self._proxies.client_address(request))
        self._requests.spend(client)
        try:
            return self._as_it_stands(self._tokens.verify(_bearer(request), self._clock.unix_s()))
        except NotAllowed:
            self._failures.spend(client)
            raise


def _bearer(request: web.BaseRequest) -> str:
    """RFC 6750 §2.1; empty when there is none."""
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    return presented.strip() if scheme.lower() == "bearer" else ""


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
