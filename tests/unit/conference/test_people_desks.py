"""Mutes and the lobby's bounds, command by command; what they protect is tried in tests/contract/test_lobby.py."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference import commands, doors_desk, lobby_desk, mutes_desk, roles_desk, settings_desk
from vdxmedia.conference.choices import GuestVisibility, LobbyPolicy, RoomMode, StartMicrophone
from vdxmedia.conference.documents import Documents
from vdxmedia.conference.events import SettingsChosen, Transferred, WaiterGone
from vdxmedia.conference.kinds import LeaveReason, Role, SourceKind
from vdxmedia.conference.lobby import MAX_WAITING, WAITER_KEPT_S
from vdxmedia.conference.mutes_desk import OwnSourcesDocument
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.visibility import Spotlight
from vdxmedia.errors import InvalidTransition, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId, RoomId

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


def test_all_guests_are_muted_and_hosts_are_not() -> None:
    told = with_two()
    told.on("g", MICROPHONE)
    told.on("h", MICROPHONE)
    told.do(mutes_desk.MuteGuests(H))
    assert (told.gates[source_of("g", MICROPHONE)], told.gates[source_of("h", MICROPHONE)]) == (False, True)
    assert own(told).closed == ((MICROPHONE, 1),)


def test_what_was_closed_is_forgotten_with_who_leaves() -> None:
    told = with_two()
    told.on("g", MICROPHONE)
    told.do(mutes_desk.CloseSource(H, G, MICROPHONE))
    told.leave("g")
    told.join("g")
    assert own(told) == OwnSourcesDocument(True, (), ())


def test_answer_to_what_nobody_asked_changes_nothing() -> None:
    told = with_two(guests_may_unmute=False)
    told.do(mutes_desk.AnswerAsked(G, MICROPHONE, True))
    with pytest.raises(NotAllowed):
        told.on("g", MICROPHONE)


def test_somebody_must_be_the_host_and_who_is_away_cannot_become_one() -> None:
    told = with_two()
    told.do(roles_desk.SetRole(H, H, Role.HOST))  # as it is
    with pytest.raises(NotAllowed) as refused:
        told.do(roles_desk.SetRole(H, H, Role.GUEST))
    assert refused.value.code == "last_host"
    told.do(commands.Disconnect(G))
    with pytest.raises(NotFound):
        told.do(roles_desk.SetRole(H, G, Role.HOST))


def test_who_is_sent_to_another_room_is_told_which() -> None:
    told = with_two()
    said = told.do(doors_desk.Transfer(H, G, RoomId("other")))
    assert [one.room for one in said if isinstance(one, Transferred)] == [RoomId("other")]
    assert G not in told.conference
    with pytest.raises(NotAllowed):
        told.do(doors_desk.Transfer(H, H, RoomId("other")))


def test_settings_chosen_are_told_and_those_that_hold_already_are_not() -> None:
    told = with_two()
    before = told.conference.settings
    said = told.do(settings_desk.ChangeRoom(H, lobby=LobbyPolicy.KNOCK))
    assert [one.settings.lobby for one in said if isinstance(one, SettingsChosen)] == [LobbyPolicy.KNOCK]
    assert told.do(settings_desk.ChangeRoom(H, lobby=before.lobby)) == []


def test_what_the_hub_reads_of_a_participant() -> None:
    told = with_two()
    told.join("n", media=False, slots=5)
    told.on("g", MICROPHONE)
    n = ParticipantId("n")
    reading = told.conference
    assert (reading.has_media(G), reading.has_media(n), reading.video_slots(n)) == (True, False, 5)
    assert (reading.is_active(G, MICROPHONE), reading.is_active(n, MICROPHONE)) == (True, False)
    assert set(reading.who_know(G)) == {H, G, n}
    assert {one.id for one in reading.present()} == {H, G, n}
    told.do(commands.Disconnect(n))
    told.wait(60)
    assert {one.id for one in reading.present()} == {H, G}


def test_source_id_that_is_taken_is_refused() -> None:
    told = with_two()
    with pytest.raises(InvalidTransition, match="source id"):
        told.do(commands.Join(ParticipantId("x"), "X", Role.GUEST, "", "", {CAMERA: source_of("g", CAMERA)}, True, 1))


def test_nobody_is_named_to_who_may_not_know_of_him() -> None:
    told = conference(guest_visibility=GuestVisibility.HOSTS)
    told.join("h", role=Role.HOST)
    told.join("g")
    told.join("i")
    assert set(told.conference.who_know(G)) == {H, G}


def test_what_is_off_already_is_not_closed_twice() -> None:
    told = with_two()
    told.do(mutes_desk.CloseSource(H, G, MICROPHONE))
    assert own(told).closed == ()


def test_conference_that_is_over_does_nothing_any_more() -> None:
    told = with_two()
    told.do(commands.End())
    assert told.conference.handle_timeout(told.now + 3600) == []


def test_nobody_is_put_in_the_spotlight_by_who_may_not_know_of_him() -> None:
    told = conference(lobby=LobbyPolicy.OFF)
    told.join("h", role=Role.HOST)
    with pytest.raises(NotFound):
        told.do(Spotlight(H, ParticipantId("nobody")))


def test_training_keeps_attendance_by_itself() -> None:
    assert RoomSettings(mode=RoomMode.TRAINING).keeps_attendance
    assert not RoomSettings().keeps_attendance
    assert RoomSettings(attendance=True).keeps_attendance


def test_document_of_a_kind_that_nobody_has_put_is_told_to_nobody() -> None:
    assert Documents().take([OwnSourcesDocument], {H: Role.HOST}) == []


def test_who_is_there_unseen_is_as_unknown_as_nobody() -> None:
    told = conference(guest_visibility=GuestVisibility.HOSTS)
    told.join("g")
    told.join("i")
    refusals = []
    for one in ("i", "nobody"):
        with pytest.raises(NotFound) as refused:
            told.conference._assembly.find_known(G, ParticipantId(one))
        refusals.append((refused.value.code, refused.value.text))
    assert refusals[0] == refusals[1]
