"""Builders for conferences: short words for long commands, and the view of one participant."""

from __future__ import annotations

from dataclasses import dataclass, field

from vdxmedia.conference import commands
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import Binding, BindingsChanged, Event, MediaChanged
from vdxmedia.conference.kinds import LeaveReason, Role, SlotKind, SourceKind
from vdxmedia.conference.media import BindSlot, Gate, Priority, SetGate, SetHears, SetSourceClasses
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId, SourceId

ALL = tuple(SourceKind)


def source_of(name: str, kind: SourceKind) -> SourceId:
    """Readable and unique: `a` has 97·10 + 1…4."""
    return SourceId(int.from_bytes(name.encode(), "big") * 10 + ALL.index(kind) + 1)


@dataclass
class Told:
    """A conference with all that it said, and what a relay would hold."""

    conference: Conference
    now: float = 0.0
    events: list[Event] = field(default_factory=list)
    bindings: dict[str, tuple[Binding, ...]] = field(default_factory=dict)
    relay: dict[tuple[str, SlotKind, int], tuple[SourceId | None, int]] = field(default_factory=dict)
    priorities: dict[tuple[str, int], Priority] = field(default_factory=dict)
    gates: dict[SourceId, bool] = field(default_factory=dict)
    floor_gates: dict[SourceId, bool] = field(default_factory=dict)
    """Open where nothing was said."""
    classes: dict[SourceId, int] = field(default_factory=dict)
    hears: dict[str, int] = field(default_factory=dict)

    def do(self, command: commands.Command) -> list[Event]:
        return self.take(self.conference.handle(command, self.now))

    def take(self, said: list[Event]) -> list[Event]:
        self.events += said
        for event in said:
            if isinstance(event, BindingsChanged):
                self.bindings[event.participant] = event.bindings
            elif isinstance(event, MediaChanged):
                for change in event.changes:
                    match change:
                        case BindSlot():
                            key = (str(change.participant), change.kind, change.index)
                            self.relay[key] = (change.source, change.max_layer)
                            if change.kind is SlotKind.VIDEO:
                                self.priorities[str(change.participant), change.index] = change.priority
                        case SetGate(gate=Gate.MUTE):
                            self.gates[change.source] = change.is_open
                        case SetGate(gate=Gate.FLOOR):
                            self.floor_gates[change.source] = change.is_open
                        case SetSourceClasses():
                            self.classes[change.source] = change.classes
                        case SetHears():
                            self.hears[change.participant] = change.classes
        return said

    def wait(self, seconds: float) -> list[Event]:
        """Lets time pass; every deadline is met when it is due."""
        end = self.now + seconds
        said: list[Event] = []
        while (deadline := self.conference.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            said += self.take(self.conference.handle_timeout(self.now))
            after = self.conference.deadline()
            assert after is None or after > deadline, "a deadline that was met must move"
        self.now = end
        return said

    # ── commands in short ─────────────────────────────────────────────────────────────────────────────────────────

    def join(
        self,
        name: str,
        *,
        role: Role = Role.GUEST,
        function: str = "",
        says_function_himself: bool = False,
        slots: int = 9,
        publish: tuple[SourceKind, ...] = ALL,
        subscribe: bool = True,
        media: bool = True,
        camera: bool = False,
        microphone: bool = False,
        told: bool = True,
    ) -> list[Event]:
        """`told`: that everybody will see him."""
        said = self.do(
            commands.Join(
                participant=ParticipantId(name),
                name=name.upper(),
                role=role,
                organisation="",
                function=function,
                says_function_himself=says_function_himself,
                publish={kind: source_of(name, kind) for kind in publish},
                can_subscribe=subscribe,
                video_slots=slots if subscribe else 0,
                knows_who_sees=told,
            )
        )
        if media:
            said += self.media(name, slots=slots)
        if camera:
            said += self.on(name, SourceKind.CAMERA)
        if microphone:
            said += self.on(name, SourceKind.MICROPHONE)
        return said

    def media(self, name: str, *, slots: int = 9, is_new: bool = True) -> list[Event]:
        return self.do(commands.MediaEstablished(ParticipantId(name), 3, 1, slots, is_new))

    def on(self, name: str, kind: SourceKind) -> list[Event]:
        return self.do(commands.SetSource(ParticipantId(name), kind, True))

    def off(self, name: str, kind: SourceKind) -> list[Event]:
        return self.do(commands.SetSource(ParticipantId(name), kind, False))

    def tile(self, name: str, index: int, height: int) -> list[Event]:
        return self.do(commands.SetTiles(ParticipantId(name), [commands.Tile(index, height * 16 // 9, height)]))

    def leave(self, name: str, reason: LeaveReason = LeaveReason.LEFT) -> list[Event]:
        return self.do(commands.Leave(ParticipantId(name), reason))

    def speak(self, *names: str) -> list[Event]:
        heard = [(source_of(name, SourceKind.MICROPHONE), 0.9 - i / 100) for i, name in enumerate(names)]
        return self.do(commands.SpeakersHeard(heard))

    # ── views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def places(self, viewer: str) -> dict[int, str]:
        """Video slot to whose it is; a screen has a `*`."""
        return {
            b.index: b.participant + ("*" if b.source_kind is SourceKind.SCREEN else "")
            for b in self.bindings.get(viewer, ())
            if b.kind is SlotKind.VIDEO and b.participant is not None
        }

    def pins(self, viewer: str) -> dict[int, str]:
        return {
            b.index: str(b.participant)
            for b in self.bindings.get(viewer, ())
            if b.kind is SlotKind.SPEAKER and b.participant is not None
        }

    def shown(self, viewer: str) -> dict[int, SourceId]:
        """Video slot to what the relay sends."""
        return {
            index: source
            for (who, kind, index), (source, _) in sorted(self.relay.items())
            if who == viewer and kind is SlotKind.VIDEO and source is not None
        }


def conference(**settings: object) -> Told:
    """Who is there is told at once, not in rounds."""
    return Told(Conference(RoomSettings(**settings), roster_round_s=0.0))  # type: ignore[arg-type]
