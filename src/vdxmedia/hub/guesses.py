"""How often somebody may name a meeting that is not there: guessing is slow, and who guesses right the first time waits
for nobody.

Wrong names are counted per address. An address that has used them up is not answered at all for a while, so it learns
nothing. All addresses together have a limit too: while that is used up, one wrong name is enough for an address; one
that has made no mistake is answered as ever. So ten thousand guessing machines have one guess each, and no citizen is
kept out by them. Times are arguments; not task-safe.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from vdxmedia.errors import Refused
from vdxmedia.hub.limits import TokenBucket

WRONG_PER_ADDRESS = 10
WRONG_PER_ADDRESS_PER_S = 10 / 600
"""Ten at once, then one a minute."""
WRONG_IN_ALL = 200
WRONG_IN_ALL_PER_S = 2.0
"""Some mistype, and old links are opened; more than this is somebody who tries."""
FORGIVEN_S = 600.0
"""After its last wrong name an address is as new."""
MAX_ADDRESSES = 50_000
"""Remembered; when full the one whose last wrong name is longest ago is forgotten. Some 15 MB."""


class GuessLimits:
    """One per server."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, tuple[TokenBucket, float]] = OrderedDict()
        self._all: TokenBucket | None = None
        self._closed_until_s = 0.0

    def check(self, address: str, now_s: float) -> None:
        """Before anything is looked up. Raises: Refused `rate_limited`."""
        known = self._addresses.get(address)
        if known is None:
            return
        bucket, last_s = known
        if now_s - last_s >= FORGIVEN_S:
            del self._addresses[address]
            return
        wait_s = max(bucket.wait_s(now_s), self._closed_until_s - now_s)
        if wait_s > 0:
            raise Refused("too many addresses that are not there", code="rate_limited", retry_after_s=math.ceil(wait_s))

    def wrong(self, address: str, now_s: float) -> None:
        """What was asked for is not there."""
        known = self._addresses.pop(address, None)
        bucket = TokenBucket(WRONG_PER_ADDRESS_PER_S, WRONG_PER_ADDRESS, now_s) if known is None else known[0]
        bucket.take(now_s)
        if len(self._addresses) >= MAX_ADDRESSES:
            self._addresses.popitem(last=False)
        self._addresses[address] = (bucket, now_s)
        if self._all is None:
            self._all = TokenBucket(WRONG_IN_ALL_PER_S, WRONG_IN_ALL, now_s)
        if self._all.take(now_s) > 0:
            self._closed_until_s = now_s + 1 / WRONG_PER_ADDRESS_PER_S
