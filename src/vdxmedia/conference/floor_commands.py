"""What can be asked of a floor, as values; `Floor.handle` takes them with the time and gives a `FloorOutcome`.

A participant has one live request per floor at most. Whether somebody is a chair is the caller's to check:
`CHAIR_COMMANDS`, and a `RequestFloor` with a priority other than normal, are for chairs only.

`command_id` is chosen by the client, one per command and perhaps empty. The same command with the same id again, as
after a connection broke before the answer came, gives the same answer and changes nothing.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.floor_request import FloorChange, FloorRequestId, Priority, RequestStatus
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.conference.settings import MAX_TURN_S
from vdxmedia.errors import BadField
from vdxmedia.ids import ParticipantId

MAX_COMMAND_ID_CHARS = 64
"""A UUID has 36."""


class RequestFloor(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for the floor. Who has a live request already is told how that stands."""

    by: ParticipantId
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""
    priority: int = Priority.NORMAL


class ReleaseFloor(msgspec.Struct, frozen=True, kw_only=True):
    """Give up the own request: cancelled while it waits, released when it was granted (RFC 8855 §5.3.2). One command
    for both, since a grant may cross it on the way."""

    by: ParticipantId
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class GrantFloor(msgspec.Struct, frozen=True, kw_only=True):
    """Give the floor to somebody who waits, also out of order."""

    by: ParticipantId
    request: FloorRequestId
    preempts: bool = False
    """When all places are taken: take the one that was given first. False: refused with `floor_taken`."""
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class DenyFloorRequest(msgspec.Struct, frozen=True, kw_only=True):
    by: ParticipantId
    request: FloorRequestId
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class RevokeFloor(msgspec.Struct, frozen=True, kw_only=True):
    by: ParticipantId
    request: FloorRequestId
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class MoveFloorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Put somebody who waits at another place. The request takes on a priority that fits there: as near to its own as
    its new neighbours allow."""

    by: ParticipantId
    request: FloorRequestId
    position: int
    """From 1; beyond the end: the last."""
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class ClearFloorQueue(msgspec.Struct, frozen=True, kw_only=True):
    """Deny all that wait. Who holds the floor keeps it."""

    by: ParticipantId
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


class ExtendTurn(msgspec.Struct, frozen=True, kw_only=True):
    """Let a turn last longer; at most `MAX_TURN_S` from now."""

    by: ParticipantId
    request: FloorRequestId
    seconds: int
    floor: FloorKind = FloorKind.SPEECH
    command_id: str = ""


FloorCommand = (
    RequestFloor
    | ReleaseFloor
    | GrantFloor
    | DenyFloorRequest
    | RevokeFloor
    | MoveFloorRequest
    | ClearFloorQueue
    | ExtendTurn
)
CHAIR_COMMANDS = (GrantFloor, DenyFloorRequest, RevokeFloor, MoveFloorRequest, ClearFloorQueue, ExtendTurn)


class FloorAnswer(msgspec.Struct, frozen=True):
    """How the request that the command was about stands now."""

    request: FloorRequestId | None = None
    """None: the command was about no single request."""
    status: RequestStatus | None = None
    position: int | None = None
    """While it waits."""


class FloorOutcome(msgspec.Struct, frozen=True):
    answer: FloorAnswer
    changes: tuple[FloorChange, ...]
    """Empty when the command changed nothing."""


def check_command(command: FloorCommand) -> None:
    """Raises: BadField for a value that no floor would take."""
    if len(command.command_id) > MAX_COMMAND_ID_CHARS:
        raise BadField(f"at most {MAX_COMMAND_ID_CHARS} characters", field="$.commandId")
    if isinstance(command, RequestFloor) and not Priority.LOWEST <= command.priority <= Priority.HIGHEST:
        raise BadField(f"between {Priority.LOWEST:d} and {Priority.HIGHEST:d}", field="$.priority")
    if isinstance(command, MoveFloorRequest) and command.position < 1:
        raise BadField("1 is the first", field="$.position")
    if isinstance(command, ExtendTurn) and not 1 <= command.seconds <= MAX_TURN_S:
        raise BadField(f"between 1 and {MAX_TURN_S} seconds", field="$.seconds")
