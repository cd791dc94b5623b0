"""Mutes and the lobby's bounds, command by command; what they protect is tried in tests/contract/test_lobby.py."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference import commands, lobby_desk, mutes_desk, roles_desk
from vdxmedia.conference.choices import LobbyPolicy, StartMicrophone
from vdxmedia.conference.events import WaiterGone
from vdxmedia.conference.kinds import LeaveReason, Role, SourceKind
from vdxmedia.conference.lobby import MAX_WAITING, WAITER_KEPT_S
from vdxmedia.conference.mutes_desk import OwnSourcesDocument
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

H, G = ParticipantId("h"), ParticipantId("g")
MICROPHONE, CAMERA = SourceKind.MICROPHONE, SourceKind.CAMERA


def with_two(**settings: object) -> Told:
    told = conference(**settings)
    told.join("h", role=Role.HOST)
    told.join("g")
    return told


def own(told: Told, who: ParticipantId = G) -> OwnSourcesDocument:
    (found,) = [one for one in told.conference.snapshot(who).documents if isinstance(one, OwnSourcesDocument)]
    return found


def wait(told: Told, name: str) -> None:
    told.do(commands.Wait(ParticipantId(name), name, "", "", (f"k{name}",)))


def test_room_without_guests_microphones_closes_those_that_are_open() -> None:
    told = with_two()
    told.on("g", MICROPHONE)
    told.on("h", MICROPHONE)
    told.do(commands.ChangeSettings(RoomSettings(guest_microphone=StartMicrophone.OFF), None, None))
    assert told.gates[source_of("g", MICROPHONE)] is False
    assert told.gates[source_of("h", MICROPHONE)] is True
    with pytest.raises(NotAllowed):
        told.on("g", MICROPHONE)
    assert own(told) == OwnSourcesDocument(False, ((MICROPHONE, 1),), ())


def test_who_says_no_stays_closed_and_may_be_asked_again() -> None:
    told = with_two(guests_may_unmute=False)
    for _ in range(2):
        told.do(mutes_desk.AskToOpen(H, G, MICROPHONE))
        assert own(told).asked == (MICROPHONE,)
        told.do(mutes_desk.AnswerAsked(G, MICROPHONE, False))
        assert own(told) == OwnSourcesDocument(False, (), ())
        with pytest.raises(NotAllowed):
            told.on("g", MICROPHONE)


def test_only_what_is_closed_and_granted_can_be_asked_for() -> None:
    told = with_two()
    told.on("g", CAMERA)
    told.do(mutes_desk.AskToOpen(H, G, CAMERA))
    assert own(told).asked == ()
    for target, kind, error in ((G, SourceKind.SCREEN, NotAllowed), (ParticipantId("nobody"), CAMERA, NotFound)):
        with pytest.raises(error):
            told.do(mutes_desk.AskToOpen(H, target, kind))


def test_host_who_becomes_a_guest_where_guests_may_not_speak_is_closed() -> None:
    told = conference(guests_may_unmute=False)
    told.join("h", role=Role.HOST)
    told.join("i", role=Role.HOST)
    told.on("i", MICROPHONE)
    told.do(roles_desk.SetRole(H, ParticipantId("i"), Role.GUEST))
    assert told.gates[source_of("i", MICROPHONE)] is False


def test_camera_and_screen_are_closed_and_their_owner_opens_them_again() -> None:
    told = with_two()
    for kind in (CAMERA, SourceKind.SCREEN):
        told.on("g", kind)
        told.do(mutes_desk.CloseSource(H, G, kind))
        assert told.gates[source_of("g", kind)] is False
        told.on("g", kind)
        assert told.gates[source_of("g", kind)] is True


def test_what_was_closed_and_allowed_is_so_after_a_restart() -> None:
    told = with_two(guests_may_unmute=False)
    told.do(mutes_desk.AskToOpen(H, G, MICROPHONE))
    told.do(mutes_desk.AnswerAsked(G, MICROPHONE, True))
    told.on("g", MICROPHONE)
    told.on("g", CAMERA)
    told.do(mutes_desk.CloseSource(H, G, CAMERA))
    after = conference(guests_may_unmute=False)
    after.take(after.conference.restore(told.conference.kept(told.now), 0.0))
    assert own(after) == OwnSourcesDocument(True, ((CAMERA, 1),), ())


def test_who_waits_without_a_connection_is_forgotten_after_a_while() -> None:
    told = conference(lobby=LobbyPolicy.KNOCK)
    wait(told, "g")
    told.do(commands.LoseWaiter(G))
    told.wait(WAITER_KEPT_S - 1)
    assert told.conference.waiter(G) is not None
    assert told.wait(2) == [WaiterGone(G, LeaveReason.LOST)]
    assert told.conference.is_empty


def test_who_was_let_in_and_does_not_come_gives_his_place_up_but_need_not_knock_again() -> None:
    told = conference(lobby=LobbyPolicy.KNOCK, maximum=2)
    told.join("h", role=Role.HOST)
    wait(told, "a")
    wait(told, "b")
    told.do(lobby_desk.Admit(H, ParticipantId("a")))
    with pytest.raises(Refused):
        told.do(lobby_desk.Admit(H, ParticipantId("b")))
    told.wait(WAITER_KEPT_S + 1)
    assert told.conference.waiter(ParticipantId("a")) is None
    assert told.conference.why_wait(Role.GUEST, ("ka",), told.now) is None
    told.do(lobby_desk.Admit(H, ParticipantId("b")))


def test_lobby_has_an_end() -> None:
    told = conference(lobby=LobbyPolicy.KNOCK)
    for number in range(MAX_WAITING):
        wait(told, f"g{number}")
    with pytest.raises(Refused) as refused:
        wait(told, "one more")
    assert refused.value.code == "lobby_full"


def test_end_of_the_conference_ends_the_waiting() -> None:
    told = conference(lobby=LobbyPolicy.KNOCK)
    told.join("h", role=Role.HOST)
    wait(told, "g")
    assert WaiterGone(G, LeaveReason.REMOVED) in told.do(commands.End())
