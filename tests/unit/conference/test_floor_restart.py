"""What a restart of the server leaves of the floors, and whom it lets speak."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.floor_rooms import FloorRoom, floor_room
from vdxmedia.conference import commands
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.floor_request import Priority, RequestStatus
from vdxmedia.conference.kept import KeptConference
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed, VdxError
from vdxmedia.ids import ParticipantId

FREE, HANDS, QUEUE, MODERATED = FloorPolicy.FREE, FloorPolicy.HANDS, FloorPolicy.QUEUE, FloorPolicy.MODERATED
MICROPHONE, SHARED = SourceKind.MICROPHONE, SourceKind.SCREEN
ACCEPTED, GRANTED, DENIED, REVOKED = (
    RequestStatus.ACCEPTED,
    RequestStatus.GRANTED,
    RequestStatus.DENIED,
    RequestStatus.REVOKED,
)
HOSTS, ALL = GuestVisibility.HOSTS, GuestVisibility.ALL


def refused(do: object, *arguments: object, **named: object) -> str:
    with pytest.raises(VdxError) as raised:
        do(*arguments, **named)  # type: ignore[operator]
    return raised.value.code


def restarted(before: FloorRoom, **settings: object) -> FloorRoom:
    kept = msgspec.json.decode(msgspec.json.encode(before.conference.kept(before.now)), type=KeptConference)
    chosen = RoomSettings(**settings) if settings else before.conference.settings  # type: ignore[arg-type]
    after = FloorRoom(Conference(chosen, now_s=50.0, roster_round_s=0.0), now=50.0)
    after.take(after.conference.restore(kept, 50.0))
    return after


def come_back(room: FloorRoom, names: str) -> None:
    for name in names:
        room.do(commands.Reconnect(ParticipantId(name), 9))
        room.media(name)


def test_restart_keeps_turns_places_and_signs_and_grants_nobody_anything() -> None:
    before = floor_room(floor_policy=QUEUE, turn_s=60)
    before.ask("a", signs=True)
    before.ask("b")
    before.wait(20)
    room = restarted(before)
    come_back(room, "habc")
    assert (room.holders(), room.queue()) == ("a", "b")
    assert [room.passes(name) for name in "habc"] == [True, True, False, False]
    assert (room.own("a").ends_at_unix_s, room.own("a").signs) == (90, True)


def test_restart_into_a_room_without_control_leaves_nobody_louder() -> None:
    before = floor_room(floor_policy=QUEUE)
    before.ask("a")
    room = restarted(before, floor_policy=FREE)
    come_back(room, "habc")
    assert [room.passes(name) for name in "habc"] == [True, True, False, False]


def test_restart_remembers_that_the_hosts_have_gone() -> None:
    before = floor_room(floor_policy=MODERATED)
    before.leave("h")
    room = restarted(before)
    come_back(room, "abc")
    assert room.floor("a").policy is HANDS


def test_who_asked_and_does_not_come_back_after_a_restart_is_passed_over_and_forgotten() -> None:
    before = floor_room(floor_policy=QUEUE)
    before.ask("a")
    before.ask("b")
    room = restarted(before)
    come_back(room, "hb")
    assert room.holders() == "a"
    room.wait(31)
    assert room.holders() == "b"
    assert room.passes("b")


def test_guest_cannot_take_a_priority_and_keeps_nothing_of_the_attempt() -> None:
    room = floor_room(floor_policy=QUEUE)
    with pytest.raises(NotAllowed):
        room.ask("a", priority=Priority.LOW)
    assert room.own("a").status is None
