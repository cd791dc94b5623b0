"""Two hundred people and all desks: they come, go, wait, ask for anything, are muted, hidden, grouped and given the
floor, by a manual clock; after every step what protects people must hold.

Rounds of the roster are as in use, so that what is told late is told to the right ones. A desk that is new takes part
without being named here. Left out: what one person may not notice of others (`test_privacy.py`).
"""

from __future__ import annotations

import re
import types
import typing
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any

import msgspec
import pytest

from tests.fakes.anything import kinds
from tests.fakes.conferences import ALL, Told, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility, LobbyPolicy, RoomMode
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.doors_desk import EndForAll, ExtendClosing
from vdxmedia.conference.events import (
    DocumentChanged,
    Event,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    SettingsChosen,
    Uttered,
    WaiterAdmitted,
)
from vdxmedia.conference.kinds import Role, SlotKind, SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.permissions import knows
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId, SourceId

PEOPLE = [f"p{number:03}" for number in range(200)]
HOSTS = PEOPLE[:4]
STEPS = 600
A_NAME = re.compile(rb"p[0-9]{3}\b")
KINDS = [kind for kind in kinds() if kind not in (EndForAll, ExtendClosing)]
"""Not what ends everything: the others would never be tried."""
COMMON = [kind for kind in KINDS if kind.__module__.rpartition(".")[2] in ("chat_desk", "floor_asked", "mutes_desk")]


