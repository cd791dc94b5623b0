"""The lobby command by command: who waits, who is let in, what is told. Sequences of them: tests/simulation."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import ALL, Told, conference, source_of
from vdxmedia.conference import commands, doors_desk, lobby_desk
from vdxmedia.conference.admissions import MAX_ADMISSIONS, Admissions, key_of
from vdxmedia.conference.choices import GuestVisibility, LastHostPolicy, LobbyPolicy
from vdxmedia.conference.events import WaiterAdmitted, WaiterGone, WaiterRefused, WaiterTold
from vdxmedia.conference.kinds import LeaveReason, Role
from vdxmedia.conference.lobby import MAX_WAITING, WAITER_KEPT_S
from vdxmedia.conference.lobby_desk import LobbyDocument
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import InvalidTransition, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

H, A, B, C = (ParticipantId(name) for name in "habc")


def room(**settings: object) -> Told:
    """With a host in it, where one has to knock."""
    told = conference(**{"lobby": LobbyPolicy.KNOCK} | settings)
    told.join("h", role=Role.HOST)
    return told


def wait(told: Told, *names: str, knocks: bool = False) -> None:
    for name in names:
        told.do(commands.Wait(ParticipantId(name), name, "", "", (f"k{name}",), knocks))


def join(told: Told, name: str, role: Role = Role.GUEST, *, organisation: str = "") -> None:
    told.do(
        commands.Join(
            ParticipantId(name),
            name,
            role,
            organisation,
            "",
            {kind: source_of(name, kind) for kind in ALL},
            True,
            4,
            admission_keys=(f"k{name}",),
        )
    )


def lobby(told: Told, who: ParticipantId = H) -> LobbyDocument | None:
    found = [one for one in told.conference.snapshot(who).documents if isinstance(one, LobbyDocument)]
    return found[0] if found else None


def waiting(told: Told) -> list[ParticipantId]:
    document = lobby(told)
    assert document is not None
    return [one.id for one in document.waiting]


def why(told: Told, name: str, role: Role = Role.GUEST, *, waits: bool = False) -> WaitCause | None:
    return told.conference.why_wait(role, (f"k{name}",), told.now, waiting=ParticipantId(name) if waits else None)


def test_host_sees_who_waits_in_the_order_of_coming_and_a_guest_sees_nothing() -> None:
    told = room()
    wait(told, "a", "b", "c")
    assert waiting(told) == [A, B, C]
    told.do(lobby_desk.Admit(H, A))
    join(told, "a")
    assert waiting(told) == [B, C]
    assert lobby(told, A) is None


def test_admitted_comes_in_and_need_not_knock_again() -> None:
    told = room()
    wait(told, "a")
    said = told.do(lobby_desk.Admit(H, A))
    assert WaiterAdmitted(A) in said
    assert told.do(lobby_desk.Admit(H, A)) == []  # twice is fine
    assert why(told, "a", waits=True) is None
    join(told, "a")
    told.leave("a")
    assert why(told, "a") is None
    assert why(told, "b") is WaitCause.ADMISSION


def test_admit_all_lets_in_as_many_as_there_is_room_for_first_come_first() -> None:
    told = room(maximum=3)
    wait(told, "a", "b", "c")
    told.do(lobby_desk.AdmitAll(H))
    assert waiting(told) == [C]
    with pytest.raises(Refused) as refused:
        told.do(lobby_desk.Admit(H, C))
    assert refused.value.code == "room_full"


def test_refused_is_told_why_in_one_line_and_may_knock_again_unless_barred() -> None:
    told = room()
    wait(told, "a", "b")
    said = told.do(lobby_desk.RefuseWaiting(H, A, "Forkert\ndag"))
    assert WaiterRefused(A, "Forkert dag") in said
    assert why(told, "a") is WaitCause.ADMISSION
    told.do(lobby_desk.RefuseWaiting(H, B, "", is_barred=True))
    with pytest.raises(NotAllowed) as refused:
        why(told, "b")
    assert refused.value.code == "barred"


def test_what_a_host_says_reaches_those_who_wait_and_those_who_come_later() -> None:
    told = room()
    wait(told, "a", "b")
    told.do(lobby_desk.Admit(H, B))
    said = told.do(lobby_desk.SayToWaiting(H, "Ti minutter endnu"))
    assert [(one.participant, one.notice) for one in said if isinstance(one, WaiterTold)] == [(A, "Ti minutter endnu")]
    wait(told, "c")
    told_c = told.conference.waiter(C)
    assert told_c is not None
    assert told_c.notice == "Ti minutter endnu"
    assert told.conference.waiter(ParticipantId("nobody")) is None


def test_lock_keeps_everybody_out_and_its_end_lets_in_whom_nothing_else_keeps() -> None:
    told = room(lobby=LobbyPolicy.OFF)
    told.do(lobby_desk.SetLock(H, True))
    assert why(told, "a") is WaitCause.ADMISSION
    assert why(told, "i", Role.HOST) is None
    wait(told, "a")
    said = told.do(lobby_desk.SetLock(H, False))
    assert WaiterAdmitted(A) in said


def test_guests_wait_for_a_host_and_are_let_in_when_one_comes() -> None:
    told = conference(lobby=LobbyPolicy.UNTIL_HOST)
    assert why(told, "a") is WaitCause.HOST
    wait(told, "a")
    told.join("h", role=Role.HOST)
    assert WaiterAdmitted(A) in told.events


def test_who_came_by_what_can_be_guessed_is_never_let_in_by_itself() -> None:
    told = conference(lobby=LobbyPolicy.OFF)
    wait(told, "a", knocks=True)
    told.join("h", role=Role.HOST)
    assert waiting(told) == [A]


def test_change_of_what_is_waited_for_is_told() -> None:
    told = conference(lobby=LobbyPolicy.UNTIL_HOST)
    wait(told, "a")
    said = told.do(commands.ChangeSettings(RoomSettings(lobby=LobbyPolicy.KNOCK), None, None))
    assert [one.reason for one in said if isinstance(one, WaiterTold)] == [WaitCause.ADMISSION.told]


def test_full_room_of_private_guests_makes_one_wait_without_saying_that_others_are_there() -> None:
    told = conference(maximum=1, guest_visibility=GuestVisibility.HOSTS)
    join(told, "a")
    assert why(told, "b") is WaitCause.PLACE
    told = conference(maximum=1)
    join(told, "a")
    with pytest.raises(Refused):
        why(told, "b")


def test_full_room_does_not_open_its_doors_for_who_waits() -> None:
    told = room(maximum=2)
    wait(told, "a", "b")
    told.do(lobby_desk.Admit(H, A))
    join(told, "a")
    told.do(commands.ChangeSettings(RoomSettings(maximum=2, lobby=LobbyPolicy.OFF), None, None))
    assert waiting(told) == [B]
    told.leave("a")
    assert WaiterAdmitted(B) in told.events


def test_last_host_who_leaves_sends_the_guests_out_to_wait_for_one() -> None:
    told = room(lobby=LobbyPolicy.OFF, last_host=LastHostPolicy.WAIT)
    join(told, "a")
    join(told, "b")
    told.do(commands.Disconnect(B))
    told.leave("h")
    assert len(told.conference) == 0
    assert [waiter.id for waiter in told.conference.waiting()] == [A, B]
    assert why(told, "a", waits=True) is WaitCause.HOST
    told.wait(WAITER_KEPT_S + 1)
    assert [waiter.id for waiter in told.conference.waiting()] == [A]  # the other's connection was away
    told.join("h", role=Role.HOST)
    assert WaiterAdmitted(A) in told.events


def test_lobby_that_is_full_takes_nobody_who_is_sent_out() -> None:
    told = room(last_host=LastHostPolicy.WAIT, maximum=MAX_WAITING)
    wait(told, "a")
    told.do(lobby_desk.Admit(H, A))
    join(told, "a")
    wait(told, *(f"w{number}" for number in range(MAX_WAITING)))
    told.leave("h")
    assert told.conference.waiter(A) is None
    assert A not in told.conference


def test_connection_of_who_waits_may_come_back() -> None:
    told = room()
    wait(told, "a")
    told.do(commands.LoseWaiter(A))
    document = lobby(told)
    assert document is not None
    assert document.waiting[0].is_away
    told.do(commands.ReturnWaiter(A))
    told.wait(WAITER_KEPT_S + 1)
    assert waiting(told) == [A]
    assert told.do(commands.LeaveWaiter(A))[0] == WaiterGone(A, LeaveReason.LEFT)
    assert waiting(told) == []
    with pytest.raises(NotFound):
        told.do(commands.LeaveWaiter(A))


def test_nobody_waits_twice_nor_without_a_cause() -> None:
    told = room(lobby=LobbyPolicy.OFF)
    with pytest.raises(InvalidTransition):
        wait(told, "a")
    join(told, "a")
    with pytest.raises(InvalidTransition):
        wait(told, "a")


def test_who_must_wait_cannot_join() -> None:
    told = room()
    with pytest.raises(Refused):
        join(told, "a")


def test_hosts_of_other_organisations_see_who_waits_and_let_nobody_in() -> None:
    told = conference(lobby=LobbyPolicy.KNOCK, admitters=("Aarhus",))
    join(told, "h", Role.HOST, organisation="Odense")
    wait(told, "a")
    document = lobby(told)
    assert document is not None
    assert (document.may_admit, len(document.waiting)) == (False, 1)
    with pytest.raises(NotAllowed) as refused:
        told.do(lobby_desk.Admit(H, A))
    assert refused.value.code == "not_your_room"


def test_lock_admissions_and_bars_are_so_after_a_restart_and_nobodys_name_is_kept() -> None:
    told = room()
    wait(told, "a", "b")
    told.do(lobby_desk.Admit(H, A))
    join(told, "a")
    told.do(lobby_desk.RefuseWaiting(H, B, "", is_barred=True))
    told.do(lobby_desk.SetLock(H, True))
    after = conference(lobby=LobbyPolicy.KNOCK)
    after.take(after.conference.restore(told.conference.kept(told.now), 0.0))
    assert why(after, "a") is WaitCause.ADMISSION  # locked
    with pytest.raises(NotAllowed):
        why(after, "b")
    after.do(commands.Reconnect(H, 4))
    after.do(lobby_desk.SetLock(H, False))
    assert why(after, "a") is None


@pytest.mark.parametrize("is_barred", [True, False])
def test_removed_from_the_call_knocks_again_or_is_barred(is_barred: bool) -> None:
    told = room()
    wait(told, "a")
    told.do(lobby_desk.Admit(H, A))
    join(told, "a")
    told.do(doors_desk.RemovePerson(H, A, is_barred))
    assert A not in told.conference
    if is_barred:
        with pytest.raises(NotAllowed):
            why(told, "a")
    else:
        assert why(told, "a") is WaitCause.ADMISSION


def test_oldest_admission_is_forgotten_when_there_are_too_many() -> None:
    admissions = Admissions()
    keys = [key_of("link", str(number)) for number in range(MAX_ADMISSIONS + 1)]
    for key in keys:
        admissions.admit((key,))
    assert not admissions.is_admitted(keys[:1])
    assert admissions.is_admitted(keys[1:2])
    assert key_of("link", "x")[4:] != key_of("session", "x")[7:]


def test_who_was_let_in_and_has_not_come_yet_is_not_let_in_again() -> None:
    told = room(lobby=LobbyPolicy.KNOCK)
    wait(told, "a", "b")
    told.do(lobby_desk.Admit(H, A))
    said = told.do(commands.ChangeSettings(RoomSettings(lobby=LobbyPolicy.OFF), None, None))
    assert [one for one in said if isinstance(one, WaiterAdmitted)] == [WaiterAdmitted(B)]


def test_another_cause_that_is_told_in_the_same_words_is_not_told_again() -> None:
    told = conference(maximum=1, guest_visibility=GuestVisibility.HOSTS)
    join(told, "a")
    wait(told, "b")
    knocking = RoomSettings(maximum=1, guest_visibility=GuestVisibility.HOSTS, lobby=LobbyPolicy.KNOCK)
    said = told.do(commands.ChangeSettings(knocking, None, None))
    assert [one for one in said if isinstance(one, WaiterTold)] == []
    assert why(told, "b", waits=True) is WaitCause.ADMISSION


def test_who_stood_in_the_row_before_a_restart_stands_where_he_stood() -> None:
    told = room()
    told.now = 100.0
    wait(told, "a")
    told.do(commands.Wait(B, "b", "", "", ("kb",), since_s=40.0))
    told.do(commands.Wait(C, "c", "", "", ("kc",), since_s=900.0))  # not later than now
    assert waiting(told) == [B, A, C]
