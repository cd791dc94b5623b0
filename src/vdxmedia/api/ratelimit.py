"""Token buckets by key, bounded in number: who asks too often is told when to come back."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from vdxmedia.clock import Clock
from vdxmedia.errors import Refused

MAX_BUCKETS = 10_000
"""Keys remembered; when full the one unused for longest is forgotten (about 2 MB)."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class RateLimit:
    """At most `per_second` on average and `burst` at once, for each key. Not thread-safe."""

    def __init__(self, *, per_second: float, burst: float, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = max(1.0, burst)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def spend(self, key: str) -> None:
        """Takes one token. Raises: Refused `rate_limited` with the seconds until there is one."""
        bucket = self._filled(key)
        if bucket.tokens < 1.0:
            wait_s = (1.0 - bucket.tokens) / self._per_second
            raise Refused("too many requests; wait and try again", code="rate_limited", retry_after_s=round(wait_s, 3))
        bucket.tokens -= 1.0

    def _filled(self, key: str) -> _Bucket:
        now_s = self._clock.monotonic_s()
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            bucket = _Bucket(self._burst, now_s)
            if len(self._buckets) >= MAX_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets[key] = bucket
        bucket.tokens = min(self._burst, bucket.tokens + (now_s - bucket.at_s) * self._per_second)
        bucket.at_s = now_s
        return bucket
