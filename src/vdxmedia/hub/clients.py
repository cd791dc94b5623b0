"""The desk of the built-in issuer's clients: who shows which secret or certificate. Reads the store, a moment's cache.

Clients are made and changed by the command line, in another process: what it did counts here within `CACHE_S`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from typing import Protocol

from vdxmedia.booking.clients import MAX_SECRETS, Client
from vdxmedia.clock import Clock

CACHE_S = 2.0
"""A client that was disabled or removed is heard no longer than this."""
MAX_CACHED = 1_000
MAX_SECRET_CHARS = 200
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


class ClientStore(Protocol):
    """Implemented by `store.clients`. Raises: Refused `store_unavailable`."""

    async def client(self, name: str) -> Client | None: ...

    async def client_of_certificate(self, fingerprint: str, subject: str) -> Client | None:
        """The one bound to this certificate, else the one bound to this subject."""
        ...


class Clients:
    """Event loop only. Raises, all: Refused `store_unavailable`."""

    def __init__(self, store: ClientStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._cache: OrderedDict[tuple[str, ...], tuple[float, Client | None]] = OrderedDict()

    async def find(self, name: str) -> Client | None:
        """None: there is none, or it is disabled."""
        return await self._cached(("name", name))

    async def of_certificate(self, fingerprint: str, subject: str) -> Client | None:
        return await self._cached(("certificate", fingerprint, subject))

    async def with_secret(self, name: str, secret: str) -> Client | None:
        """None: no such client, or not its secret; both take the same time."""
        client = await self.find(name)
        shown = secret_hash(secret[:MAX_SECRET_CHARS])
        known = client.working_hashes(self._clock.unix_s()) if client is not None else ()
        matches = [hmac.compare_digest(shown, one) for one in (*known, *[_NOBODY] * MAX_SECRETS)[:MAX_SECRETS]]
        return client if any(matches[: len(known)]) and len(secret) <= MAX_SECRET_CHARS else None

    async def _cached(self, key: tuple[str, ...]) -> Client | None:
        now = self._clock.monotonic_s()
        kept = self._cache.pop(key, None)
        if kept is None or now - kept[0] >= CACHE_S:
            kind, *values = key
            if kind == "name":
                found = await self._store.client(values[0])
            else:
                found = await self._store.client_of_certificate(values[0], values[1])
            kept = (now, found)
        self._cache[key] = kept
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        client = kept[1]
        return None if client is None or client.is_disabled else client


def secret_hash(secret: str) -> str:
    """As it is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
