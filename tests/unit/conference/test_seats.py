"""Seats: joining, losing the connection, coming back, leaving, the room's bounds in number and time."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference
from vdxmedia.conference import commands
from vdxmedia.conference.conference import RETURN_KEPT_S, SEAT_KEPT_S, Conference
from vdxmedia.conference.documents import RoomDocument
from vdxmedia.conference.events import (
    ConferenceEnded,
    DocumentChanged,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    SeatGivenUp,
)
from vdxmedia.conference.kinds import Connection, LeaveReason, SourceKind
from vdxmedia.conference.settings import GuestVisibility, RoomSettings
from vdxmedia.errors import InvalidTransition, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

A = ParticipantId("a")


def of(kind: type, said: list) -> list:  # type: ignore[type-arg]
    return [event for event in said if isinstance(event, kind)]


def test_join_is_told_with_all_granted_sources_off() -> None:
    told = conference()
    told.join("b")
    told.wait(1)
    (joined,) = of(ParticipantJoined, told.join("a", publish=(SourceKind.MICROPHONE, SourceKind.CAMERA), media=False))
    assert joined.participant.id == "a"
    assert set(joined.to) == {"a", "b"}
    assert [(s.kind, s.is_active) for s in joined.participant.sources] == [
        (SourceKind.MICROPHONE, False),
        (SourceKind.CAMERA, False),
    ]


def test_connection_lost_and_back_in_time_keeps_the_seat() -> None:
    told = conference()
    told.join("a")
    told.wait(1)
    (changed,) = of(ParticipantChanged, told.do(commands.Disconnect(A)))
    assert changed.participant.connection is Connection.RECONNECTING
    assert told.wait(SEAT_KEPT_S - 0.1) == []
    (changed,) = of(ParticipantChanged, told.do(commands.Reconnect(A, 9)))
    assert changed.participant.connection is Connection.CONNECTED
    assert told.wait(2 * SEAT_KEPT_S) == []
    assert A in told.conference


def test_connection_lost_for_long_gives_up_sources_but_is_still_expected() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    told.wait(1)
    told.do(commands.Disconnect(A))
    (changed,) = of(ParticipantChanged, told.wait(SEAT_KEPT_S))
    assert changed.participant.connection is Connection.RETURNING
    assert not any(source.is_active for source in changed.participant.sources)
    assert told.shown("b") == {}
    told.wait(RETURN_KEPT_S - 1)
    (changed,) = of(ParticipantChanged, told.do(commands.Reconnect(A, 9)))
    assert changed.participant.connection is Connection.CONNECTED
    assert told.wait(RETURN_KEPT_S) == []


def test_who_is_expected_back_takes_no_place_in_a_full_room() -> None:
    told = conference(maximum=2)
    told.join("a")
    told.join("b")
    told.do(commands.Disconnect(A))
    told.wait(SEAT_KEPT_S)
    told.join("c")
    told.do(commands.Reconnect(A, 9))
    assert len(told.conference) == 3


def test_nobody_is_waited_for_when_nobody_is_there() -> None:
    told = conference()
    told.join("a")
    told.do(commands.Disconnect(A))
    told.wait(SEAT_KEPT_S)
    assert told.conference.is_empty


def test_connection_lost_for_too_long_gives_up_the_seat() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    told.do(commands.Disconnect(A))
    (left,) = of(ParticipantLeft, told.wait(SEAT_KEPT_S + RETURN_KEPT_S))
    assert (left.participant, left.reason) == ("a", LeaveReason.LOST)
    with pytest.raises(NotFound, match="no such participant"):
        told.do(commands.Reconnect(A, 9))


def test_disconnect_twice_does_not_prolong_the_seat() -> None:
    told = conference()
    told.join("a")
    told.do(commands.Disconnect(A))
    told.wait(20)
    assert told.do(commands.Disconnect(A)) == []
    assert told.conference.deadline() == SEAT_KEPT_S


def test_media_goes_on_while_reconnecting() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    assert told.shown("b")
    told.do(commands.Disconnect(A))
    assert told.shown("b")
    assert told.conference.has_media(A)


def test_full_room_refuses_until_someone_leaves() -> None:
    told = conference(maximum=2)
    told.join("a")
    told.join("b")
    told.do(commands.Disconnect(A))  # a kept seat counts
    with pytest.raises(Refused) as refused:
        told.join("c")
    assert refused.value.code == "room_full"
    told.leave("b")
    told.join("c")
    assert len(told.conference) == 2


def test_room_not_open_yet_refuses_and_says_when() -> None:
    told = Told(Conference(RoomSettings(), opens_at_s=10.0))
    with pytest.raises(Refused) as refused:
        told.join("a")
    assert (refused.value.code, refused.value.retry_after_s) == ("room_not_open", 10.0)
    told.now = 10.0
    told.join("a")


def test_closing_time_ends_the_conference_for_everyone() -> None:
    told = Told(Conference(RoomSettings(), closes_at_s=60.0))
    told.join("a")
    told.join("b")
    said = told.wait(60)
    assert [(e.participant, e.reason) for e in of(SeatGivenUp, said)] == [
        ("a", LeaveReason.REMOVED),
        ("b", LeaveReason.REMOVED),
    ]
    assert isinstance(said[-1], ConferenceEnded)
    assert told.conference.is_empty
    with pytest.raises(Refused) as refused:
        told.join("c")
    assert refused.value.code == "room_closed"


def test_after_the_closing_time_nobody_begins() -> None:
    told = Told(Conference(RoomSettings(), closes_at_s=60.0), now=61.0)
    with pytest.raises(Refused) as refused:
        told.join("a")
    assert refused.value.code == "room_closed"


def test_changed_settings_are_told_and_hold() -> None:
    told = conference(maximum=2)
    told.join("a")
    changed = of(DocumentChanged, told.do(commands.ChangeSettings(RoomSettings(maximum=1), None, 30.0)))
    (room,) = [event.document for event in changed if isinstance(event.document, RoomDocument)]
    assert room.settings.maximum == 1
    with pytest.raises(Refused):
        told.join("b")
    assert told.conference.deadline() == 30.0


def test_source_that_is_not_granted_is_refused_and_changes_nothing() -> None:
    told = conference()
    told.join("a", publish=(SourceKind.MICROPHONE,))
    before = told.conference.sequence
    with pytest.raises(NotAllowed):
        told.on("a", SourceKind.CAMERA)
    assert told.conference.sequence == before


def test_source_set_to_what_it_is_says_nothing() -> None:
    told = conference()
    told.join("a")
    told.wait(1)
    assert told.on("a", SourceKind.CAMERA)
    assert told.on("a", SourceKind.CAMERA) == []


def test_sequence_rises() -> None:
    told = conference()
    for name in "abc":
        told.join(name, camera=True, microphone=True)
    told.leave("b")
    told.do(commands.Disconnect(A))
    told.wait(SEAT_KEPT_S)
    numbers = [event.sequence for event in told.events if hasattr(event, "sequence")]
    assert numbers == sorted(set(numbers))
    assert told.conference.sequence == numbers[-1]


def test_join_twice_is_a_bug_and_changes_nothing() -> None:
    told = conference()
    told.join("a")
    with pytest.raises(InvalidTransition):
        told.join("a")
    assert len(told.conference) == 1


def test_where_guests_are_private_a_seat_does_not_tell_whether_anybody_else_was_there() -> None:
    told = conference(guest_visibility=GuestVisibility.HOSTS)
    told.join("a")
    told.do(commands.Disconnect(A))
    told.wait(SEAT_KEPT_S)
    assert A in told.conference
    told.wait(RETURN_KEPT_S)
    assert told.conference.is_empty
