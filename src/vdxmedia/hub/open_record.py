"""What is known of one participant's call while it goes on, and the record that is made of it.

Ids, roles, figures and words of closed lists: nothing of who somebody is. At most `MAX_STEPS` steps; the oldest of the
middle go, so that the beginning and the end stay.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from enum import StrEnum

from vdxmedia.conference.kinds import Quality
from vdxmedia.hub.ports import CallRecord, CallStep, MediaQuality, Transport
from vdxmedia.ids import ParticipantId, RoomId, short_id

logger = logging.getLogger(__name__)

MAX_STEPS = 40
GAP_S = 7.0
"""As `sfu.news`: a shorter silence is no gap, because who only listens is as silent."""


class What(StrEnum):
    """A step's word; `how` says more."""

    WAITED = "waited"
    ADMITTED = "admitted"
    JOINED = "joined"
    CAME_BACK = "cameBack"
    """The page's connection was gone: `resumed` or `snapshot`; `afterRestart`: of the server."""
    PATH = "path"
    CONNECTED = "connected"
    """DTLS is done."""
    MEDIA_LOST = "mediaLost"
    MEDIA_REFUSED = "mediaRefused"
    """An offer was not taken; `how` is the code."""
    SILENT = "silent"
    BACK = "back"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(slots=True)
class OpenRecord:
    """Of one participant; monotonic seconds. Owned by the room's records."""

    id: str
    participant: ParticipantId
    role: str
    began_s: float
    began_at: float
    steps: list[CallStep] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    path: Transport | None = None
    is_seated: bool = False
    was_connected: bool = False
    is_connected: bool = False
    is_connecting_again: bool = False
    quality_s: dict[Quality, float] = field(default_factory=dict)
    measured_s: float = 0.0
    loss_up_s: float = 0.0
    """Loss times seconds."""
    loss_down_s: float = 0.0
    rtt_s: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """Sum over seconds, and seconds."""
    longest_gap_s: float = 0.0
    pictures_paused: int = 0
    pictures_given_up: int = 0
    freezes: int = 0
    frozen_s: float = 0.0
    _last: tuple[int, float] = (0, 0.0)
    """Freezes and their seconds, as the connection said last; a new one begins at nothing."""
    may_write: bool = True
    ended_at: float | None = None
    end: str = ""

    def add_step(self, at: float, what: What, how: str = "") -> bool:
        """False when one of the middle has gone for it."""
        self.steps.append(CallStep(at=at, what=what.value, how=how))
        if len(self.steps) <= MAX_STEPS:
            return True
        del self.steps[MAX_STEPS // 2]
        return False

    def measure(self, event: MediaQuality, quality: Quality) -> None:
        seconds = event.period_s
        self.measured_s += seconds
        self.loss_up_s += event.uplink_loss * seconds
        self.loss_down_s += event.downlink_loss * seconds
        if event.rtt_s is not None:
            self.rtt_s[0] += event.rtt_s * seconds
            self.rtt_s[1] += seconds
        self.quality_s[quality] = self.quality_s.get(quality, 0.0) + seconds
        if event.silent_s > GAP_S:
            self.longest_gap_s = max(self.longest_gap_s, event.silent_s)
        freezes, frozen_s = self._last if event.freezes >= self._last[0] else (0, 0.0)
        self.freezes += event.freezes - freezes
        self.frozen_s += max(0.0, event.frozen_s - frozen_s)
        self._last = (event.freezes, event.frozen_s)

    def record(self, room: RoomId) -> CallRecord:
        """As it stands now."""
        measured_s, rtt_sum, rtt_s = self.measured_s or 1.0, *self.rtt_s
        return CallRecord(
            id=self.id,
            room=room,
            participant=self.participant,
            role=self.role,
            began_at=self.began_at,
            ended_at=self.ended_at,
            end=self.end,
            path="" if self.path is None else self.path.value,
            phases={phase: round(seconds, 3) for phase, seconds in self.phases.items()},
            loss_up=round(self.loss_up_s / measured_s, 4),
            loss_down=round(self.loss_down_s / measured_s, 4),
            round_trip_ms=round(1_000 * rtt_sum / rtt_s) if rtt_s else None,
            longest_gap_s=round(self.longest_gap_s, 1),
            pictures_paused=self.pictures_paused,
            pictures_given_up=self.pictures_given_up,
            freezes=self.freezes,
            frozen_s=round(self.frozen_s, 1),
            quality_s={quality.value: round(seconds) for quality, seconds in self.quality_s.items()},
            steps=tuple(self.steps),
        )


def log_ended(record: CallRecord) -> None:
    """The call quality record; a row of it is in the store."""
    phases = record.phases
    logger.info(
        "call_ended room=%s participant=%s role=%s lasted_s=%d signal_s=%s ice_s=%s dtls_s=%s first_media_s=%s path=%s"
        " loss_up=%s loss_down=%s round_trip_ms=%s longest_gap_s=%s pictures_paused=%d"
        " pictures_given_up=%d freezes=%d frozen_s=%s good_s=%d weak_s=%d lost_s=%d"
        " reconnects=%d reason=%s",
        short_id(record.room),
        short_id(record.participant),
        record.role,
        record.lasted_s,
        *(phases.get(phase, "-") for phase in ("signal", "ice", "dtls", "first_media")),
        record.path or "none",
        record.loss_up,
        record.loss_down,
        "-" if record.round_trip_ms is None else record.round_trip_ms,
        record.longest_gap_s,
        record.pictures_paused,
        record.pictures_given_up,
        record.freezes,
        record.frozen_s,
        *(record.quality_s.get(quality.value, 0) for quality in Quality),
        sum(step.what == What.CAME_BACK for step in record.steps),
        record.end,
    )
