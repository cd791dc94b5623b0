"""Who was let in once, and who is kept out: for as long as the booking lasts, longer than a conference.

A *key* says who somebody is without saying it: the digest of the token's identity, or of the secret of a seat that the
same device had. Left out: people without either, who are strangers each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import msgspec

MAX_ADMISSIONS = 4_400
"""Keys of each kind; when full the oldest is forgotten and its owner knocks again: four of each of 1,100 people."""
MAX_BARS = 500
_KEY_CHARS = 22
"""Of base 16: 88 bits, as unguessable as what it is made of needs."""


def key_of(kind: str, value: str) -> str:
    """`kind` keeps identities and secrets apart."""
    return kind + hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:_KEY_CHARS]


class AdmissionState(msgspec.Struct, frozen=True):
    """As it is stored: digests only."""

    admitted: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


class Admissions:
    """A room's; survives its conferences. `forgot` is told how many of the oldest had to give way. Not task-safe."""

    def __init__(self, forgot: Callable[[int], None] = lambda count: None) -> None:
        self._forgot = forgot
        self._admitted: dict[str, None] = {}
        self._barred: dict[str, None] = {}

    def admit(self, keys: Iterable[str]) -> None:
        self._put(self._admitted, keys, MAX_ADMISSIONS)

    def bar(self, keys: Iterable[str]) -> None:
        """Also what he was admitted by is forgotten."""
        keys = tuple(keys)
        self.forget(keys)
        self._put(self._barred, keys, MAX_BARS)

    def forget(self, keys: Iterable[str]) -> None:
        """He knocks again."""
        for key in keys:
            self._admitted.pop(key, None)

    def is_admitted(self, keys: Iterable[str]) -> bool:
        return any(key in self._admitted for key in keys)

    def is_barred(self, keys: Iterable[str]) -> bool:
        return any(key in self._barred for key in keys)

    def restore(self, state: AdmissionState) -> None:
        """What it was; nothing else counts any more."""
        self._admitted = dict.fromkeys(state.admitted[-MAX_ADMISSIONS:])
        self._barred = dict.fromkeys(state.barred[-MAX_BARS:])

    def state(self) -> AdmissionState:
        return AdmissionState(tuple(self._admitted), tuple(self._barred))

    def _put(self, kept: dict[str, None], keys: Iterable[str], most: int) -> None:
        for key in keys:
            kept.pop(key, None)
            kept[key] = None
        if (too_many := len(kept) - most) > 0:
            for key in list(kept)[:too_many]:
                del kept[key]
            self._forgot(too_many)
