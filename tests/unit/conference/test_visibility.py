"""Widening waits for each one's yes, narrowing does not; and who is in the spotlight."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.consent import Consent
from vdxmedia.conference.documents import StageDocument
from vdxmedia.conference.events import DocumentChanged
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import GuestVisibility, RoomSettings
from vdxmedia.conference.visibility import (
    AnswerSpotlight,
    AnswerVisibility,
    ConsentDocument,
    ConsentListDocument,
    Spotlight,
)
from vdxmedia.conference.visibility_desk import VisibilityDesk
from vdxmedia.errors import NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

HOSTS, SPOTLIGHT, ALL = GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT, GuestVisibility.ALL


def training(visibility: GuestVisibility, guests: str = "ab", *, told: bool = True) -> Told:
    """A host h and guests, everybody with camera and microphone on."""
    room = conference(guest_visibility=visibility)
    room.join("h", role=Role.HOST, camera=True, microphone=True)
    for name in guests:
        room.join(name, camera=True, microphone=True, told=told)
    return room


def become(room: Told, visibility: GuestVisibility) -> None:
    room.do(commands.ChangeSettings(RoomSettings(guest_visibility=visibility), None, None))


def show(room: Told, target: str | None, *, asking: str = "h") -> None:
    room.do(Spotlight(ParticipantId(asking), None if target is None else ParticipantId(target)))


def answer(room: Told, name: str, *, agrees: bool) -> None:
    room.do(AnswerVisibility(ParticipantId(name), agrees))


def answer_spotlight(room: Told, name: str, *, agrees: bool) -> None:
    room.do(AnswerSpotlight(ParticipantId(name), agrees))


def knows(room: Told, viewer: str) -> set[str]:
    return {str(one.id) for one in room.conference.snapshot(ParticipantId(viewer)).participants} - {viewer}


def sees(room: Told, viewer: str) -> set[str]:
    return set(room.places(viewer).values())


def gets(room: Told, viewer: str) -> set[str]:
    """Whose packets the relay would let through."""
    people = [str(one.id) for one in room.conference.snapshot(ParticipantId("h")).participants]
    kinds = (SourceKind.CAMERA, SourceKind.MICROPHONE)
    return {
        name
        for name in people
        if name != viewer and any(room.classes[source_of(name, kind)] & room.hears[viewer] for kind in kinds)
    }


def document(room: Told, name: str, kind: type) -> object:
    return next((one for one in room.conference.snapshot(ParticipantId(name)).documents if type(one) is kind), None)


def consent(room: Told, name: str) -> tuple[Consent, Consent]:
    told = document(room, name, ConsentDocument)
    assert isinstance(told, ConsentDocument)
    return told.visibility, told.spotlight


def unanswered(room: Told) -> list[tuple[str, Consent, Consent]]:
    told = document(room, "h", ConsentListDocument)
    assert isinstance(told, ConsentListDocument)
    return [(str(one.participant), one.visibility, one.spotlight) for one in told.people]


def stage(room: Told, viewer: str) -> str | None:
    told = document(room, viewer, StageDocument)
    assert isinstance(told, StageDocument)
    return told.spotlight


def is_private(room: Told, name: str, others: str = "ab") -> bool:
    strangers = set(others) - {name}
    reached = {other for other in strangers if name in knows(room, other) | sees(room, other) | gets(room, other)}
    return not reached and not strangers & (knows(room, name) | sees(room, name) | gets(room, name))


# ── the room's setting ────────────────────────────────────────────────────────────────────────────────────────────


def test_room_for_all_shows_those_who_were_told() -> None:
    room = training(ALL)
    assert knows(room, "a") == sees(room, "a") == gets(room, "a") == {"h", "b"}
    assert consent(room, "a") == (Consent.AGREED, Consent.NONE)
    assert unanswered(room) == []


def test_who_was_not_told_is_private_and_asked() -> None:
    room = training(ALL, "a")
    room.join("b", camera=True, microphone=True, told=False)
    assert is_private(room, "b")
    assert consent(room, "b") == (Consent.ASKED, Consent.NONE)
    assert unanswered(room) == [("b", Consent.ASKED, Consent.NONE)]
    answer(room, "b", agrees=True)
    assert gets(room, "a") == {"h", "b"}
    assert gets(room, "b") == {"h", "a"}
    assert unanswered(room) == []


@pytest.mark.parametrize("before", [HOSTS, SPOTLIGHT])
def test_widening_waits_for_each_ones_yes(before: GuestVisibility) -> None:
    room = training(before, "abc")
    become(room, ALL)
    assert all(is_private(room, name, "abc") for name in "abc")
    answer(room, "a", agrees=True)
    assert is_private(room, "a", "abc"), "there is nobody yet who agreed as well"
    answer(room, "b", agrees=True)
    assert gets(room, "a") == {"h", "b"}
    assert gets(room, "b") == {"h", "a"}
    assert is_private(room, "c", "abc")
    assert unanswered(room) == [("c", Consent.ASKED, Consent.NONE)]


def test_no_is_respected_and_can_become_a_yes_and_a_no_again() -> None:
    room = training(HOSTS)
    become(room, ALL)
    answer(room, "a", agrees=True)
    answer(room, "b", agrees=False)
    assert is_private(room, "b")
    assert unanswered(room) == [("b", Consent.DECLINED, Consent.NONE)]
    answer(room, "b", agrees=True)
    assert gets(room, "a") == {"h", "b"}
    answer(room, "b", agrees=False)
    assert is_private(room, "b")


@pytest.mark.parametrize("after", [HOSTS, SPOTLIGHT])
def test_narrowing_applies_at_once_and_the_yes_is_void(after: GuestVisibility) -> None:
    room = training(ALL)
    become(room, after)
    assert is_private(room, "a")
    become(room, ALL)
    assert is_private(room, "a")
    assert consent(room, "a")[0] is Consent.ASKED


def test_who_was_told_that_only_hosts_see_him_has_not_agreed_to_more() -> None:
    room = training(HOSTS)
    room.join("c", told=True)
    become(room, ALL)
    assert consent(room, "c")[0] is Consent.ASKED


def test_nothing_asked_nothing_to_answer() -> None:
    room = training(HOSTS)
    with pytest.raises(NotAllowed) as refused:
        answer(room, "a", agrees=True)
    assert refused.value.code == "nothing_asked"
    assert is_private(room, "a")


def test_another_setting_changes_nothing_here() -> None:
    room = training(HOSTS)
    room.do(commands.ChangeSettings(RoomSettings(guest_visibility=HOSTS, maximum=3), None, None))
    assert consent(room, "a") == (Consent.NONE, Consent.NONE)


def test_full_room_tells_its_size_to_those_who_may_know_it() -> None:
    room = conference(guest_visibility=HOSTS, maximum=1)
    room.join("h", role=Role.HOST)
    for role, code in ((Role.GUEST, "must_wait"), (Role.HOST, "room_full")):
        with pytest.raises(Refused) as refused:
            room.join("x", role=role)
        assert refused.value.code == code


def test_who_leaves_is_not_waited_for() -> None:
    room = training(HOSTS)
    become(room, ALL)
    room.leave("a")
    assert unanswered(room) == [("b", Consent.ASKED, Consent.NONE)]


# ── the spotlight ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_host_in_the_spotlight_is_seen_big_by_all_at_once() -> None:
    room = training(HOSTS)
    show(room, "h")
    assert {stage(room, name) for name in "hab"} == {"h"}
    assert consent(room, "h") == (Consent.AGREED, Consent.AGREED)
    show(room, None)
    assert {stage(room, name) for name in "hab"} == {None}
    assert consent(room, "h") == (Consent.AGREED, Consent.NONE)


def test_private_guest_is_asked_before_the_spotlight_and_may_stop_it() -> None:
    room = training(SPOTLIGHT)
    show(room, "a")
    assert is_private(room, "a")
    assert stage(room, "h") is None
    assert consent(room, "a") == (Consent.NONE, Consent.ASKED)
    assert unanswered(room) == [("a", Consent.NONE, Consent.ASKED)]
    answer_spotlight(room, "a", agrees=True)
    assert stage(room, "b") == "a"
    assert knows(room, "b") == sees(room, "b") == gets(room, "b") == {"h", "a"}
    assert gets(room, "a") == {"h"}, "he does not see them"
    answer_spotlight(room, "a", agrees=False)
    assert is_private(room, "a")
    assert stage(room, "b") is None
    assert consent(room, "a") == (Consent.NONE, Consent.NONE)


def test_no_to_the_spotlight_is_told_to_hosts_and_he_may_be_asked_another_time() -> None:
    room = training(SPOTLIGHT)
    show(room, "a")
    answer_spotlight(room, "a", agrees=False)
    assert unanswered(room) == [("a", Consent.NONE, Consent.DECLINED)]
    show(room, "a")
    assert consent(room, "a")[1] is Consent.ASKED


def test_new_request_withdraws_the_one_before() -> None:
    room = training(SPOTLIGHT)
    show(room, "a")
    show(room, "b")
    assert consent(room, "a")[1] is Consent.NONE
    show(room, None)
    assert consent(room, "b")[1] is Consent.NONE


def test_next_one_takes_the_spotlight_over() -> None:
    room = training(SPOTLIGHT, "abc")
    for name in "ab":
        show(room, name)
        answer_spotlight(room, name, agrees=True)
    assert stage(room, "c") == "b"
    assert knows(room, "c") == {"h", "b"}
    assert consent(room, "a")[1] is Consent.NONE


def test_asking_for_who_stands_there_is_no_news() -> None:
    room = training(ALL)
    show(room, "a")
    assert stage(room, "b") == "a"
    before = len(room.events)
    show(room, "a")
    assert len(room.events) == before


def test_open_guest_is_shown_at_once_and_may_stop_it_both_ways() -> None:
    room = training(ALL)
    show(room, "a")
    assert consent(room, "a") == (Consent.AGREED, Consent.AGREED)
    answer(room, "a", agrees=False)
    assert is_private(room, "a")
    assert stage(room, "b") is None


def test_there_is_no_spotlight_for_guests_whom_hosts_alone_see() -> None:
    room = training(HOSTS)
    with pytest.raises(NotAllowed) as refused:
        show(room, "a")
    assert refused.value.code == "guests_are_private"


@pytest.mark.parametrize("name", ["waiting", "grouped"])
def test_there_is_no_spotlight_for_who_is_not_in_the_large_room(name: str) -> None:
    room = training(ALL)
    person = room.conference._assembly.find(ParticipantId("a"))
    person.is_waiting = name == "waiting"
    person.group = 0 if name == "grouped" else None
    with pytest.raises(NotAllowed) as refused:
        show(room, "a")
    assert refused.value.code == "not_in_the_room"


def test_guest_cannot_put_anybody_there() -> None:
    room = training(ALL)
    with pytest.raises(NotAllowed):
        show(room, "b", asking="a")
    with pytest.raises(NotFound):
        show(room, "nobody")


def test_narrowing_empties_the_spotlight_of_guests_and_withdraws_what_was_asked() -> None:
    room = training(ALL)
    show(room, "a")
    become(room, SPOTLIGHT)
    assert is_private(room, "a")
    assert stage(room, "h") is None
    show(room, "b")
    become(room, HOSTS)
    assert consent(room, "b")[1] is Consent.NONE


@pytest.mark.parametrize("how", ["leave", "away"])
def test_spotlight_is_empty_when_its_owner_is_gone(how: str) -> None:
    room = training(ALL)
    show(room, "a")
    if how == "leave":
        room.leave("a")
    else:
        room.do(commands.Disconnect(ParticipantId("a")))
        room.wait(31)
    assert stage(room, "b") is None


def test_newcomer_is_told_of_the_spotlight_when_he_may_know_of_it() -> None:
    room = training(ALL, "a")
    show(room, "a")
    room.join("b")
    room.join("c", told=False)
    assert stage(room, "b") == "a"
    assert stage(room, "c") == "a", "the spotlight is for everybody to see"


def test_who_waits_is_not_told_of_the_spotlight() -> None:
    room = training(ALL)
    waiting = room.conference._assembly.find(ParticipantId("b"))
    waiting.is_waiting = True
    room.conference._assembly.permit(waiting)
    show(room, "a")
    assert stage(room, "b") is None


def test_list_of_answers_is_for_hosts_only() -> None:
    room = training(HOSTS)
    become(room, ALL)
    assert document(room, "a", ConsentListDocument) is None
    told = [event for event in room.events if isinstance(event, DocumentChanged)]
    assert all(event.to == ("h",) for event in told if isinstance(event.document, ConsentListDocument))


# ── roles, and a restart ──────────────────────────────────────────────────────────────────────────────────────────


def change_role(room: Told, name: str, role: Role) -> None:
    assembly = room.conference._assembly
    person = assembly.find(ParticipantId(name))
    person.role = role
    for desk in room.conference._desks:
        if isinstance(desk, VisibilityDesk):
            desk.role_changed(person, room.now)
    room.take(assembly.settle(room.now))


def test_who_becomes_a_host_is_asked_no_more_and_is_seen() -> None:
    room = training(HOSTS)
    become(room, ALL)
    change_role(room, "a", Role.HOST)
    assert gets(room, "b") == {"h", "a"}
    assert [name for name, _, _ in unanswered(room)] == ["b"]


def test_open_guest_who_becomes_a_host_and_a_guest_again_stays_open() -> None:
    room = training(ALL)
    change_role(room, "a", Role.HOST)
    change_role(room, "a", Role.GUEST)
    assert gets(room, "b") == {"h", "a"}


def test_host_who_becomes_a_guest_is_as_private_as_they() -> None:
    room = training(SPOTLIGHT)
    room.join("i", role=Role.HOST)
    room.do(Spotlight(ParticipantId("h"), ParticipantId("i")))
    change_role(room, "i", Role.GUEST)
    assert knows(room, "a") == {"h"}
    assert stage(room, "a") is None
    become(room, ALL)
    room.join("j", role=Role.HOST, told=False)
    change_role(room, "j", Role.GUEST)
    assert consent(room, "j")[0] is Consent.ASKED


def restarted(room: Told, visibility: GuestVisibility) -> Told:
    def desk(told: Told) -> VisibilityDesk:
        return next(one for one in told.conference._desks if isinstance(one, VisibilityDesk))

    again = conference(guest_visibility=visibility)
    desk(again).restore(desk(room).state(room.now), 0.0)
    return again


def test_after_a_restart_nobody_is_more_visible_than_before() -> None:
    room = training(HOSTS, "abc")
    become(room, ALL)
    answer(room, "a", agrees=True)
    answer(room, "b", agrees=False)
    show(room, "a")
    again = restarted(room, ALL)
    again.join("h", role=Role.HOST, camera=True, microphone=True)
    for name in "abc":
        again.join(name, camera=True, microphone=True, told=False)
    assert [consent(again, name)[0] for name in "abc"] == [Consent.AGREED, Consent.DECLINED, Consent.ASKED]
    assert is_private(again, "b", "abc")
    assert stage(again, "h") is None, "a guest is put there by a host"


def test_after_a_restart_a_host_is_in_the_spotlight_again() -> None:
    room = training(HOSTS)
    show(room, "h")
    again = restarted(room, HOSTS)
    again.join("h", role=Role.HOST)
    again.join("a")
    assert stage(again, "a") == "h"
