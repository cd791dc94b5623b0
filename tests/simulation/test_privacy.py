"""What a private guest is told: the same, whether nobody else is there or twenty are, whatever they do.

One script is played twice, with the other guests and without. The subject and the host do the same in both; the
others do anything, and the subject, as a patched client would, asks for anything and names anybody. Compared is all
that he is told: events, documents, answers, refusals, snapshots, and what the relay is told of his slots and sources.
Left out are sequence numbers, which follow the time. A desk that is new is part of this without being named here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.anything import commands_of
from tests.fakes.conferences import ALL, Told, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.choices import ChatPolicy, FloorPolicy, GuestVisibility, RoomMode
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import (
    Answered,
    BindingsChanged,
    Event,
    MediaChanged,
    SettingsChosen,
    Snapshot,
)
from vdxmedia.conference.floor_asked import ALL_ASKED as FLOOR_ASKED
from vdxmedia.conference.kinds import Reaction, Role, SourceKind
from vdxmedia.conference.layout_desk import PinPeople
from vdxmedia.conference.media import BindSlot, MediaChange, SetHears
from vdxmedia.conference.reactions_desk import React
from vdxmedia.conference.roles_desk import SetRole
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.conference.visibility import AnswerVisibility
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

HOST, SUBJECT = "h", "s"
HOSTS = (HOST, *"wxyz")
"""More than a small room has: then somebody is the main speaker."""
OTHERS = tuple("abcdefgijklmnopqrtuv")
LEVELS = {name: 0.9 - index / 100 for index, name in enumerate((*OTHERS, *HOSTS, SUBJECT))}
CHAIR_ASKED = tuple(kind for kind in FLOOR_ASKED if kind.right is not commands.Right.ANYONE)
OWN = frozenset(source_of(SUBJECT, kind) for kind in ALL)


@dataclass
class World:
    """One of the two rooms, with what the subject was told there."""

    has_others: bool
    room: Told
    transcript: list[Any] = field(default_factory=list)

    def do(self, command: commands.Command) -> None:
        asking = getattr(command, "participant", None)
        if asking in OTHERS and not self.has_others:
            return
        try:
            said = self.room.do(command)
        except VdxError as error:
            if asking == SUBJECT:
                self.transcript.append((error.code, error.text, error.retry_after_s))
            return
        self.take(said, is_own=asking == SUBJECT)

    def take(self, said: list[Event], *, is_own: bool) -> None:
        chosen: RoomSettings | None = None
        for event in said:
            if isinstance(event, SettingsChosen):
                chosen = event.settings
            elif isinstance(event, Answered):
                self.transcript += [event] if is_own else []
            elif isinstance(event, BindingsChanged):
                self.transcript += [event] if event.participant == SUBJECT else []
            elif isinstance(event, MediaChanged):
                self.transcript += [change for change in event.changes if concerns_subject(change)]
            elif SUBJECT in getattr(event, "to", ()):
                self.transcript.append(without_number(msgspec.structs.replace(event, to=(ParticipantId(SUBJECT),))))
        if chosen is not None:
            self.do(commands.ChangeSettings(chosen, None, None))

    def play(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("asks", command):
                self.do(command)
            case ("joins", str(name), bool(told)):
                self.join(name, told=told)
            case ("leaves", str(name)):
                self.do(commands.Leave(ParticipantId(name)))
            case ("source", str(name), SourceKind() as kind, bool(is_on)):
                self.do(commands.SetSource(ParticipantId(name), kind, is_on))
            case ("lost", str(name)):
                self.do(commands.Disconnect(ParticipantId(name)))
            case ("back", str(name)):
                self.do(commands.Reconnect(ParticipantId(name), 9))
            case ("media", str(name), bool(is_there)):
                person = ParticipantId(name)
                made = commands.MediaEstablished(person, 3, 1, 9, True)
                self.do(made if is_there else commands.MediaClosed(person))
            case ("heard", list(names)):
                audible = [name for name in names if self.has_others or name not in OTHERS]
                audible.sort(key=lambda name: LEVELS[name], reverse=True)
                heard = [(source_of(name, SourceKind.MICROPHONE), LEVELS[name]) for name in audible]
                self.do(commands.SpeakersHeard(heard))
            case ("wait", float(seconds)):
                self.take(self.room.wait(seconds), is_own=False)
            case _:
                raise AssertionError(step)

    def join(self, name: str, *, told: bool = True, role: Role = Role.GUEST) -> None:
        self.do(
            commands.Join(
                participant=ParticipantId(name),
                name=name.upper(),
                role=role,
                organisation="",
                function="",
                publish={kind: source_of(name, kind) for kind in ALL},
                can_subscribe=True,
                video_slots=9,
                knows_who_sees=told,
            )
        )
        self.do(commands.MediaEstablished(ParticipantId(name), 3, 1, 9, True))

    def snapshot(self) -> Snapshot | None:
        if ParticipantId(SUBJECT) not in self.room.conference:
            return None
        return msgspec.structs.replace(self.room.conference.snapshot(ParticipantId(SUBJECT)), sequence=0)


def concerns_subject(change: MediaChange) -> bool:
    if isinstance(change, SetHears | BindSlot):
        return change.participant == SUBJECT
    return change.source in OWN


def without_number(event: Any) -> Any:
    return msgspec.structs.replace(event, sequence=0) if hasattr(event, "sequence") else event


def is_private_still(command: Any) -> bool:
    """The host leaves guests private, the subject among them, and does the same to the subject in both rooms.

    A chair names a request by its number, which is another person's in the other room; and under `queue` how long one
    waits depends on who else speaks to the host: that only the time tells is in `test_floor_privacy`."""
    if isinstance(command, ChangeRoom):
        policies = (command.floor_policy, command.screen_policy)
        return command.guest_visibility is not GuestVisibility.ALL and FloorPolicy.QUEUE not in policies
    if isinstance(command, SetRole) and command.target == SUBJECT:
        return command.role is Role.GUEST
    return not isinstance(command, CHAIR_ASKED)


def stays_private(command: Any) -> bool:
    return not (isinstance(command, AnswerVisibility) and command.agrees)


def steps_of(name: str) -> list[st.SearchStrategy[tuple[Any, ...]]]:
    who = st.just(name)
    return [
        st.tuples(st.just("source"), who, st.sampled_from(ALL), st.booleans()),
        st.tuples(st.just("source"), who, st.just(SourceKind.CAMERA), st.just(True)),
        st.tuples(st.just("lost"), who),
        st.tuples(st.just("back"), who),
        st.tuples(st.just("media"), who, st.booleans()),
    ]


FEW = OTHERS[:4]
others_steps = [
    step
    for name in FEW
    for step in (
        *steps_of(name),
        st.tuples(st.just("joins"), st.just(name), st.booleans()),
        st.tuples(st.just("leaves"), st.just(name)),
        st.tuples(st.just("asks"), commands_of(name, (*FEW, HOST, SUBJECT))),
    )
]
steps = st.one_of(
    *others_steps,
    st.tuples(st.just("asks"), commands_of(SUBJECT, (*FEW, HOST, SUBJECT, "nobody")).filter(stays_private)),
    st.tuples(st.just("asks"), commands_of(HOST, (HOST, SUBJECT)).filter(is_private_still)),
    *steps_of(HOST),
    *steps_of(SUBJECT),
    st.tuples(st.just("joins"), st.just(SUBJECT), st.just(True)),
    st.tuples(st.just("leaves"), st.just(SUBJECT)),
    st.tuples(st.just("heard"), st.lists(st.sampled_from((*FEW, *HOSTS, SUBJECT)), unique=True, max_size=4)),
    st.tuples(st.just("wait"), st.sampled_from((0.1, 0.3, 2.0, 31.0))),
)


def play_both(
    script: list[tuple[Any, ...]], agreed: dict[str, Any], *, hosts: int = 1, told: bool = True
) -> tuple[World, World]:
    worlds = (
        World(True, Told(Conference(RoomSettings(**agreed)))),
        World(False, Told(Conference(RoomSettings(**agreed)))),
    )
    for world in worlds:
        for host in HOSTS[:hosts]:
            world.join(host, role=Role.HOST)
        world.join(SUBJECT, told=told)
        for number, step in enumerate(script):
            world.transcript.append(number)
            world.play(step)
        world.transcript.append(world.snapshot())
    return worlds


@pytest.mark.parametrize("visibility", [GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    script=st.lists(steps, max_size=40),
    floor=st.sampled_from((FloorPolicy.FREE, FloorPolicy.HANDS, FloorPolicy.MODERATED)),
    chat=st.sampled_from(ChatPolicy),
    mode=st.sampled_from(RoomMode),
    hosts=st.sampled_from((1, len(HOSTS))),
)
def test_private_guest_is_told_the_same_whatever_others_do(
    visibility: GuestVisibility,
    script: list[tuple[Any, ...]],
    floor: FloorPolicy,
    chat: ChatPolicy,
    mode: RoomMode,
    hosts: int,
) -> None:
    agreed = {"guest_visibility": visibility, "floor_policy": floor, "chat": chat, "mode": mode}
    with_others, alone = play_both(script, agreed, hosts=hosts)
    assert with_others.transcript == alone.transcript


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=st.lists(steps, max_size=40))
def test_who_has_not_agreed_is_told_nothing_of_those_who_have(script: list[tuple[Any, ...]]) -> None:
    worlds = play_both(script, {}, told=False)
    assert worlds[0].transcript == worlds[1].transcript


@pytest.mark.parametrize("visibility", [GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.lists(steps, max_size=25), after=st.lists(steps, max_size=25))
def test_who_knew_others_before_the_room_was_narrowed_is_told_nothing_of_what_they_do_then(
    visibility: GuestVisibility, before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]
) -> None:
    """In one room they go on, in the other they do nothing any more."""
    worlds = World(True, Told(Conference(RoomSettings()))), World(True, Told(Conference(RoomSettings())))
    for world in worlds:
        world.join(HOST, role=Role.HOST)
        world.join(SUBJECT)
        world.join("a")
        world.join("b")
        for step in before:
            world.play(step)
        for pinned in "ab":
            world.do(PinPeople(ParticipantId(SUBJECT), (ParticipantId(pinned),)))
        world.do(commands.ChangeSettings(RoomSettings(guest_visibility=visibility), None, None))
        world.play(("wait", 2.0))
        world.has_others = world is worlds[0]
        world.transcript.clear()
        for number, step in enumerate([*after, ("leaves", "a"), ("leaves", "b")]):
            world.transcript.append(number)
            world.play(step)
        world.transcript.append(world.snapshot())
    assert worlds[0].transcript == worlds[1].transcript


def test_twenty_others_who_are_busy_leave_no_trace() -> None:
    script: list[tuple[Any, ...]] = []
    for name in OTHERS:
        script += [("joins", name, True), ("source", name, SourceKind.CAMERA, True)]
        script += [("source", name, SourceKind.MICROPHONE, True), ("heard", [name]), ("wait", 2.0)]
    script += [("heard", [HOST, "a", "b"]), ("wait", 2.0)]
    script += [("leaves", name) for name in OTHERS]
    with_others, alone = play_both(script, {"guest_visibility": GuestVisibility.HOSTS})
    assert len(with_others.room.conference) == 2
    assert with_others.transcript == alone.transcript


def test_guest_who_talks_over_a_host_does_not_take_the_stage_from_him() -> None:
    script: list[tuple[Any, ...]] = [("source", host, SourceKind.CAMERA, True) for host in HOSTS]
    script += [("source", one, SourceKind.MICROPHONE, True) for one in HOSTS]
    script += [("joins", "a", True), ("source", "a", SourceKind.MICROPHONE, True)]
    script += [("heard", [HOST]), ("wait", 2.0), ("heard", ["a"]), ("wait", 2.0), ("heard", ["a", "w"]), ("wait", 2.0)]
    with_others, alone = play_both(script, {"guest_visibility": GuestVisibility.HOSTS}, hosts=len(HOSTS))
    assert with_others.transcript == alone.transcript
    stage = alone.room.places(SUBJECT)[0]
    assert stage == "w"


CAME_IN_A_BUSY_MOMENT: dict[str, list[tuple[Any, ...]]] = {
    "what waits for the round": [
        ("source", HOST, SourceKind.CAMERA, True),
        ("wait", 0.1),
        ("source", HOST, SourceKind.CAMERA, False),
        ("joins", SUBJECT, True),
        ("wait", 1.0),
    ],
    "when the round is": [
        ("source", HOST, SourceKind.CAMERA, True),
        ("joins", SUBJECT, True),
        ("source", HOST, SourceKind.CAMERA, False),
        ("wait", 0.1),
        ("source", HOST, SourceKind.CAMERA, True),
        ("wait", 1.0),
    ],
    "reactions": [
        ("asks", React(ParticipantId(HOST), reaction=Reaction.APPLAUSE)),
        ("joins", SUBJECT, True),
        ("asks", React(ParticipantId(HOST), reaction=Reaction.APPLAUSE)),
        ("wait", 0.1),
        ("asks", React(ParticipantId(HOST), reaction=Reaction.THUMBS_UP)),
        ("wait", 1.0),
    ],
}


@pytest.mark.parametrize("script", CAME_IN_A_BUSY_MOMENT.values(), ids=CAME_IN_A_BUSY_MOMENT)
@pytest.mark.parametrize("visibility", [GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT])
def test_rounds_of_a_newcomer_do_not_tell_that_somebody_was_there_before_him(
    visibility: GuestVisibility, script: list[tuple[Any, ...]]
) -> None:
    before: list[tuple[Any, ...]] = [("leaves", SUBJECT), ("joins", "a", True), ("wait", 2.0)]
    with_others, alone = play_both([*before, *script], {"guest_visibility": visibility})
    assert with_others.transcript == alone.transcript
