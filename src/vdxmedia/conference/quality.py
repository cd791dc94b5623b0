"""How good a participant's media connection is, from the relay's figures: quick to warn, slow to reassure. Pure.

The limits are guesses from experience with Opus and VP8 (speech with FEC stands 8 % of loss, talk gets clumsy above
0.5 s round trip); to be checked against call quality records.
"""

from __future__ import annotations

from vdxmedia.conference.kinds import Quality

WEAK_LOSS = 0.08
WEAK_RTT_S = 0.5
WARN_AFTER_S = 1.6
"""So long it must be bad before that is said: two readings of about a second. A lost connection is said at once."""
REASSURE_AFTER_S = 3.5
"""Four readings, or the one of a call that has become calm."""


BAD_UPLINK_LOSS = 0.12
BAD_UPLINK_BPS = 100_000
"""Below this a camera's lowest layer is a slide show beside the sound."""
ADVISE_AFTER_S = 4.5
WITHDRAW_AFTER_S = 14.5
"""After the camera went off the way always looks better, so the advice stays a while."""


class UplinkAdviser:
    """Whether a participant had better switch the camera off, so that the sound gets through."""

    def __init__(self) -> None:
        self.advises_camera_off = False
        self._streak_s = 0.0

    def read(self, loss: float, bps: int | None, *, is_sending_camera: bool, period_s: float = 1.0) -> bool:
        """Figures of the last `period_s`. `bps` is what came from the participant in all; None when nothing did,
        which is another matter. True when the advice has changed."""
        is_slow = bps is not None and bps < BAD_UPLINK_BPS
        is_bad = is_sending_camera and (loss > BAD_UPLINK_LOSS or is_slow)
        if is_bad == self.advises_camera_off:
            self._streak_s = 0.0
            return False
        self._streak_s += period_s
        if self._streak_s < (ADVISE_AFTER_S if is_bad else WITHDRAW_AFTER_S):
            return False
        self.advises_camera_off = is_bad
        self._streak_s = 0.0
        return True


EXPECTED_WEAK_S = 30.0
"""Of good figures, before what a check found out beforehand is forgotten: who takes part with sound alone because of it
measures well."""


class QualityMeter:
    """One participant's. Owned by the room's task."""

    def __init__(self, expected_weak_s: float = 0.0) -> None:
        """`expected_weak_s`: so long good figures count as weak."""
        self.quality = Quality.GOOD
        self._streak_s = 0.0
        self._expected_weak_s = expected_weak_s

    def anew(self) -> QualityMeter:
        """For the next connection; what is left of the expectation holds for it too."""
        return QualityMeter(self._expected_weak_s)

    def read(
        self,
        uplink_loss: float,
        downlink_loss: float,
        rtt_s: float | None,
        *,
        is_silent: bool,
        period_s: float = 1.0,
    ) -> bool:
        """Figures of the last `period_s`. True when `quality` has changed."""
        if is_silent:
            return self._become(Quality.LOST)
        is_weak = max(uplink_loss, downlink_loss) > WEAK_LOSS or (rtt_s is not None and rtt_s > WEAK_RTT_S)
        if not is_weak and self._expected_weak_s > 0:
            self._expected_weak_s -= period_s
            is_weak = True
        reading = Quality.WEAK if is_weak else Quality.GOOD
        if reading is self.quality:
            self._streak_s = 0.0
            return False
        self._streak_s += period_s
        if self._streak_s >= (WARN_AFTER_S if is_weak and self.quality is Quality.GOOD else REASSURE_AFTER_S):
            return self._become(reading)
        return False

    def lose(self) -> bool:
        """There is no media connection any more. True when that changed anything."""
        return self._become(Quality.LOST)

    def _become(self, quality: Quality) -> bool:
        changed = quality is not self.quality
        self.quality = quality
        self._streak_s = 0.0
        return changed
