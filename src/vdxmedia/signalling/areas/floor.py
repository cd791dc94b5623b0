"""Floor control: who may be heard and who may share a screen, in the words of BFCP (RFC 8855)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import floor_asked, floor_commands
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor_commands import MAX_COMMAND_ID_CHARS
from vdxmedia.conference.floor_request import FloorReason as FloorReason
from vdxmedia.conference.floor_request import FloorRequestId
from vdxmedia.conference.floor_request import RequestStatus as RequestStatus
from vdxmedia.conference.floor_rules import FloorKind as FloorKind
from vdxmedia.conference.settings import MAX_TURN_S
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire

CommandId = Annotated[str, Meta(max_length=MAX_COMMAND_ID_CHARS)]
"""The client's own name for a command. The same command with the same id again, as after a connection broke before the
answer came, is carried out once and answered the same. Empty: none."""
MAX_POSITION = 10_000


class RequestFloor(Wire, frozen=True, kw_only=True, tag="requestFloor"):
    """Ask for the floor. Who has a request already keeps it."""

    floor: FloorKind = FloorKind.SPEECH
    signs: bool = False
    """"I speak in sign language": all are told, and the picture is shown big with the grant."""
    priority: Annotated[int, Meta(ge=0, le=4)] = 2
    """Another than 2 is for hosts."""
    command_id: CommandId = ""


class ReleaseFloor(Wire, frozen=True, kw_only=True, tag="releaseFloor"):
    """Take the own request back, or give the floor back."""

    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class GrantFloor(Wire, frozen=True, kw_only=True, tag="grantFloor"):
    """A host gives the floor to somebody who waits, also out of order."""

    request: int
    """As told by `floor`."""
    preempts: bool = False
    """When all places are taken: take the one that was given first. False: refused with `floor_taken`."""
    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class DenyFloor(Wire, frozen=True, kw_only=True, tag="denyFloor"):
    request: int
    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class RevokeFloor(Wire, frozen=True, kw_only=True, tag="revokeFloor"):
    """A host takes the floor from somebody. Once the relay has the command, no packet of it leaves the server."""

    request: int
    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class MoveFloor(Wire, frozen=True, kw_only=True, tag="moveFloor"):
    """A host puts somebody who waits at another place."""

    request: int
    position: Annotated[int, Meta(ge=1, le=MAX_POSITION)]
    """From 1; beyond the end: the last."""
    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class ClearFloor(Wire, frozen=True, kw_only=True, tag="clearFloor"):
    """A host denies all that wait."""

    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class ExtendTurn(Wire, frozen=True, kw_only=True, tag="extendTurn"):
    """A host lets a turn last longer."""

    request: int
    seconds: Annotated[int, Meta(ge=1, le=MAX_TURN_S)]
    floor: FloorKind = FloorKind.SPEECH
    command_id: CommandId = ""


class FloorPlace(Wire, frozen=True):
    participant_id: Id
    signs: bool
    since: float
    """Unix seconds: when the turn began, or the floor was asked for."""
    ends_at: float | None
    """Of a turn; null: no limit, or it waits."""
    request: int | None
    """For hosts; null for guests."""


class FloorState(Wire, frozen=True):
    policy: FloorPolicy
    """The one that holds: `moderated` is `hands` after the last host has left."""
    holders: list[FloorPlace]
    queue: list[FloorPlace]
    """The first 20 for guests, 100 for hosts. Empty for guests who may not know of others."""
    waiting: int
    """How many wait, as far as this client may know."""


class Floor(Wire, frozen=True, tag="floor"):
    """Who has the floors and who waits, as far as this client may know of them."""

    speech: FloorState
    screen: FloorState


class OwnPlace(Wire, frozen=True):
    may_send: bool
    """Whether the server lets the microphone, or the screen, through. False: what is sent is dropped."""
    status: RequestStatus | None
    """Of this client's last request; null: none, or given up by itself."""
    reason: FloorReason | None
    """Why it ended."""
    position: int | None
    """While it waits; null where it may not be known."""
    ends_at: float | None
    """Of the turn, in Unix seconds."""
    is_ending: bool
    """80 % of the turn is over."""
    signs: bool


class OwnFloor(Wire, frozen=True, tag="ownFloor"):
    """How this client stands itself."""

    speech: OwnPlace
    screen: OwnPlace
    closed_microphone: int
    """How often the end of control closed its microphone, so that nobody is heard by surprise: when it rises, close the
    device too."""


Command = RequestFloor | ReleaseFloor | GrantFloor | DenyFloor | RevokeFloor | MoveFloor | ClearFloor | ExtendTurn
Told = Floor | OwnFloor


def _place(told: floor_asked.FloorPlace) -> FloorPlace:
    return FloorPlace(
        participant_id=told.participant,
        signs=told.signs,
        since=told.since_unix_s,
        ends_at=told.ends_at_unix_s,
        request=told.request,
    )


