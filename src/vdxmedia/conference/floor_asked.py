"""What people ask of the floors, with the right that each command needs; and what they are told of them.

The commands themselves are the floor's (`floor_commands`); here stands who may give them. Request ids are for hosts:
they count all requests of the room, which is more than a guest may know.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.documents import Document
from vdxmedia.conference.floor_commands import (
    ClearFloorQueue,
    DenyFloorRequest,
    ExtendTurn,
    GrantFloor,
    MoveFloorRequest,
    ReleaseFloor,
    RequestFloor,
    RevokeFloor,
)
from vdxmedia.conference.floor_request import FloorReason, FloorRequestId, RequestStatus
from vdxmedia.ids import ParticipantId


class AskForFloor(Asked, frozen=True):
    """Whatever `command.by` says here and below, `participant` asks."""

    command: RequestFloor
    signs: bool = False
    """"I speak in sign language": told to all beside the request, and shown big when it is granted."""


class GiveFloorBack(Asked, frozen=True):
    command: ReleaseFloor


class GrantTheFloor(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: GrantFloor


class DenyTheFloor(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: DenyFloorRequest


class RevokeTheFloor(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: RevokeFloor


class MoveInQueue(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: MoveFloorRequest


class ClearQueue(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: ClearFloorQueue


class ExtendTheTurn(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    command: ExtendTurn


FloorAsked = (
    AskForFloor
    | GiveFloorBack
    | GrantTheFloor
    | DenyTheFloor
    | RevokeTheFloor
    | MoveInQueue
    | ClearQueue
    | ExtendTheTurn
)
ALL_ASKED: tuple[type[Asked], ...] = (
    AskForFloor,
    GiveFloorBack,
    GrantTheFloor,
    DenyTheFloor,
    RevokeTheFloor,
    MoveInQueue,
    ClearQueue,
    ExtendTheTurn,
)


class FloorPlace(msgspec.Struct, frozen=True):
    """Somebody who has the floor, or waits for it."""

    participant: ParticipantId
    signs: bool
    since_unix_s: float
    """When the turn began, or the floor was asked for."""
    ends_at_unix_s: float | None = None
    """Of a turn; None: no limit, or it waits."""
    request: FloorRequestId | None = None
    """For hosts only."""


class FloorTold(msgspec.Struct, frozen=True):
    """One floor, as far as the reader may know."""

    policy: FloorPolicy
    """The one that holds: `moderated` without any host left is `hands`."""
    holders: tuple[FloorPlace, ...]
    """In the order in which they got it."""
    queue: tuple[FloorPlace, ...]
    """Next one first; perhaps only the beginning of it."""
    waiting: int
    """How long the queue is."""


class FloorDocument(Document, frozen=True):
    speech: FloorTold
    screen: FloorTold


class OwnPlace(msgspec.Struct, frozen=True):
    """How one stands himself at one floor."""

    may_send: bool
    """The relay lets his microphone, or his screen, through."""
    status: RequestStatus | None = None
    """Of his last request, unless he gave it up himself; None: none."""
    reason: FloorReason | None = None
    """Why it ended."""
    position: int | None = None
    """While it waits, among those he may know; None: not to be told."""
    ends_at_unix_s: float | None = None
    is_ending: bool = False
    """80 % of the turn is over."""
    signs: bool = False


class OwnFloorDocument(Document, frozen=True):
    speech: OwnPlace
    screen: OwnPlace
    closed_microphone: int = 0
    """How often his microphone was closed because a rule opened the way for it: when it rises, close the device."""
