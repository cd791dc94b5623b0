"""Token buckets by key, bounded in number: who asks too often is told when to come back."""

from __future__ import annotations

from collections import OrderedDict

from vdxmedia.clock import Clock
from vdxmedia.errors import Refused
from vdxmedia.hub.limits import TokenBucket

MAX_BUCKETS = 10_000
"""Keys remembered; when full the one unused for longest is forgotten (about 2 MB)."""


class RateLimit:
    """At most `per_second` on average and `burst` at once, for each key. Not thread-safe."""

    def __init__(self, *, per_second: float, burst: float, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = max(1.0, burst)
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self.hits = 0
        """Refusals since the start."""

    def spend(self, key: str) -> None:
        """Takes one token. Raises: Refused `rate_limited` with the seconds until there is one."""
        now_s = self._clock.monotonic_s()
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            bucket = TokenBucket(self._per_second, self._burst, now_s)
            if len(self._buckets) >= MAX_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets[key] = bucket
        wait_s = bucket.take(now_s)
        if wait_s > 0:
            self.hits += 1
            raise Refused("too many requests; wait and try again", code="rate_limited", retry_after_s=round(wait_s, 3))
