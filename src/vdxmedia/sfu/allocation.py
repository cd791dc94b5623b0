"""Numbers and words that must be unique among live peers: ICE credentials and SSRCs.

An SSRC is never given twice to one peer, so that no (key, SSRC, sequence) is ever sealed twice; among peers they
differ too, so that one number in a capture means one stream.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

import msgspec

_UFRAG_BYTES: Final = 6
"""48 bits: the relay routes a first check by it, so it must be unique and hard to guess (RFC 8445 §5.3 asks for 24)."""
_PWD_BYTES: Final = 18
"""144 bits; RFC 8445 asks for 128."""

_DRAWN_BYTES: Final = 256
"""Of SSRCs: a connection takes some twenty."""


class IceCredentials(msgspec.Struct, frozen=True):
    ufrag: str
    pwd: str


class Allocation:
    """Gives unique values and takes them back. Not task-safe; lives on the event loop."""

    def __init__(self) -> None:
        self._ufrags: set[str] = set()
        self._ssrcs: set[int] = set()
        self._drawn: list[int] = []

    def credentials(self) -> IceCredentials:
        while (ufrag := _text(_UFRAG_BYTES)) in self._ufrags:
            pass
        self._ufrags.add(ufrag)
        return IceCredentials(ufrag, _text(_PWD_BYTES))

    def ssrc(self, avoid: Iterable[int] = ()) -> int:
        """Random, never 0; `avoid` are the client's own."""
        taken = frozenset(avoid)
        while (ssrc := self._draw()) == 0 or ssrc in self._ssrcs or ssrc in taken:
            pass
        self._ssrcs.add(ssrc)
        return ssrc

    def _draw(self) -> int:
        """32 random bits; the system is asked for those of many at a time (3 us each time, measured)."""
        if not self._drawn:
            self._drawn.extend(memoryview(secrets.token_bytes(_DRAWN_BYTES)).cast("I"))
        return self._drawn.pop()

    def release(self, ufrags: Iterable[str], ssrcs: Iterable[int]) -> None:
        """When a peer is gone, or an offer was refused. What was not given is ignored."""
        self._ufrags.difference_update(ufrags)
        self._ssrcs.difference_update(ssrcs)

    @property
    def live(self) -> int:
        """How many values are out, for tests and gauges."""
        return len(self._ufrags) + len(self._ssrcs)


def new_cname() -> str:
    """A short-term persistent CNAME (RFC 7022 §4.2): 96 random bits, new for each connection."""
    return secrets.token_urlsafe(12)


def _text(random_bytes: int) -> str:
    """In base64, whose 64 characters are those that ICE has (RFC 8839 §5.4); a multiple of three has no padding."""
    return b64encode(secrets.token_bytes(random_bytes)).decode()
