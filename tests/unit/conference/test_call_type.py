"""One-way rooms: what the booking lets guests send and receive."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.conferences import ALL, Told, conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.call_type import CallType
from vdxmedia.conference.kept import KeptConference
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.roles_desk import SetRole
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId

H, INGE = ParticipantId("h"), ParticipantId("i")


def gets_through(told: Told, owner: str, kind: SourceKind, viewer: str) -> bool:
    return told.classes[source_of(owner, kind)] & told.hears[viewer] != 0


@pytest.mark.parametrize("kind", ALL)
def test_host_sees_and_hears_the_guest_and_not_the_other_way(kind: SourceKind) -> None:
    sends = CallType.AUDIO_SEND | CallType.VIDEO_SEND | CallType.PRESENTATION_SEND
    told = conference(call_type=int(sends))
    told.join("h", role=Role.HOST)
    told.join("g")
    assert gets_through(told, "g", kind, "h")
    assert not gets_through(told, "h", kind, "g")


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        (CallType.AUDIO_SEND, SourceKind.MICROPHONE),
        (CallType.VIDEO_SEND, SourceKind.CAMERA),
        (CallType.PRESENTATION_SEND, SourceKind.SCREEN),
        (CallType.PRESENTATION_SEND, SourceKind.SCREEN_AUDIO),
    ],
)
def test_guest_cannot_send_what_the_booking_does_not_allow(missing: CallType, kind: SourceKind) -> None:
    told = conference(call_type=126 & ~missing)
    told.join("g")
    told.join("h", role=Role.HOST)
    with pytest.raises(NotAllowed):
        told.on("g", kind)
    told.on("h", kind)


def test_picture_may_be_left_out_while_screens_are_shown() -> None:
    told = conference(call_type=126 & ~CallType.VIDEO_RECV)
    told.join("h", role=Role.HOST)
    told.join("g")
    assert not gets_through(told, "h", SourceKind.CAMERA, "g")
    assert gets_through(told, "h", SourceKind.SCREEN, "g")
    assert gets_through(told, "h", SourceKind.MICROPHONE, "g")


def test_who_gets_pictures_only_keeps_the_main_one_while_somebody_without_a_picture_speaks() -> None:
    told = conference(call_type=126 & ~CallType.AUDIO_RECV, maximum=20)
    told.join("g", slots=2)
    told.join("h", role=Role.HOST, camera=True, microphone=True)
    told.join("i", role=Role.HOST, publish=(SourceKind.MICROPHONE,), microphone=True)
    for name in "bcd":
        told.join(name, camera=True)
    told.speak("h")
    told.wait(3)
    assert told.places("g")[0] == "h"
    told.speak("i")
    told.wait(6)
    assert told.places("g")[0] == "h"


ONE_WAY = 126 & ~(CallType.VIDEO_SEND | CallType.PRESENTATION_RECV)
"""Guests send no camera and see no screen."""


def opens(told: Told, kind: SourceKind, viewer: str = "h") -> bool:
    return told.gates[source_of("i", kind)] and gets_through(told, "i", kind, viewer)


def test_host_who_becomes_a_guest_is_bound_by_the_booking_at_once_and_free_as_a_host_again() -> None:
    told = conference(call_type=ONE_WAY)
    told.join("h", role=Role.HOST)
    told.join("i", role=Role.HOST, camera=True, microphone=True)
    assert opens(told, SourceKind.CAMERA)
    assert gets_through(told, "h", SourceKind.SCREEN, "i")
    told.do(SetRole(H, INGE, Role.GUEST))
    assert not opens(told, SourceKind.CAMERA)
    assert opens(told, SourceKind.MICROPHONE)
    assert not gets_through(told, "h", SourceKind.SCREEN, "i")
    with pytest.raises(NotAllowed):
        told.on("i", SourceKind.CAMERA)
    told.do(SetRole(H, INGE, Role.HOST))
    assert not opens(told, SourceKind.CAMERA), "nobody opens it but its owner"
    told.on("i", SourceKind.CAMERA)
    assert opens(told, SourceKind.CAMERA)
    assert gets_through(told, "h", SourceKind.SCREEN, "i")


def test_booking_that_changes_during_the_call_holds_for_guests_who_are_there() -> None:
    told = conference()
    told.join("h", role=Role.HOST, camera=True)
    told.join("i", camera=True, microphone=True)
    told.do(commands.ChangeSettings(RoomSettings(call_type=ONE_WAY), None, None))
    assert not opens(told, SourceKind.CAMERA)
    assert opens(told, SourceKind.MICROPHONE)
    assert not gets_through(told, "h", SourceKind.SCREEN, "i")
    assert told.gates[source_of("h", SourceKind.CAMERA)]
    told.do(commands.ChangeSettings(RoomSettings(), None, None))
    assert gets_through(told, "h", SourceKind.SCREEN, "i")
    assert not opens(told, SourceKind.CAMERA)
    told.on("i", SourceKind.CAMERA)
    assert opens(told, SourceKind.CAMERA)
    told.do(commands.ChangeSettings(RoomSettings(subject="Andet"), None, None))
    assert opens(told, SourceKind.CAMERA)


def test_token_that_lets_nobody_receive_does_not_let_a_host_made_guest_and_host_again() -> None:
    told = conference(call_type=ONE_WAY)
    told.join("h", role=Role.HOST)
    told.join("i", role=Role.HOST, subscribe=False)
    for role in (Role.GUEST, Role.HOST):
        told.do(SetRole(H, INGE, role))
        assert not gets_through(told, "h", SourceKind.CAMERA, "i")


@pytest.mark.parametrize("is_restarted", [False, True], ids=["", "after a restart"])
def test_source_that_the_booking_withheld_is_there_and_closed_when_the_booking_is_widened(is_restarted: bool) -> None:
    told = conference(call_type=ONE_WAY)
    told.join("h", role=Role.HOST)
    told.join("i", microphone=True, function="tegnsprogstolk")
    if is_restarted:
        kept = msgspec.json.decode(msgspec.json.encode(told.conference.kept(told.now)), type=KeptConference)
        told = conference(call_type=ONE_WAY)
        told.take(told.conference.restore(kept, told.now))
        for name in ("h", "i"):
            told.do(commands.Reconnect(ParticipantId(name), 9))
            told.media(name)
    with pytest.raises(NotAllowed):
        told.on("i", SourceKind.CAMERA)
    told.do(commands.ChangeSettings(RoomSettings(), None, None))
    states = {one.id: one for one in told.conference.snapshot(H).participants}
    assert [(one.kind, one.is_active) for one in states[INGE].sources] == [
        (kind, kind is SourceKind.MICROPHONE) for kind in ALL
    ]
    assert not opens(told, SourceKind.CAMERA), "nobody opens it but its owner"
    told.on("i", SourceKind.CAMERA)
    assert opens(told, SourceKind.CAMERA)
    assert "i" in told.places("h").values()
    told.do(commands.ChangeSettings(RoomSettings(call_type=ONE_WAY), None, None))
    assert not opens(told, SourceKind.CAMERA)
    told.leave("i")
    told.join("i", microphone=True)


def test_guest_of_a_one_way_room_who_becomes_a_host_may_send_all_that_his_token_grants() -> None:
    told = conference(call_type=ONE_WAY)
    told.join("h", role=Role.HOST)
    told.join("i", publish=(SourceKind.MICROPHONE, SourceKind.CAMERA))
    told.do(SetRole(H, INGE, Role.HOST))
    told.on("i", SourceKind.CAMERA)
    assert opens(told, SourceKind.CAMERA)
    with pytest.raises(NotAllowed):
        told.on("i", SourceKind.SCREEN)


def test_booking_that_is_widened_by_one_kind_gives_that_one() -> None:
    told = conference(call_type=int(CallType.AUDIO_SEND))
    told.join("h", role=Role.HOST)
    told.join("i")
    widened = RoomSettings(call_type=CallType.AUDIO_SEND | CallType.VIDEO_SEND)
    told.do(commands.ChangeSettings(widened, None, None))
    told.on("i", SourceKind.CAMERA)
    with pytest.raises(NotAllowed):
        told.on("i", SourceKind.SCREEN)
