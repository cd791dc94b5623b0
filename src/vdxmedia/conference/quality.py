"""How good a participant's media connection is, from the relay's figures: quick to warn, slow to reassure. Pure.

The limits are guesses from experience with Opus and VP8 (speech with FEC stands 8 % of loss, talk gets clumsy above
0.5 s round trip); to be checked against call quality records.
"""

from __future__ import annotations

from vdxmedia.conference.kinds import Quality

WEAK_LOSS = 0.08
WEAK_RTT_S = 0.5
WARN_AFTER = 2
"""Readings (about one a second) in a row that are bad before it is said; a lost connection is said at once."""
REASSURE_AFTER = 4


BAD_UPLINK_LOSS = 0.12
BAD_UPLINK_BPS = 100_000
"""Below this a camera's lowest layer is a slide show beside the sound."""
ADVISE_AFTER = 5
WITHDRAW_AFTER = 15
"""Readings; after the camera went off the way always looks better, so the advice stays a while."""


class UplinkAdviser:
    """Whether a participant had better switch the camera off, so that the sound gets through."""

    def __init__(self) -> None:
        self.advises_camera_off = False
        self._streak = 0

    def read(self, loss: float, bps: int | None, *, is_sending_camera: bool) -> bool:
        """`bps` is what came from the participant in all; None when nothing did, which is another matter.
        True when the advice has changed."""
        is_slow = bps is not None and bps < BAD_UPLINK_BPS
        is_bad = is_sending_camera and (loss > BAD_UPLINK_LOSS or is_slow)
        if is_bad == self.advises_camera_off:
            self._streak = 0
            return False
        self._streak += 1
        if self._streak < (ADVISE_AFTER if is_bad else WITHDRAW_AFTER):
            return False
        self.advises_camera_off = is_bad
        self._streak = 0
        return True


class QualityMeter:
    """One participant's. Owned by the room's task."""

    def __init__(self) -> None:
        self.quality = Quality.GOOD
        self._streak = 0

    def read(self, uplink_loss: float, downlink_loss: float, rtt_s: float | None, *, is_silent: bool) -> bool:
        """True when `quality` has changed."""
        if is_silent:
            return self._become(Quality.LOST)
        is_weak = max(uplink_loss, downlink_loss) > WEAK_LOSS or (rtt_s is not None and rtt_s > WEAK_RTT_S)
        reading = Quality.WEAK if is_weak else Quality.GOOD
        if reading is self.quality:
            self._streak = 0
            return False
        self._streak += 1
        if self._streak >= (WARN_AFTER if is_weak and self.quality is Quality.GOOD else REASSURE_AFTER):
            return self._become(reading)
        return False

    def lose(self) -> bool:
        """There is no media connection any more. True when that changed anything."""
        return self._become(Quality.LOST)

    def _become(self, quality: Quality) -> bool:
        changed = quality is not self.quality
        self.quality = quality
        self._streak = 0
        return changed
