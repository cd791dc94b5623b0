"""Values of floor control: the states of a request, each change of a floor, and the whole floor at one moment.

The words are those of BFCP (RFC 8855): a *floor request* has a priority (§5.2.4), a status and, while it waits, a
position in the queue (§5.2.5). Left out: BFCP's wire format, requests for several floors at once, and requests on
behalf of somebody else.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NewType

import msgspec

from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.ids import ParticipantId

FloorRequestId = NewType("FloorRequestId", int)
"""One request at one floor of one conference: counts up, never reused, also not after a restart."""


class RequestStatus(StrEnum):
    """RFC 8855 §5.2.5. The last four are terminal."""

    PENDING = "pending"
    """Asked, not yet answered: how every request is born. The floor answers at once, so none stays so."""
    ACCEPTED = "accepted"
    """Waits, at a position."""
    GRANTED = "granted"
    """Holds the floor."""
    DENIED = "denied"
    """Ended by the chair or by a rule before it was granted."""
    CANCELLED = "cancelled"
    """Ended before it was granted, by its owner or because the owner is gone."""
    RELEASED = "released"
    """The holder gave the floor back."""
    REVOKED = "revoked"
    """The floor was taken from the holder."""

    @property
    def is_terminal(self) -> bool:
        return self not in (RequestStatus.PENDING, RequestStatus.ACCEPTED, RequestStatus.GRANTED)


class Priority(IntEnum):
    """RFC 8855 §5.2.4. A higher one goes before all lower ones."""

    LOWEST = 0
    LOW = 1
    NORMAL = 2
    HIGH = 3
    HIGHEST = 4


class FloorReason(StrEnum):
    """Why a request changed."""

    OWNER = "owner"
    """Its owner asked, cancelled or released."""
    CHAIR = "chair"
    """The chair granted, denied, revoked or moved it."""
    CLEARED = "cleared"
    """The chair denied all that waited."""
    PREEMPTED = "preempted"
    """The chair gave the place to somebody else."""
    TURN_CAME = "turnCame"
    """It was next in `queue`."""
    TURN_EXTENDED = "turnExtended"
    TURN_WARNING = "turnWarning"
    """80 % of the turn is over."""
    TIME_UP = "timeUp"
    RULES = "rules"
    """The policy, the number of holders or the length of turns was changed."""
    LEFT = "left"
    LOST = "lost"
    """The connection did not come back in time."""


class FloorTransition(msgspec.Struct, frozen=True, kw_only=True, tag="transition"):
    """One request became something else, or something about it changed (`before` is `after` then)."""

    rev: int
    """One more than the change before."""
    at_s: float
    """Monotonic seconds, as all times here."""
    request: FloorRequestId
    participant: ParticipantId
    """Whose request it is."""
    before: RequestStatus
    after: RequestStatus
    reason: FloorReason
    by: ParticipantId | None
    """Who brought it about; None: a rule did."""
    priority: int
    since_s: float
    """Accepted: when it was asked; granted: when the turn began; else `at_s`."""
    position: int | None = None
    """Accepted: the place it takes, from 1; who stood there or behind moves back by one."""
    ends_at_s: float | None = None
    """Granted: when the turn is over; None: no limit."""


class FloorRulesChanged(msgspec.Struct, frozen=True, kw_only=True, tag="rules"):
    """What follows from it for the requests comes next, as transitions."""

    rev: int
    at_s: float
    rules: FloorRules


FloorChange = FloorTransition | FloorRulesChanged


class FloorHolder(msgspec.Struct, frozen=True):
    request: FloorRequestId
    participant: ParticipantId
    priority: int
    since_s: float
    """When the turn began."""
    ends_at_s: float | None


class FloorWaiter(msgspec.Struct, frozen=True):
    request: FloorRequestId
    participant: ParticipantId
    priority: int
    since_s: float
    """When the floor was asked for."""
    position: int
    """1 is next; without gaps."""


class FloorState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole floor at one moment: what folding all changes gives (`floor_replay`)."""

    kind: FloorKind
    rules: FloorRules
    rev: int = 0
    """Of the last change."""
    holders: tuple[FloorHolder, ...] = ()
    """In the order in which they got it."""
    queue: tuple[FloorWaiter, ...] = ()
    """In the order in which it comes to them: by priority, then by when they were accepted."""


class StoredRequest(msgspec.Struct, frozen=True):
    """A live request without absolute times, which mean nothing after a restart."""

    request: FloorRequestId
    participant: ParticipantId
    priority: int
    for_s: float
    """How long it had waited, or how much of the turn was over."""
    remaining_s: float | None = None
    """Of the turn; None: no limit, or it waits."""
    warns_in_s: float | None = None
    """Until the end is announced; None: no limit, or announced."""


class FloorSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What the store keeps of a floor."""

    kind: FloorKind
    rules: FloorRules
    rev: int
    last_request: int
    holders: tuple[StoredRequest, ...] = ()
    queue: tuple[StoredRequest, ...] = ()
