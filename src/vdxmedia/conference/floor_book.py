"""The book of one floor: its live requests, in their lines, and the record of every change.

Keeps what is true under any policy: a request is in one line or in none, positions have no gaps, the queue is in the
order of priority, each change has the next revision. Left out: who may be granted what and when (`floor`).
"""

from __future__ import annotations

from dataclasses import dataclass

from vdxmedia.conference.floor_request import (
    FloorChange,
    FloorHolder,
    FloorReason,
    FloorRequestId,
    FloorRulesChanged,
    FloorSnapshot,
    FloorState,
    FloorTransition,
    FloorWaiter,
    RequestStatus,
    StoredRequest,
)
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.errors import NotFound, Refused
from vdxmedia.ids import ParticipantId

WARNING_SHARE = 0.8
"""Of a turn, after which its end is announced (the issue's number)."""
RESTART_LEAP = 10_000
"""By how much revisions and request ids go on after a restart: more than can have been given out since the snapshot,
which is a second old at most. So a chair's click from before never means somebody else's request."""


@dataclass(slots=True, eq=False)
class BookedRequest:
    """Mutable; its line and status are the book's to change."""

    id: FloorRequestId
    participant: ParticipantId
    priority: int
    since_s: float
    """When it was asked; from the grant on, when the turn began."""
    status: RequestStatus = RequestStatus.PENDING
    ends_at_s: float | None = None
    """Of the turn; None: no limit, or no turn."""
    warns_at_s: float | None = None
    """When the end is to be announced; None: no end, or announced."""
    lost_at_s: float | None = None
    """Since when the participant is away."""

    def begin_turn(self, now_s: float, limit_s: int | None) -> None:
        self.since_s = now_s
        self.ends_at_s = self.warns_at_s = None
        if limit_s is not None:
            self.ends_at_s, self.warns_at_s = now_s + limit_s, now_s + WARNING_SHARE * limit_s

    def extend_to(self, ends_at_s: float, now_s: float) -> None:
        """Announces the end once more when that moment of the longer turn is still to come."""
        warns_at_s = self.since_s + WARNING_SHARE * (ends_at_s - self.since_s)
        if self.warns_at_s is not None or warns_at_s > now_s:
            self.warns_at_s = warns_at_s
        self.ends_at_s = ends_at_s