def _state(told: floor_asked.FloorTold) -> FloorState:
    return FloorState(
        policy=told.policy,
        holders=[_place(one) for one in told.holders],
        queue=[_place(one) for one in told.queue],
        waiting=told.waiting,
    )


def _own(told: floor_asked.OwnPlace) -> OwnPlace:
    return OwnPlace(
        may_send=told.may_send,
        status=told.status,
        reason=told.reason,
        position=told.position,
        ends_at=told.ends_at_unix_s,
        is_ending=told.is_ending,
        signs=told.signs,
    )


def _own_floor(_: RoomId, told: floor_asked.OwnFloorDocument) -> OwnFloor:
    return OwnFloor(speech=_own(told.speech), screen=_own(told.screen), closed_microphone=told.closed_microphone)


def _request(message: RequestFloor, asking: ParticipantId) -> floor_asked.AskForFloor:
    command = floor_commands.RequestFloor(
        by=asking, floor=message.floor, command_id=message.command_id, priority=message.priority
    )
    return floor_asked.AskForFloor(asking, command, message.signs)


def _release(message: ReleaseFloor, asking: ParticipantId) -> floor_asked.GiveFloorBack:
    command = floor_commands.ReleaseFloor(by=asking, floor=message.floor, command_id=message.command_id)
    return floor_asked.GiveFloorBack(asking, command)


def _grant(message: GrantFloor, asking: ParticipantId) -> floor_asked.GrantTheFloor:
    command = floor_commands.GrantFloor(
        by=asking,
        request=FloorRequestId(message.request),
        preempts=message.preempts,
        floor=message.floor,
        command_id=message.command_id,
    )
    return floor_asked.GrantTheFloor(asking, command)


def _deny(message: DenyFloor, asking: ParticipantId) -> floor_asked.DenyTheFloor:
    command = floor_commands.DenyFloorRequest(
        by=asking, request=FloorRequestId(message.request), floor=message.floor, command_id=message.command_id
    )
    return floor_asked.DenyTheFloor(asking, command)


def _revoke(message: RevokeFloor, asking: ParticipantId) -> floor_asked.RevokeTheFloor:
    command = floor_commands.RevokeFloor(
        by=asking, request=FloorRequestId(message.request), floor=message.floor, command_id=message.command_id
    )
    return floor_asked.RevokeTheFloor(asking, command)


def _move(message: MoveFloor, asking: ParticipantId) -> floor_asked.MoveInQueue:
    command = floor_commands.MoveFloorRequest(
        by=asking,
        request=FloorRequestId(message.request),
        position=message.position,
        floor=message.floor,
        command_id=message.command_id,
    )
    return floor_asked.MoveInQueue(asking, command)


def _clear(message: ClearFloor, asking: ParticipantId) -> floor_asked.ClearQueue:
    command = floor_commands.ClearFloorQueue(by=asking, floor=message.floor, command_id=message.command_id)
    return floor_asked.ClearQueue(asking, command)


def _extend(message: ExtendTurn, asking: ParticipantId) -> floor_asked.ExtendTheTurn:
    command = floor_commands.ExtendTurn(
        by=asking,
        request=FloorRequestId(message.request),
        seconds=message.seconds,
        floor=message.floor,
        command_id=message.command_id,
    )
    return floor_asked.ExtendTheTurn(asking, command)


def _floor(_: RoomId, told: floor_asked.FloorDocument) -> Wire:
    return Floor(speech=_state(told.speech), screen=_state(told.screen))


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    RequestFloor: ((1.0, 5.0), _request),
    ReleaseFloor: ((1.0, 5.0), _release),
    GrantFloor: ((5.0, 20.0), _grant),
    DenyFloor: ((5.0, 20.0), _deny),
    RevokeFloor: ((5.0, 20.0), _revoke),
    MoveFloor: ((10.0, 30.0), _move),
    ClearFloor: ((1.0, 5.0), _clear),
    ExtendTurn: ((2.0, 10.0), _extend),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {
    floor_asked.FloorDocument: (Floor, _floor),
    floor_asked.OwnFloorDocument: (OwnFloor, _own_floor),
}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "floor_not_controlled": "The policy is `free`: nobody needs the floor.",
    "floor_not_held": "This request does not hold the floor; or the client has none to give back.",
    "floor_request_unknown": "The request has ended, or there was none. `floor` tells how it stands.",
    "floor_request_granted": "The request has been granted already.",
    "floor_taken": "All places are taken: revoke one, or send `preempts`.",
    "floor_turn_unlimited": "This turn has no end.",
    "floor_queue_full": "The server's bound of live requests, twice the largest room.",
    "screen_floor_needed": "Sharing a screen needs its floor here: `requestFloor` with `screen`.",
    "command_id_reused": "The `commandId` was another command's. A fault of the client.",
}
