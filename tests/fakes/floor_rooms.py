"""A conference with floor control, with short words for what people ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.conferences import Told, source_of
from vdxmedia.conference import commands, floor_asked
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import DocumentChanged, Event
from vdxmedia.conference.floor_asked import FloorDocument, FloorTold, OwnFloorDocument, OwnPlace
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
from vdxmedia.conference.floor_request import FloorRequestId, Priority
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId

SPEECH, SCREEN = FloorKind.SPEECH, FloorKind.SCREEN


@dataclass
class FloorRoom(Told):
    """`h` is a host; everybody's microphone is on."""

    heard: dict[str, list[tuple[float, FloorDocument | OwnFloorDocument]]] = field(default_factory=dict)
    """Of the floor, by reader, after the snapshot; and when."""

    def take(self, said: list[Event]) -> list[Event]:
        for event in said:
            if isinstance(event, DocumentChanged) and isinstance(event.document, FloorDocument | OwnFloorDocument):
                for reader in event.to:
                    self.heard.setdefault(str(reader), []).append((self.now, event.document))
        return super().take(said)

    def rules(self, **settings: object) -> None:
        self.do(commands.ChangeSettings(RoomSettings(**settings), None, None))  # type: ignore[arg-type]

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(
        self,
        name: str,
        floor: FloorKind = SPEECH,
        *,
        signs: bool = False,
        priority: int = Priority.NORMAL,
        command_id: str = "",
    ) -> None:
        who = ParticipantId(name)
        command = RequestFloor(by=who, floor=floor, priority=priority, command_id=command_id)
        self.do(floor_asked.AskForFloor(who, command, signs))

    def release(self, name: str, floor: FloorKind = SPEECH) -> None:
        who = ParticipantId(name)
        self.do(floor_asked.GiveFloorBack(who, ReleaseFloor(by=who, floor=floor)))

    def grant(self, name: str, floor: FloorKind = SPEECH, *, by: str = "h", preempts: bool = False) -> None:
        request, who = self.request_of(name, floor), ParticipantId(by)
        self.do(floor_asked.GrantTheFloor(who, GrantFloor(by=who, request=request, floor=floor, preempts=preempts)))

    def deny(self, name: str, floor: FloorKind = SPEECH, *, by: str = "h") -> None:
        request, who = self.request_of(name, floor), ParticipantId(by)
        self.do(floor_asked.DenyTheFloor(who, DenyFloorRequest(by=who, request=request, floor=floor)))

    def revoke(self, name: str, floor: FloorKind = SPEECH, *, by: str = "h") -> None:
        request, who = self.request_of(name, floor), ParticipantId(by)
        self.do(floor_asked.RevokeTheFloor(who, RevokeFloor(by=who, request=request, floor=floor)))

    def move(self, name: str, position: int, *, by: str = "h") -> None:
        request, who = self.request_of(name), ParticipantId(by)
        self.do(floor_asked.MoveInQueue(who, MoveFloorRequest(by=who, request=request, position=position)))

    def clear(self, *, by: str = "h") -> None:
        who = ParticipantId(by)
        self.do(floor_asked.ClearQueue(who, ClearFloorQueue(by=who)))

    def extend(self, name: str, seconds: int, *, by: str = "h") -> None:
        request, who = self.request_of(name), ParticipantId(by)
        self.do(floor_asked.ExtendTheTurn(who, ExtendTurn(by=who, request=request, seconds=seconds)))

    # ── what is seen ──────────────────────────────────────────────────────────────────────────────────────────────

    def floor(self, reader: str, floor: FloorKind = SPEECH) -> FloorTold:
        (found,) = [one for one in self._documents(reader) if isinstance(one, FloorDocument)]
        return found.speech if floor is SPEECH else found.screen

    def own_all(self, reader: str) -> OwnFloorDocument:
        (found,) = [one for one in self._documents(reader) if isinstance(one, OwnFloorDocument)]
        return found

    def own(self, reader: str, floor: FloorKind = SPEECH) -> OwnPlace:
        found = self.own_all(reader)
        return found.speech if floor is SPEECH else found.screen

    def holders(self, reader: str = "h", floor: FloorKind = SPEECH) -> str:
        return "".join(place.participant for place in self.floor(reader, floor).holders)

    def queue(self, reader: str = "h", floor: FloorKind = SPEECH) -> str:
        return "".join(place.participant for place in self.floor(reader, floor).queue)

    def request_of(self, name: str, floor: FloorKind = SPEECH) -> FloorRequestId:
        """As a host is told."""
        told = self.floor("h", floor)
        (request,) = [one.request for one in (*told.holders, *told.queue) if one.participant == name]
        assert request is not None
        return request

    def passes(self, name: str, kind: SourceKind = SourceKind.MICROPHONE) -> bool:
        """Whether the relay lets the source through, as far as its gates go."""
        source = source_of(name, kind)
        return self.gates[source] and self.floor_gates.get(source, True)

    def is_on(self, name: str, kind: SourceKind = SourceKind.MICROPHONE) -> bool:
        return self.conference.is_active(ParticipantId(name), kind)

    def _documents(self, reader: str) -> tuple[object, ...]:
        return self.conference.snapshot(ParticipantId(reader)).documents


def floor_room(guests: str = "abc", **settings: object) -> FloorRoom:
    room = FloorRoom(Conference(RoomSettings(**settings), roster_round_s=0.0))  # type: ignore[arg-type]
    room.join("h", role=Role.HOST, camera=True, microphone=True)
    for name in guests:
        room.join(name, camera=True, microphone=True)
    return room
