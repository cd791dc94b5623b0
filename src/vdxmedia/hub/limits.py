"""The hub's bounds in one place, and the token bucket that rates are held with."""

from __future__ import annotations

import msgspec

from vdxmedia.conference.conference import RETURN_KEPT_S, SEAT_KEPT_S
from vdxmedia.conference.roster import ROUND_S


class HubLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Each has a policy for *full*, told where it is used, and a counter for hits."""

    rooms: int = 2_000
    """Kept at the same time; more are refused with `rooms_full` after those whose time is over were forgotten."""
    idle_room_kept_s: float = 24 * 3600.0
    """A room without a closing time stays this long after it was last used, then only while there is space."""
    joins_per_second: float = 50.0
    """New seats in all rooms together, with bursts of two seconds' worth; more are refused with `rate_limited`."""
    seat_kept_s: float = SEAT_KEPT_S
    return_kept_s: float = RETURN_KEPT_S
    roster_round_s: float = ROUND_S
    """Between two messages to one client about who is there."""
    mailbox: int = 1_024
    """Requests waiting for one room's task; more are refused with `server_busy`."""
    ring: int = 256
    """Sequenced events kept per room for clients that resume; who missed more gets a snapshot."""
    media_timeout_s: float = 5.0
    """For the plane to answer an offer; then the offer is refused with `media_busy`."""


class TokenBucket:
    """Allows `rate_per_s` on average and bursts of `burst`. Time is an argument. Not task-safe."""

    __slots__ = ("_at_s", "_burst", "_level", "_rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now_s: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._level = burst
        self._at_s = now_s

    def take(self, now_s: float) -> float:
        """0.0 and one token less, or the seconds until there is one."""
        wait_s = self.wait_s(now_s)
        if wait_s == 0.0:
            self._level -= 1.0
        return wait_s

    def give_back(self) -> None:
        """A token that was taken for nothing."""
        self._level = min(self._burst, self._level + 1.0)

    def wait_s(self, now_s: float) -> float:
        """The seconds until there is a token; takes none."""
        self._level = min(self._burst, self._level + max(0.0, now_s - self._at_s) * self._rate_per_s)
        self._at_s = max(self._at_s, now_s)
        return 0.0 if self._level >= 1.0 else (1.0 - self._level) / self._rate_per_s
