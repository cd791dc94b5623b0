"""One-way rooms: what the booking lets guests send and receive."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import ALL, Told, conference, source_of
from vdxmedia.conference.call_type import CallType
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.errors import NotAllowed


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
