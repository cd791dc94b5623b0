"""The record of each participant's call: how he came in, on what path, how well it went, how it ended. Nobody's name.

    a join → steps with their times → what was measured → the end → one log line `call_ended`, and one row in the store

It is made of ids, roles and words of closed lists, so it says nothing of who somebody is; `vdxmedia explain` tells it.
A refused join is a record too. Left out: the words of the story (`call_story.py`), and deciding anything.

Bounds: `MAX_STEPS` of one person, the oldest of the middle go; `MAX_REFUSED` refusals of one conference; `ROWS_PER_S`
rows of the whole server. What is beyond is counted. The store's own bound is in `store.call_records`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from vdxmedia.clock import Clock, next_beat_s
from vdxmedia.conference.events import WaiterAdmitted, WaiterGone, WaiterRefused, WaiterTold
from vdxmedia.conference.kinds import LeaveReason, Quality
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.hub.ports import (
    CallRecord,
    CallStep,
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaQuality,
    MediaStep,
    SaveCallRecord,
    SlotPaused,
    Step,
    Transport,
)
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.ids import ParticipantId, RoomId, new_participant_id, short_id
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)

MAX_STEPS = 40
MAX_REFUSED = 200
ROWS_PER_S, ROWS_AT_ONCE = 20.0, 5_000.0
"""Some 1.7 million a day at most; the national day has 20,000 people."""
WRITTEN_EVERY_S = 10.0
"""Of those who are there: so that a story can be told while it goes on, and after a crash. In one transaction: one for
each would be all that Python does in a calm call."""
ENDS_WRITTEN_EVERY_S = 1.0
GAP_S = 7.0
"""As `sfu.news`: a shorter silence is no gap, because who only listens is as silent."""
FIRST_MEDIA_WITHIN_S = 10.0
"""Whose first packet comes later had his microphone off: that is no delay."""
MAX_PROBLEMS = 50
"""Kept for the operator's page, the latest."""
MAX_WAITING = 20_000
"""Things in the outbox; then no further record is put there."""


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
    SILENT = "silent"
    BACK = "back"
    REFUSED = "refused"
    ENDED = "ended"


class RecentProblem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an operator may want to see soon."""

    at: float
    """Unix seconds."""
    what: str
    how: str
    room: str
    """Short; empty: of no room."""


@dataclass(slots=True)
class _Open:
    """A record that is being written; monotonic seconds."""

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
    may_write: bool = True
    ended_at: float | None = None
    end: str = ""


class CallRecords:
    """Of all conferences. Event loop only."""

    def __init__(self, clock: Clock, metrics: Metrics, counters: Counters, outbox: StoreOutbox | None) -> None:
        self.clock = clock
        self.metrics = metrics
        self.counters = counters
        self._outbox = outbox
        self._rows = TokenBucket(ROWS_PER_S, ROWS_AT_ONCE, clock.monotonic_s())
        self._problems: deque[RecentProblem] = deque(maxlen=MAX_PROBLEMS)
        self._live: dict[RoomId, RoomRecords] = {}

    def begin(self, room: RoomId) -> RoomRecords:
        """Of a conference that begins."""
        live = self._live[room] = RoomRecords(room, self)
        return live

    def ended(self, room: RoomId, live: RoomRecords) -> None:
        """The conference is over; `live` is what `begin` gave."""
        live.over()
        if self._live.get(room) is live:
            del self._live[room]

    def live_like(self, short: str) -> Sequence[CallRecord]:
        """Of those who are in rooms whose id begins so, in any case and with spaces."""
        plain = "".join(short.split()).replace("-", "").lower()
        return [record for room, live in self._live.items() if room.startswith(plain) for record in live.snapshot()]

    def refused(self, room: RoomId, role: str, code: str) -> None:
        """Somebody with a good token was not let in. `code`: of the error, from our own list."""
        self.metrics.joins.labels("refused", code).inc()
        self.note(What.REFUSED, code, room)
        live = self._live.get(room)
        if live is not None:
            live.refused(role, code)

    def note(self, what: str, how: str, room: RoomId | None = None) -> None:
        """A problem, for the operator's page."""
        self._problems.append(
            RecentProblem(at=self.clock.unix_s(), what=what, how=how, room="" if room is None else short_id(room))
        )

    def problems(self) -> Sequence[RecentProblem]:
        """The latest first."""
        return tuple(reversed(self._problems))

    def may_begin_row(self) -> bool:
        """Counts what is over the bound."""
        if self._outbox is None:
            return False
        if self._rows.take(self.clock.monotonic_s()) > 0 or len(self._outbox) >= MAX_WAITING:
            self.counters.add("call_records_dropped")
            return False
        return True

    def write(self, make: Callable[[], CallRecord], record_id: str, *, every_s: float) -> None:
        if self._outbox is not None:
            due_s = next_beat_s(every_s, self.clock.monotonic_s())
            self._outbox.put(("call record", record_id), lambda: SaveCallRecord(make()), due_s=due_s)


