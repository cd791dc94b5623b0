"""How often one client may send what. A bucket per kind of message and one for all together.

A browser needs far less: the figures leave room for a person who clicks wildly and for a window being resized, and
stop a script. Full: `rate_limited`, with the time after which it works again; nothing is done and nothing queued.
"""

from __future__ import annotations

from typing import get_args

from vdxmedia.errors import Refused
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.signalling import messages

TOTAL = (30.0, 60.0)
"""Per second, burst."""
PER_TYPE: dict[type, tuple[float, float]] = {
    messages.Join: (0.5, 5.0),
    messages.Offer: (1.0, 5.0),
    messages.SetSource: (10.0, 20.0),
    messages.SetTiles: (10.0, 30.0),
    messages.RenewToken: (0.2, 3.0),
    messages.Leave: (1.0, 3.0),
    messages.Transfer: (1.0, 5.0),
    **{kind: rate for area in messages.AREAS for kind, (rate, _) in area.COMMANDS.items()},
}
assert set(PER_TYPE) == set(get_args(messages.ClientMessage))


class Rates:
    """One client's."""

    def __init__(self, now_s: float) -> None:
        self._total = TokenBucket(*TOTAL, now_s)
        self._per_type: dict[type, TokenBucket] = {}
        """Of what he has sent; most of some sixty kinds never comes."""

    def take_any(self, now_s: float) -> None:
        """Before decoding. Raises: Refused `rate_limited`."""
        self._take(self._total, now_s)

    def take(self, message: messages.ClientMessage, now_s: float) -> None:
        """Raises: Refused `rate_limited`."""
        kind = type(message)
        bucket = self._per_type.get(kind)
        if bucket is None:
            bucket = self._per_type[kind] = TokenBucket(*PER_TYPE[kind], now_s)
        self._take(bucket, now_s)

    def _take(self, bucket: TokenBucket, now_s: float) -> None:
        wait_s = bucket.take(now_s)
        if wait_s > 0:
            raise Refused("too many messages", code="rate_limited", retry_after_s=round(wait_s, 3))