class FloorBook:
    """Task-safe: no; owned by its floor. `by` is who brought a change about, None when a rule did."""

    def __init__(self, *, rev: int = 0, last_request: int = 0) -> None:
        self.holders: list[BookedRequest] = []
        """In the order in which they were granted."""
        self.queue: list[BookedRequest] = []
        """Position 1 first."""
        self._rev = rev
        self._last_request = last_request
        self._live: dict[FloorRequestId, BookedRequest] = {}
        self._owned: dict[ParticipantId, BookedRequest] = {}
        self._changes: list[FloorChange] = []

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    def __len__(self) -> int:
        return len(self._live)

    def live(self) -> list[BookedRequest]:
        """In the order of asking; a list of its own."""
        return list(self._live.values())

    def owned_by(self, participant: ParticipantId) -> BookedRequest | None:
        return self._owned.get(participant)

    def find(self, request_id: FloorRequestId) -> BookedRequest:
        request = self._live.get(request_id)
        if request is None:
            raise NotFound("no such request is live at this floor", code="floor_request_unknown")
        return request

    def find_waiting(self, request_id: FloorRequestId) -> BookedRequest:
        request = self.find(request_id)
        if request.status is RequestStatus.GRANTED:
            raise Refused("this request has been granted already", code="floor_request_granted")
        return request

    def find_granted(self, request_id: FloorRequestId) -> BookedRequest:
        request = self.find(request_id)
        if request.status is not RequestStatus.GRANTED:
            raise Refused("this request waits: it does not hold the floor", code="floor_not_held")
        return request

    def position(self, request: BookedRequest) -> int | None:
        """From 1; None when it does not wait."""
        return self.queue.index(request) + 1 if request.status is RequestStatus.ACCEPTED else None

    def state(self, kind: FloorKind, rules: FloorRules) -> FloorState:
        return FloorState(
            kind=kind,
            rules=rules,
            rev=self._rev,
            holders=tuple(
                FloorHolder(one.id, one.participant, one.priority, one.since_s, one.ends_at_s) for one in self.holders
            ),
            queue=tuple(
                FloorWaiter(one.id, one.participant, one.priority, one.since_s, position)
                for position, one in enumerate(self.queue, 1)
            ),
        )

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, participant: ParticipantId, priority: int, now_s: float) -> BookedRequest:
        """A new request, pending: to be granted or accepted by the next call. The participant has no other."""
        self._last_request += 1
        request = BookedRequest(FloorRequestId(self._last_request), participant, priority, now_s)
        self._add(request)
        return request

    def accept(self, request: BookedRequest, reason: FloorReason, now_s: float, by: ParticipantId | None) -> None:
        """Behind all of its priority."""
        ahead = sum(1 for other in self.queue if other.priority >= request.priority)
        self.queue.insert(ahead, request)
        self._turn_into(request, RequestStatus.ACCEPTED, reason, now_s, by)

    def grant(
        self,
        request: BookedRequest,
        reason: FloorReason,
        now_s: float,
        by: ParticipantId | None,
        *,
        limit_s: int | None,
    ) -> None:
        """Begins a turn of `limit_s` seconds; None: without end."""
        if request.status is RequestStatus.ACCEPTED:
            self.queue.remove(request)
        self.holders.append(request)
        request.begin_turn(now_s, limit_s)
        self._turn_into(request, RequestStatus.GRANTED, reason, now_s, by)

    def end(
        self,
        request: BookedRequest,
        status: RequestStatus,
        reason: FloorReason,
        now_s: float,
        by: ParticipantId | None = None,
    ) -> None:
        """Into a terminal state, and out of the book."""
        (self.holders if request.status is RequestStatus.GRANTED else self.queue).remove(request)
        del self._live[request.id]
        del self._owned[request.participant]
        request.begin_turn(now_s, None)
        self._turn_into(request, status, reason, now_s, by)

    def move(self, request: BookedRequest, position: int, now_s: float, by: ParticipantId) -> None:
        """One that waits, to another place, the last at most; its priority comes as near as its neighbours allow."""
        others = [other for other in self.queue if other is not request]
        index = min(position - 1, len(others))
        if self.queue[index] is request:
            return
        if index > 0:
            request.priority = min(request.priority, others[index - 1].priority)
        if index < len(others):
            request.priority = max(request.priority, others[index].priority)
        others.insert(index, request)
        self.queue = others
        self.say(request, FloorReason.CHAIR, now_s, by)

    def say(self, request: BookedRequest, reason: FloorReason, now_s: float, by: ParticipantId | None = None) -> None:
        """Records that something about a request changed, but not its status."""
        self._record(request, request.status, reason, now_s, by)

    def say_rules(self, rules: FloorRules, now_s: float) -> None:
        self._rev += 1
        self._changes.append(FloorRulesChanged(rev=self._rev, at_s=now_s, rules=rules))

    def take(self) -> list[FloorChange]:
        """The changes since the last time."""
        changes, self._changes = self._changes, []
        return changes

    # ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, kind: FloorKind, rules: FloorRules, now_s: float) -> FloorSnapshot:
        return FloorSnapshot(
            kind=kind,
            rules=rules,
            rev=self._rev,
            last_request=self._last_request,
            holders=tuple(_stored(request, now_s) for request in self.holders),
            queue=tuple(_stored(request, now_s) for request in self.queue),
        )

    @classmethod
    def restore(cls, snapshot: FloorSnapshot, now_s: float) -> FloorBook:
        """Everybody is away since `now_s`."""
        book = cls(rev=snapshot.rev + RESTART_LEAP, last_request=snapshot.last_request + RESTART_LEAP)
        book.holders = [_booked(one, RequestStatus.GRANTED, now_s) for one in snapshot.holders]
        book.queue = [_booked(one, RequestStatus.ACCEPTED, now_s) for one in snapshot.queue]
        for request in sorted((*book.holders, *book.queue), key=lambda request: request.id):
            book._add(request)
        return book

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _add(self, request: BookedRequest) -> None:
        self._live[request.id] = self._owned[request.participant] = request

    def _turn_into(
        self,
        request: BookedRequest,
        status: RequestStatus,
        reason: FloorReason,
        now_s: float,
        by: ParticipantId | None,
    ) -> None:
        before, request.status = request.status, status
        self._record(request, before, reason, now_s, by)

    def _record(
        self,
        request: BookedRequest,
        before: RequestStatus,
        reason: FloorReason,
        now_s: float,
        by: ParticipantId | None,
    ) -> None:
        self._rev += 1
        self._changes.append(
            FloorTransition(
                rev=self._rev,
                at_s=now_s,
                request=request.id,
                participant=request.participant,
                before=before,
                after=request.status,
                reason=reason,
                by=by,
                priority=request.priority,
                since_s=request.since_s,
                position=self.position(request),
                ends_at_s=request.ends_at_s,
            )
        )


def _stored(request: BookedRequest, now_s: float) -> StoredRequest:
    """A turn that is over already has no time left: it ends with the first look after the restart."""
    return StoredRequest(
        request=request.id,
        participant=request.participant,
        priority=request.priority,
        for_s=now_s - request.since_s,
        remaining_s=None if request.ends_at_s is None else max(request.ends_at_s - now_s, 0.0),
        warns_in_s=None if request.warns_at_s is None else max(request.warns_at_s - now_s, 0.0),
    )


def _booked(stored: StoredRequest, status: RequestStatus, now_s: float) -> BookedRequest:
    return BookedRequest(
        id=stored.request,
        participant=stored.participant,
        priority=stored.priority,
        since_s=now_s - stored.for_s,
        status=status,
        ends_at_s=None if stored.remaining_s is None else now_s + stored.remaining_s,
        warns_at_s=None if stored.warns_in_s is None else now_s + stored.warns_in_s,
        lost_at_s=now_s,
    )
