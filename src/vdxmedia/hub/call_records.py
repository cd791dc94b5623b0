"""The record of each participant's call: how he came in, on what path, how well it went, how it ended. Nobody's name.

    a join → steps with their times → what was measured → the end → one log line `call_ended`, and one row in the store

It is made of ids, roles and words of closed lists, so it says nothing of who somebody is; `vdxmedia explain` tells it.
Who could not join is a record too, also where nobody was in the room. Left out: what one record holds
(`open_record.py`), the words of the story (`call_story.py`), and deciding anything.

Bounds: `MAX_REFUSED` refusals of one conference, `AWAY_PER_S` of people without a good token; `ROWS_PER_S` rows of the
whole server. What is beyond is counted. The store's own bound is in `store.call_records`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from vdxmedia.clock import Clock, next_beat_s
from vdxmedia.conference.events import WaiterAdmitted, WaiterGone, WaiterRefused, WaiterTold
from vdxmedia.conference.kinds import LeaveReason, Quality
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.hub.open_record import OpenRecord, What, log_ended
from vdxmedia.hub.ports import (
    CallRecord,
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

MAX_REFUSED = 200
ROWS_PER_S, ROWS_AT_ONCE = 20.0, 5_000.0
"""Some 1.7 million a day at most; the national day has 20,000 people."""
AWAY_PER_S, AWAY_AT_ONCE = 5.0, 500.0
"""Refusals that anybody can bring about who knows a room's address."""
WRITTEN_EVERY_S = 10.0
"""Of those who are there: so that a story can be told while it goes on, and after a crash. In one transaction: one for
each would be all that Python does in a calm call."""
ENDS_WRITTEN_EVERY_S = 1.0
FIRST_MEDIA_WITHIN_S = 10.0
"""Whose first packet comes later had his microphone off: that is no delay."""
MAX_PROBLEMS = 50
"""Kept for the operator's page, the latest."""
MAX_WAITING = 20_000
"""Things in the outbox; then no further record is put there."""


class RecentProblem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an operator may want to see soon."""

    at: float
    """Unix seconds."""
    what: str
    how: str
    room: str
    """Short; empty: of no room."""


class CallRecords:
    """Of all conferences. Event loop only."""

    def __init__(self, clock: Clock, metrics: Metrics, counters: Counters, outbox: StoreOutbox | None) -> None:
        self.clock = clock
        self.metrics = metrics
        self.counters = counters
        self._outbox = outbox
        self._rows = TokenBucket(ROWS_PER_S, ROWS_AT_ONCE, clock.monotonic_s())
        self._away = TokenBucket(AWAY_PER_S, AWAY_AT_ONCE, clock.monotonic_s())
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
        self._keep_refused(room, role, code)

    def turned_away(self, room: RoomId, role: str, code: str) -> None:
        """Somebody came to a room's door without what opens it: a token that is over or not ours, a wrong PIN. `role`:
        empty where nothing good says it."""
        if self._away.take(self.clock.monotonic_s()) > 0:
            self.counters.add("call_records_refusals_dropped")
            return
        self._keep_refused(room, role, code)

    def _keep_refused(self, room: RoomId, role: str, code: str) -> None:
        live = self._live.get(room)
        if live is not None:
            live.refused(role, code)
        elif self.may_begin_row():
            record = self.refusal(role, code).record(room)
            self.write(lambda: record, record.id, every_s=ENDS_WRITTEN_EVERY_S)

    def refusal(self, role: str, code: str) -> OpenRecord:
        """The whole record of somebody who did not come in."""
        clock = self.clock
        one = OpenRecord(new_participant_id(), new_participant_id(), role, clock.monotonic_s(), clock.unix_s())
        one.add_step(one.began_at, What.REFUSED, code)
        one.ended_at, one.end = one.began_at, What.REFUSED
        return one

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
        self._open: dict[ParticipantId, OpenRecord] = {}
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
        one = self._book.refusal(role, code)
        one.may_write = self._book.may_begin_row()
        self._write(one, every_s=ENDS_WRITTEN_EVERY_S)

    def media_refused(self, participant: ParticipantId, code: str) -> None:
        """An offer was not taken: who is in the call has neither sound nor picture."""
        self._book.note(What.MEDIA_REFUSED, code, self._room)
        one = self._open.get(participant)
        if one is not None:
            self._step(one, What.MEDIA_REFUSED, code)

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
                    one.measure(event, quality)
            case MediaConnected():
                self._connected(one)
            case MediaLost():
                self._lost(one, event.reason)
            case MediaStep():
                self._take_step(one, event)
            case SlotPaused():
                one.pictures_given_up += event.is_given_up
                one.pictures_paused += event.is_paused and not event.is_given_up

    def transport_of(self, participant: ParticipantId) -> Transport | None:
        """Of a media connection that is there."""
        one = self._open.get(participant)
        return one.path if one is not None and one.is_connected else None

    def _connected(self, one: OpenRecord) -> None:
        if one.is_connecting_again:
            self._book.metrics.reconnects.labels("full", "done").inc()
        else:
            self._phase(one, "dtls")
        one.is_connected = one.was_connected = True
        one.is_connecting_again = False
        self._step(one, What.CONNECTED)

    def _lost(self, one: OpenRecord, reason: str) -> None:
        if one.is_connecting_again and not one.is_connected:
            self._book.metrics.reconnects.labels("full", "failed").inc()
        one.is_connecting_again = one.was_connected
        one.is_connected = False
        self._step(one, What.MEDIA_LOST, reason)
        if reason != "closed":
            self._book.note(What.MEDIA_LOST, reason, self._room)

    def _take_step(self, one: OpenRecord, event: MediaStep) -> None:
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

    def _phase(self, one: OpenRecord, phase: str) -> None:
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
        return tuple(one.record(self._room) for one in self._open.values())

    def _end(self, participant: ParticipantId, reason: str) -> None:
        one = self._open.pop(participant, None)
        if one is None:
            return
        one.ended_at, one.end = self._book.clock.unix_s(), reason
        self._step(one, What.ENDED, reason)
        record = one.record(self._room)
        log_ended(record)
        if one.is_seated and not one.was_connected and record.lasted_s > FIRST_MEDIA_WITHIN_S:
            self._book.note("noMedia", reason, self._room)
        self._write(one, every_s=ENDS_WRITTEN_EVERY_S)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, participant: ParticipantId, role: str) -> OpenRecord:
        one = self._open[participant] = self._make(participant, role)
        return one

    def _make(self, participant: ParticipantId, role: str) -> OpenRecord:
        clock, record_id = self._book.clock, new_participant_id()
        one = OpenRecord(record_id, participant, role, clock.monotonic_s(), clock.unix_s())
        one.may_write = self._book.may_begin_row()
        return one

    def _seat(self, participant: ParticipantId, role: str, what: What, how: str = "") -> None:
        one = self._open.get(participant) or self._begin(participant, role)
        one.is_seated = True
        one.began_s = self._now_s()
        self._step(one, what, how)

    def _step(self, one: OpenRecord, what: What, how: str = "") -> None:
        if not one.add_step(self._book.clock.unix_s(), what, how):
            self._book.counters.add("call_records_steps_dropped")
        if one.ended_at is None:
            self._write(one, every_s=WRITTEN_EVERY_S)

    def _write(self, one: OpenRecord, *, every_s: float) -> None:
        if one.may_write:
            self._book.write(lambda: one.record(self._room), one.id, every_s=every_s)

    def _now_s(self) -> float:
        return self._book.clock.monotonic_s()