def any_value(random: Random, hint: Any) -> Any:
    """Something of this type; people from those of the simulation."""
    if hint is ParticipantId:
        return ParticipantId(random.choice(PEOPLE))
    if hint is bool:
        return random.random() < 0.5
    if hint is int:
        return random.randint(0, 5)
    if hint is float:
        return random.choice((0.0, 1.0, 30.0))
    if hint is str:
        return random.choice(("", "ord", "grid"))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return random.choice(list(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return any_struct(random, hint)
    if isinstance(hint, typing.NewType):
        return any_value(random, hint.__supertype__)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return any_value(random, arguments[0])
    if origin in (typing.Union, types.UnionType):
        one = random.choice(arguments)
        return None if one is type(None) else any_value(random, one)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return tuple(any_value(random, one) for one in arguments)
    return tuple(any_value(random, arguments[0]) for _ in range(random.randint(0, 3)))


def any_struct(random: Random, kind: Any, **fixed: Any) -> Any:
    hints = typing.get_type_hints(kind)
    given = {name: fixed[name] if name in fixed else any_value(random, hints[name]) for name in kind.__struct_fields__}
    return kind(**given)


@dataclass
class Room:
    told: Told
    random: Random
    told_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By viewer: of whom he was ever told, as long as he stays."""
    waiting: dict[str, None] = field(default_factory=dict)
    sequence: int = 0
    asked: int = 0
    refused: int = 0

    @property
    def people(self) -> dict[ParticipantId, Participant]:
        return self.told.conference._assembly.people

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def do(self, command: commands.Command) -> bool:
        present = set(self.people)
        try:
            said = self.told.do(command)
        except VdxError:
            return False
        for newcomer in set(self.people) - present:
            self.take_snapshot(newcomer)
        self.check(said, present)
        for event in said:
            if isinstance(event, SettingsChosen):
                self.do(commands.ChangeSettings(event.settings, None, None))
            elif isinstance(event, WaiterAdmitted):
                self.join(event.participant, Role.GUEST)
        return True

    def step(self) -> None:
        name = self.random.choice(PEOPLE)
        someone = ParticipantId(name)
        if someone not in self.people and self.random.random() < 0.4:
            self.join(someone, Role.HOST if name in HOSTS else Role.GUEST)
            return
        match self.random.choices(
            ("ask", "common", "host", "source", "leave", "lose", "back", "media", "tiles", "speak", "wait"),
            (10, 12, 10, 8, 2, 3, 4, 2, 2, 4, 6),
        ):
            case ["ask"]:
                self.ask(self.random.choice(KINDS), someone)
            case ["common"]:
                self.ask(self.random.choice(COMMON), someone)
            case ["host"]:
                self.ask(self.random.choice(KINDS), ParticipantId(self.random.choice(HOSTS)))
            case ["source"]:
                self.do(commands.SetSource(someone, self.random.choice(ALL), self.random.random() < 0.7))
            case ["leave"]:
                self.do(commands.Leave(someone))
            case ["lose"]:
                self.do(commands.Disconnect(someone))
            case ["back"]:
                self.do(commands.Reconnect(someone, 4))
            case ["media"]:
                self.do(commands.MediaClosed(someone))
                self.do(commands.MediaEstablished(someone, 3, 1, 4, True))
            case ["tiles"]:
                self.do(commands.SetTiles(someone, [commands.Tile(self.random.randint(0, 3), 640, 360)]))
            case ["speak"]:
                heard = self.random.sample(PEOPLE, 3)
                levels = [(source_of(one, SourceKind.MICROPHONE), 0.5) for one in heard]
                self.do(commands.SpeakersHeard(levels))
            case _:
                present = set(self.people)
                said = self.told.wait(self.random.choice((0.1, 0.3, 1.0, 20.0)))  # asserts that deadlines move
                self.check(said, present, is_long=True)

    def join(self, someone: ParticipantId, role: Role) -> None:
        conference = self.told.conference
        try:
            must_wait = conference.why_wait(role, (someone,), self.told.now, waiting=someone) is not None
        except VdxError:
            return
        if must_wait:
            self.do(commands.Wait(someone, f"navn {someone}", "", "", (someone,)))
            return
        function = self.random.choice(("", "", "borger", "skrivetolk", "tegnsprogstolk"))
        joined = self.do(
            commands.Join(
                participant=someone,
                name=f"navn {someone}",
                role=role,
                organisation="",
                function=function,
                publish={kind: source_of(someone, kind) for kind in ALL},
                can_subscribe=self.random.random() < 0.95,
                video_slots=4,
                knows_who_sees=self.random.random() < 0.7,
                admission_keys=(someone,),
            )
        )
        if joined:
            self.do(commands.MediaEstablished(someone, 3, 1, 4, True))

    def take_snapshot(self, viewer: ParticipantId) -> None:
        snapshot = self.told.conference.snapshot(viewer)
        self.told_of[viewer] = {one.id for one in snapshot.participants}
        self.check_told(viewer, msgspec.json.encode((snapshot.participants, snapshot.documents)), "snapshot")

    def ask(self, kind: Any, someone: ParticipantId) -> None:
        self.asked += 1
        self.refused += not self.do(any_struct(self.random, kind, participant=someone))

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────────────

    def check(self, said: list[Event], present: set[ParticipantId], *, is_long: bool = False) -> None:
        """`present`: who was there before. `is_long`: several things may have happened one after the other, so that
        an event is right for a moment that is over."""
        for event in said:
            if isinstance(event, ParticipantJoined | ParticipantChanged | ParticipantLeft):
                assert event.sequence > self.sequence, "the sequence rises"
                self.sequence = event.sequence
                self.take_roster(event, is_long=is_long)
            elif isinstance(event, DocumentChanged | Uttered):
                body = msgspec.json.encode(event.document if isinstance(event, DocumentChanged) else event.utterance)
                for viewer in event.to:
                    if not is_long:
                        self.check_told(viewer, body, type(event).__name__)
        for gone in present - set(self.people):
            self.told_of.pop(gone, None)
            self.told.bindings.pop(gone, None)
            for kind in ALL:  # the relay forgets a seat that is given up; a new one has new sources
                self.told.floor_gates.pop(source_of(gone, kind), None)
        self.check_relay()

    def take_roster(self, event: ParticipantJoined | ParticipantChanged | ParticipantLeft, *, is_long: bool) -> None:
        for viewer in event.to:
            if viewer not in self.people:
                continue
            if isinstance(event, ParticipantLeft):
                assert event.participant in self.told_of[viewer], "nobody leaves who was never there"
                continue
            subject = event.participant.id
            assert is_long or self.may_know(viewer, subject), f"{viewer} is told of {subject}: {event}"
            self.told_of[viewer].add(subject)

    def may_know(self, viewer: str, subject: str) -> bool:
        one, other = self.people.get(ParticipantId(viewer)), self.people.get(ParticipantId(subject))
        if one is None or viewer == subject:
            return True
        if other is None:
            # Who has gone may be named to who knew him, and who waits to hosts.
            return subject in self.told_of[viewer] or one.role is Role.HOST
        return knows(one.audience, other.audience)

    def check_told(self, viewer: str, body: bytes, what: str) -> None:
        for name in set(A_NAME.findall(body)):
            assert self.may_know(viewer, name.decode()), f"{viewer} is told of {name!r} by a {what}: {body[:400]!r}"

    def check_relay(self) -> None:
        owners: dict[SourceId, tuple[Participant, SourceKind]] = {}
        for person in self.people.values():
            for kind, source in person.sources.items():
                owners[source.id] = person, kind
                if person.has_media:
                    assert self.told.gates[source.id] == source.is_active, "the gate agrees with the mute"
                    assert self.told.floor_gates.get(source.id, True) == person.may_send(kind), "and with the floor"
                    assert self.told.classes[source.id] == person.classes_of(kind)
            if person.has_media:
                assert self.told.hears[person.id] == person.audience.receives
        for (name, kind, _), (source, _) in self.told.relay.items():
            viewer = self.people.get(ParticipantId(name))
            if viewer is None or not viewer.has_media or source is None or source not in owners:
                continue
            owner, of_kind = owners[source]
            assert kind is not SlotKind.VIDEO or owner is not viewer, "nobody is shown himself"
            assert owner.classes_of(of_kind) & viewer.audience.receives, f"{name} is bound to {owner.id}'s {of_kind}"
        for name, bindings in self.told.bindings.items():
            for binding in bindings:
                shown = binding.participant
                assert shown is None or shown == name or shown in self.told_of[name], "known before he is shown"


SETTINGS: dict[str, dict[str, object]] = {
    "meeting": {},
    "moderated": {"floor_policy": FloorPolicy.MODERATED, "lobby": LobbyPolicy.KNOCK},
    "training": {"mode": RoomMode.TRAINING, "guest_visibility": GuestVisibility.HOSTS, "turn_s": 20},
    "queue": {"floor_policy": FloorPolicy.QUEUE, "max_speakers": 3, "guest_visibility": GuestVisibility.SPOTLIGHT},
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_room_of_two_hundred_keeps_its_promises_whatever_people_do(kind: str) -> None:
    settings = RoomSettings(maximum=200, **SETTINGS[kind])  # type: ignore[arg-type]
    room = Room(Told(Conference(settings)), Random(kind))
    for host in HOSTS:
        room.join(ParticipantId(host), Role.HOST)
    for name in PEOPLE[len(HOSTS) :]:
        room.join(ParticipantId(name), Role.GUEST)
    for _ in range(STEPS):
        room.step()
    assert room.asked > STEPS / 4, "the script must ask for a good deal"
    assert room.refused < room.asked * 0.9, "and not everything may be refused"
