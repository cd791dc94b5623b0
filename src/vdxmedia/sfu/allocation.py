"""Numbers and words that must be unique among live peers: ICE credentials and SSRCs.

An SSRC is never given twice to one peer, so that no (key, SSRC, sequence) is ever sealed twice; among peers they
differ too, so that one number in a capture means one stream.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

import msgspec

_ICE_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_UFRAG_CHARS: Final = 8
"""48 bits: the relay routes a first check by it, so it must be unique and hard to guess (RFC 8445 §5.3 asks for 24)."""
_PWD_CHARS: Final = 24
"""143 bits; RFC 8445 asks for 128."""


class IceCredentials(msgspec.Struct, frozen=True):
    ufrag: str
    pwd: str


class Allocation:
    """Gives unique values and takes them back. Not task-safe; lives on the event loop."""

    def __init__(self) -> None:
        self._ufrags: set[str] = set()
        self._ssrcs: set[int] = set()

    def credentials(self) -> IceCredentials:
        while (ufrag := _text(_UFRAG_CHARS)) in self._ufrags:
            pass
        self._ufrags.add(ufrag)
        return IceCredentials(ufrag, _text(_PWD_CHARS))

    def ssrc(self, avoid: Iterable[int] = ()) -> int:
        """Random, never 0; `avoid` are the client's own."""
        taken = frozenset(avoid)
        while (ssrc := secrets.randbits(32)) == 0 or ssrc in self._ssrcs or ssrc in taken:
            pass
        self._ssrcs.add(ssrc)
        return ssrc

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


def _text(length: int) -> str:
    return "".join(secrets.choice(_ICE_ALPHABET) for _ in range(length))