class RoomRecords:
    """Of one conference. Every method passes over whom it does not know."""

    def __init__(self, room: RoomId, book: CallRecords) -> None:
        self._room = room
        self._book = book
        self._open: dict[ParticipantId, _Open] = {}
        self._began_s = book.clock.monotonic_s()
        self._refused = 0
        self.is_stopping = False
        """The server goes down: whose call ends now did not end it."""

    # ── coming in ─────────────────────────────────────────────────────────────────────────────────────────────────

    def waits(self, participant: ParticipantId, role: str) -> None:
        """Once more for who comes back to the lobby."""
        self._book.metrics.joins.labels("accepted", "waiting").inc()
        one = self._open.get(participant) or self._begin(participant, role)
        if not one.steps:
            self._step(one, What.WAITED)

    def came(self, participant: ParticipantId, role: str) -> None:
        """Has a seat now; the clock of the phases begins."""
        self._book.metrics.joins.labels("accepted", "new").inc()
        self._seat(participant, role, What.JOINED)

    def restored(self, participant: ParticipantId, role: str) -> None:
        """Has kept his seat over a restart of the server."""
        self._seat(participant, role, What.CAME_BACK, "afterRestart")

    def joined_in(self, participant: ParticipantId, seconds: float) -> None:
        """From the command to its answer."""
        self._book.metrics.join_seconds.labels("signal").observe(seconds)
        one = self._open.get(participant)
        if one is not None:
            one.phases.setdefault("signal", seconds)

    def again(self, participant: ParticipantId, result: str) -> None:
        """The page is there again."""
        self._book.metrics.joins.labels("accepted", result).inc()
        self._book.metrics.reconnects.labels("signal", result).inc()
        one = self._open.get(participant)
        if one is not None:
            self._step(one, What.CAME_BACK, result)

    def waited(self, event: WaiterTold | WaiterAdmitted | WaiterRefused | WaiterGone) -> None:
        """What has become of somebody in the lobby."""
        one = self._open.get(event.participant)
        if one is None or isinstance(event, WaiterTold):
            return
        if isinstance(event, WaiterAdmitted):
            self._step(one, What.ADMITTED)
        else:
            if isinstance(event, WaiterGone) and event.reason is LeaveReason.LOST:
                self._book.counters.add("waiters_given_up")
            self._end(event.participant, "notAdmitted" if isinstance(event, WaiterRefused) else event.reason.value)

    def refused(self, role: str, code: str) -> None:
        self._refused += 1
        if self._refused > MAX_REFUSED:
            self._book.counters.add("call_records_refusals_dropped")
            return
        one = self._make(new_participant_id(), role)
        self._step(one, What.REFUSED, code)
        one.ended_at, one.end = one.began_at, What.REFUSED
        self._write(one, every_s=ENDS_WRITTEN_EVERY_S)

    # ── media ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, event: MediaEvent, quality: Quality | None = None) -> None:
        """`quality`: with a `MediaQuality`; None: of a connection that is not there any more."""
        if not isinstance(event, MediaConnected | MediaLost | MediaStep | MediaQuality | SlotPaused):
            return
        one = self._open.get(event.participant)
        if one is None:
            return
        match event:
            case MediaQuality():
                if quality is not None:
                    _measure(one, event, quality)
            case MediaConnected():
                self._connected(one)
            case MediaLost():
                self._lost(one, event.reason)
            case MediaStep():
                self._take_step(one, event)
            case SlotPaused():
                one.pictures_paused += event.is_paused

    def transport_of(self, participant: ParticipantId) -> Transport | None:
        """Of a media connection that is there."""
        one = self._open.get(participant)
        return one.path if one is not None and one.is_connected else None

    def _connected(self, one: _Open) -> None:
        if one.is_connecting_again:
            self._book.metrics.reconnects.labels("full", "done").inc()
        else:
            self._phase(one, "dtls")
        one.is_connected = one.was_connected = True
        one.is_connecting_again = False
        self._step(one, What.CONNECTED)

    def _lost(self, one: _Open, reason: str) -> None:
        if one.is_connecting_again and not one.is_connected:
            self._book.metrics.reconnects.labels("full", "failed").inc()
        one.is_connecting_again = one.was_connected
        one.is_connected = False
        self._step(one, What.MEDIA_LOST, reason)
        if reason != "closed":
            self._book.note(What.MEDIA_LOST, reason, self._room)

    def _take_step(self, one: _Open, event: MediaStep) -> None:
        reconnects = self._book.metrics.reconnects
        match event.step:
            case Step.BOUND:
                if one.is_connected:
                    reconnects.labels("ice", "moved").inc()
                elif not one.was_connected:
                    self._phase(one, "ice")
                one.path = event.transport
                self._step(one, What.PATH, "" if event.transport is None else event.transport.value)
            case Step.FLOWS:
                if self._now_s() - one.began_s <= FIRST_MEDIA_WITHIN_S:
                    self._phase(one, "first_media")
            case Step.SILENT:
                reconnects.labels("ice", "lost").inc()
                self._step(one, What.SILENT)
            case Step.BACK:
                reconnects.labels("ice", "back").inc()
                self._step(one, What.BACK)

    def _phase(self, one: _Open, phase: str) -> None:
        if phase not in one.phases:
            one.phases[phase] = since_s = self._now_s() - one.began_s
            self._book.metrics.join_seconds.labels(phase).observe(since_s)

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────

    def gone(self, participant: ParticipantId, reason: LeaveReason, *, is_over: bool = False) -> None:
        """`is_over`: with the conference."""
        if reason is LeaveReason.LOST:
            self._book.metrics.reconnects.labels("signal", "failed").inc()
        if reason is LeaveReason.WAITING:
            one = self._open.get(participant)
            if one is not None:
                one.is_seated = one.is_connected = False
                self._step(one, What.WAITED)
            return
        self._end(participant, "serverStopped" if self.is_stopping else "callOver" if is_over else reason.value)

    def over(self) -> None:
        """The conference is."""
        for participant in list(self._open):
            self._end(participant, "serverStopped" if self.is_stopping else "callOver")
        self._book.metrics.room_duration.observe(self._now_s() - self._began_s)

    @property
    def age_s(self) -> float:
        return self._now_s() - self._began_s

    def snapshot(self) -> Sequence[CallRecord]:
        return tuple(self._record(one) for one in self._open.values())

    def _end(self, participant: ParticipantId, reason: str) -> None:
        one = self._open.pop(participant, None)
        if one is None:
            return
        one.ended_at, one.end = self._book.clock.unix_s(), reason
        self._step(one, What.ENDED, reason)
        record = self._record(one)
        _log(record)
        if one.is_seated and not one.was_connected and record.lasted_s > FIRST_MEDIA_WITHIN_S:
            self._book.note("noMedia", reason, self._room)
        self._write(one, every_s=ENDS_WRITTEN_EVERY_S)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, participant: ParticipantId, role: str) -> _Open:
        one = self._open[participant] = self._make(participant, role)
        return one

    def _make(self, participant: ParticipantId, role: str) -> _Open:
        clock, record_id = self._book.clock, new_participant_id()
        one = _Open(record_id, participant, role, clock.monotonic_s(), clock.unix_s())
        one.may_write = self._book.may_begin_row()
        return one

    def _seat(self, participant: ParticipantId, role: str, what: What, how: str = "") -> None:
        one = self._open.get(participant) or self._begin(participant, role)
        one.is_seated = True
        one.began_s = self._now_s()
        self._step(one, what, how)

    def _step(self, one: _Open, what: What, how: str = "") -> None:
        one.steps.append(CallStep(at=self._book.clock.unix_s(), what=what.value, how=how))
        if len(one.steps) > MAX_STEPS:
            del one.steps[MAX_STEPS // 2]
            self._book.counters.add("call_records_steps_dropped")
        if one.ended_at is None:
            self._write(one, every_s=WRITTEN_EVERY_S)

    def _write(self, one: _Open, *, every_s: float) -> None:
        if one.may_write:
            self._book.write(lambda: self._record(one), one.id, every_s=every_s)

    def _record(self, one: _Open) -> CallRecord:
        measured_s, rtt_sum, rtt_s = one.measured_s or 1.0, *one.rtt_s
        return CallRecord(
            id=one.id,
            room=self._room,
            participant=one.participant,
            role=one.role,
            began_at=one.began_at,
            ended_at=one.ended_at,
            end=one.end,
            path="" if one.path is None else one.path.value,
            phases={phase: round(seconds, 3) for phase, seconds in one.phases.items()},
            loss_up=round(one.loss_up_s / measured_s, 4),
            loss_down=round(one.loss_down_s / measured_s, 4),
            round_trip_ms=round(1_000 * rtt_sum / rtt_s) if rtt_s else None,
            longest_gap_s=round(one.longest_gap_s, 1),
            pictures_paused=one.pictures_paused,
            quality_s={quality.value: round(seconds) for quality, seconds in one.quality_s.items()},
            steps=tuple(one.steps),
        )

    def _now_s(self) -> float:
        return self._book.clock.monotonic_s()


def _measure(one: _Open, event: MediaQuality, quality: Quality) -> None:
    seconds = event.period_s
    one.measured_s += seconds
    one.loss_up_s += event.uplink_loss * seconds
    one.loss_down_s += event.downlink_loss * seconds
    if event.rtt_s is not None:
        one.rtt_s[0] += event.rtt_s * seconds
        one.rtt_s[1] += seconds
    one.quality_s[quality] = one.quality_s.get(quality, 0.0) + seconds
    if event.silent_s > GAP_S:
        one.longest_gap_s = max(one.longest_gap_s, event.silent_s)


def _log(record: CallRecord) -> None:
    """The call quality record; a row of it is in the store."""
    phases = record.phases
    logger.info(
        "call_ended room=%s participant=%s role=%s lasted_s=%d signal_s=%s ice_s=%s dtls_s=%s first_media_s=%s path=%s"
        " loss_up=%s loss_down=%s round_trip_ms=%s longest_gap_s=%s pictures_paused=%d good_s=%d weak_s=%d lost_s=%d"
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
        *(record.quality_s.get(quality.value, 0) for quality in Quality),
        sum(step.what == What.CAME_BACK for step in record.steps),
        record.end,
    )
