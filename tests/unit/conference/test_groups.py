"""Talks aside and small groups: who hears whom, and how all come back."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference, source_of
from tests.unit.conference.test_visibility import (
    ALL,
    HOSTS,
    answer,
    become,
    document,
    gets,
    is_private,
    knows,
    training,
)
from vdxmedia.conference import commands
from vdxmedia.conference.consent import Consent
from vdxmedia.conference.groups import (
    MAX_GROUP_S,
    MAX_GROUPS,
    AnswerGroup,
    AwayHostsDocument,
    EndAside,
    EndGroups,
    FormGroups,
    GroupsDocument,
    MoveToGroup,
    OwnGroupDocument,
    StartAside,
    VisitGroup,
    Whereabouts,
)
from vdxmedia.conference.groups_desk import GroupsDesk
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId


def hears(room: Told, viewer: str, others: str = "hiabc") -> set[str]:
    return reaches(room, viewer, SourceKind.MICROPHONE, others)


def watches(room: Told, viewer: str, others: str = "hiabc") -> set[str]:
    return reaches(room, viewer, SourceKind.CAMERA, others)


def reaches(room: Told, viewer: str, kind: SourceKind, others: str) -> set[str]:
    return {
        other
        for other in others
        if other != viewer and room.classes.get(source_of(other, kind), 0) & room.hears[viewer]
    }


def aside(room: Told, target: str, *, asking: str = "h", keeps_picture: bool = True) -> None:
    room.do(StartAside(ParticipantId(asking), ParticipantId(target), keeps_picture))


def form(room: Told, *groups: str, seconds: int = 0, asking: str = "h") -> None:
    people = tuple(tuple(ParticipantId(name) for name in group) for group in groups)
    room.do(FormGroups(ParticipantId(asking), people, seconds))


def say(room: Told, name: str, *, agrees: bool) -> None:
    room.do(AnswerGroup(ParticipantId(name), agrees))


def own(room: Told, name: str) -> OwnGroupDocument:
    told = document(room, name, OwnGroupDocument)
    assert isinstance(told, OwnGroupDocument)
    return told


def away(room: Told, name: str) -> tuple[str, ...]:
    told = document(room, name, AwayHostsDocument)
    assert isinstance(told, AwayHostsDocument)
    return tuple(str(host) for host in told.hosts)


def states(room: Told) -> list[tuple[int, bool, dict[str, Consent]]]:
    told = document(room, "h", GroupsDocument)
    assert isinstance(told, GroupsDocument)
    return [
        (one.group, one.is_aside, {str(member.participant): member.consent for member in one.people})
        for one in told.groups
    ]


def with_two_hosts(guests: str = "abc") -> Told:
    room = training(HOSTS, guests)
    room.join("i", role=Role.HOST, camera=True, microphone=True)
    return room


# ── aside ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_aside_is_heard_by_the_two_alone_and_the_others_keep_the_hosts_picture() -> None:
    room = with_two_hosts()
    aside(room, "a")
    assert hears(room, "h") == {"a"}
    assert hears(room, "a") == {"h"}
    for other in "bc":
        assert hears(room, other) == {"i"}
        assert watches(room, other) == {"h", "i"}
    assert hears(room, "i") == {"b", "c"}, "another host does not hear either"
    assert watches(room, "i") == {"h", "b", "c"}, "nor sees him who is taken aside"
    assert watches(room, "a") == {"h", "i"}
    assert own(room, "a") == OwnGroupDocument(Whereabouts.ASIDE, Consent.NONE, ParticipantId("h"), None)
    assert own(room, "h").other == "a"
    assert (away(room, "b"), away(room, "i"), away(room, "a")) == (("h",), ("h",), ())
    assert states(room) == [(0, True, {"h": Consent.AGREED, "a": Consent.AGREED})]


def test_aside_may_take_the_picture_along() -> None:
    room = with_two_hosts()
    aside(room, "a", keeps_picture=False)
    assert watches(room, "b") == {"i"}
    assert watches(room, "a") == {"h", "i"}
    assert "h" in knows(room, "b")


@pytest.mark.parametrize("ends", ["h", "a"])
def test_aside_ends_by_either_and_all_is_as_before(ends: str) -> None:
    room = with_two_hosts()
    before = {name: (hears(room, name), watches(room, name)) for name in "hiabc"}
    aside(room, "a", keeps_picture=False)
    room.do(EndAside(ParticipantId(ends)))
    assert {name: (hears(room, name), watches(room, name)) for name in "hiabc"} == before
    assert own(room, "a").place is Whereabouts.ROOM
    assert states(room) == []
    with pytest.raises(NotAllowed):
        room.do(EndAside(ParticipantId(ends)))


@pytest.mark.parametrize("gone", ["h", "a"])
@pytest.mark.parametrize("how", ["leaves", "is away"])
def test_aside_ends_when_one_of_the_two_is_gone(gone: str, how: str) -> None:
    room = with_two_hosts()
    aside(room, "a")
    if how == "leaves":
        room.leave(gone)
    else:
        room.do(commands.Disconnect(ParticipantId(gone)))
        room.wait(31)
    assert states_of(room) == []
    stays = "a" if gone == "h" else "h"
    assert hears(room, stays, "i") == {"i"}


def states_of(room: Told) -> list[int]:
    people = room.conference._assembly.people.values()
    return [one.group for one in people if one.group is not None]


def test_private_guest_taken_aside_reaches_no_other_guest() -> None:
    room = training(HOSTS, "ab")
    aside(room, "a")
    assert is_private(room, "a")
    assert knows(room, "a") == {"h"}


def test_aside_refuses_what_makes_no_sense() -> None:
    room = with_two_hosts()
    with pytest.raises(BadField):
        aside(room, "h")
    with pytest.raises(NotFound):
        aside(room, "x")
    with pytest.raises(NotAllowed):
        aside(room, "b", asking="a")
    aside(room, "a")
    for target, asking, code in (("b", "h", "in_a_group"), ("a", "i", "not_in_the_room")):
        with pytest.raises(NotAllowed) as refused:
            aside(room, target, asking=asking)
        assert refused.value.code == code


def test_there_are_no_more_groups_and_asides_than_there_are_classes() -> None:
    room = conference(maximum=100, guest_visibility=ALL)
    for index in range(2 * MAX_GROUPS + 2):
        room.join(chr(200 + index), role=Role.HOST if index % 2 else Role.GUEST)
    pairs = [(chr(201 + index), chr(200 + index)) for index in range(0, 2 * MAX_GROUPS + 2, 2)]
    for host, guest in pairs[:-1]:
        aside(room, guest, asking=host)
    host, guest = pairs[-1]
    for full in (lambda: aside(room, guest, asking=host), lambda: form(room, guest, asking=host)):
        with pytest.raises(Refused) as refused:
            full()
        assert refused.value.code == "groups_full"


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_open_guests_are_in_their_group_at_once() -> None:
    room = training(ALL, "abc")
    form(room, "ab", "c")
    assert hears(room, "a") == {"b"}
    assert watches(room, "a") == {"h", "b"}
    assert hears(room, "c") == set()
    assert hears(room, "h") == set()
    assert watches(room, "h") == {"a", "b", "c"}
    assert states(room) == [(0, False, {"a": Consent.AGREED, "b": Consent.AGREED}), (1, False, {"c": Consent.AGREED})]


def test_private_guest_enters_a_group_only_with_his_yes() -> None:
    room = training(HOSTS, "abc")
    form(room, "abc")
    assert all(is_private(room, name, "abc") for name in "abc")
    assert own(room, "a").consent is Consent.ASKED
    assert states(room) == [(0, False, dict.fromkeys("abc", Consent.ASKED))]
    say(room, "a", agrees=True)
    say(room, "b", agrees=False)
    assert all(is_private(room, name, "abc") for name in "abc")
    say(room, "c", agrees=True)
    assert gets(room, "a") == {"h", "c"}
    assert knows(room, "a") == {"h", "c"}
    assert is_private(room, "b", "abc")
    assert states(room) == [(0, False, {"a": Consent.AGREED, "b": Consent.DECLINED, "c": Consent.AGREED})]
    say(room, "a", agrees=False)
    assert is_private(room, "a", "abc")
    assert hears(room, "a") == {"h"}


def test_group_ends_by_itself_when_its_time_is_over() -> None:
    room = training(ALL, "ab")
    form(room, "ab", seconds=60)
    assert own(room, "a").ends_at == 60.0
    room.wait(59)
    assert hears(room, "a") == {"b"}
    room.wait(1)
    assert hears(room, "a") == {"h", "b"}
    assert own(room, "a") == OwnGroupDocument(Whereabouts.ROOM, Consent.NONE, None, None)


def test_host_ends_the_groups_and_asides_go_on() -> None:
    room = with_two_hosts()
    become(room, ALL)
    for name in "abc":
        answer(room, name, agrees=True)
    form(room, "ab")
    aside(room, "c", asking="i")
    room.do(EndGroups(ParticipantId("h")))
    assert hears(room, "a") == {"h", "b"}
    assert hears(room, "c") == {"i"}


def test_new_groups_replace_the_old_ones_and_their_time() -> None:
    room = training(ALL, "abc")
    form(room, "ab", "c", seconds=60)
    form(room, "ac")
    assert hears(room, "a") == {"c"}
    assert hears(room, "b") == {"h"}
    assert room.conference.deadline() is None or own(room, "a").ends_at is None
    form(room)
    assert hears(room, "a") == {"h", "b", "c"}


def test_host_visits_a_group_and_comes_back() -> None:
    room = training(ALL, "abc")
    form(room, "ab")
    room.do(VisitGroup(ParticipantId("h"), 0))
    assert hears(room, "h") == {"a", "b"}
    assert hears(room, "a") == {"h", "b"}
    assert hears(room, "c") == set()
    assert watches(room, "c") == {"h"}
    assert (away(room, "c"), away(room, "a")) == (("h",), ())
    room.do(VisitGroup(ParticipantId("h"), None))
    assert hears(room, "h") == {"c"}
    with pytest.raises(NotFound):
        room.do(VisitGroup(ParticipantId("h"), 5))
    aside(room, "c")
    with pytest.raises(NotAllowed):
        room.do(VisitGroup(ParticipantId("h"), 0))


def move(room: Told, name: str, group: int | None) -> None:
    room.do(MoveToGroup(ParticipantId("h"), ParticipantId(name), group))


def test_one_is_moved_to_another_group_and_back_and_the_others_stay() -> None:
    room = training(ALL, "abc")
    form(room, "ab", "c", seconds=60)
    ends_at = own(room, "a").ends_at
    move(room, "b", 1)
    assert (hears(room, "a"), hears(room, "b"), hears(room, "c")) == (set(), {"c"}, {"b"})
    assert own(room, "b").ends_at == ends_at
    move(room, "b", 1)
    assert hears(room, "c") == {"b"}, "where he is already"
    move(room, "b", None)
    assert (own(room, "b").place, hears(room, "c")) == (Whereabouts.ROOM, set())
    move(room, "b", 0)
    assert hears(room, "a") == {"b"}, "also one who was in none"


def test_private_guest_is_asked_anew_before_he_is_moved_and_is_with_nobody_meanwhile() -> None:
    room = training(HOSTS, "abc")
    form(room, "ab", "c")
    for name in "abc":
        say(room, name, agrees=True)
    move(room, "b", 1)
    assert own(room, "b") == OwnGroupDocument(Whereabouts.ROOM, Consent.ASKED, None, None)
    assert (hears(room, "a"), hears(room, "c")) == (set(), set())
    say(room, "b", agrees=True)
    assert (hears(room, "a"), hears(room, "c")) == (set(), {"b"})
    move(room, "b", None)
    with pytest.raises(NotAllowed):
        say(room, "b", agrees=True)


def test_nobody_is_moved_to_a_group_that_is_not_there_or_out_of_a_talk_aside() -> None:
    room = training(ALL, "abc")
    form(room, "ab")
    with pytest.raises(NotFound):
        move(room, "a", 5)
    aside(room, "c")
    with pytest.raises(NotAllowed):
        move(room, "c", 0)
    with pytest.raises(NotFound):
        move(room, "x", 0)


def test_host_may_be_in_a_group_from_the_start() -> None:
    room = with_two_hosts()
    form(room, "ia")
    say(room, "a", agrees=True)
    assert hears(room, "i") == {"a"}


@pytest.mark.parametrize("after", [HOSTS])
def test_narrowing_ends_groups(after: object) -> None:
    room = training(ALL, "ab")
    form(room, "ab")
    become(room, HOSTS)
    assert is_private(room, "a")
    assert states(room) == []


def test_widening_leaves_groups_as_they_are() -> None:
    room = training(HOSTS, "ab")
    form(room, "ab")
    say(room, "a", agrees=True)
    become(room, ALL)
    assert own(room, "a").place is Whereabouts.GROUP


def test_who_takes_back_his_yes_to_guests_leaves_the_group_with_them() -> None:
    room = training(ALL, "ab")
    form(room, "ab")
    answer(room, "a", agrees=False)
    assert is_private(room, "a")
    assert own(room, "a").consent is Consent.DECLINED
    answer(room, "a", agrees=True)
    assert own(room, "a").place is Whereabouts.ROOM


@pytest.mark.parametrize("how", ["leaves", "is away", "becomes a host"])
def test_who_is_gone_is_in_no_group(how: str) -> None:
    room = training(ALL, "ab")
    form(room, "ab")
    person = room.conference._assembly.find(ParticipantId("a"))
    if how == "leaves":
        room.leave("a")
    elif how == "is away":
        room.do(commands.Disconnect(ParticipantId("a")))
        room.wait(31)
    else:
        person.role = Role.HOST
        for desk in room.conference._desks:
            desk.role_changed(person, room.now)
        room.take(room.conference._assembly.settle(room.now))
    assert states(room) == [(0, False, {"b": Consent.AGREED})]
    assert how == "leaves" or hears(room, "b", "a") == set()


def test_change_of_role_in_the_large_room_is_none_of_groups() -> None:
    room = training(ALL, "ab")
    desk = next(one for one in room.conference._desks if isinstance(one, GroupsDesk))
    before = len(room.events)
    desk.role_changed(room.conference._assembly.find(ParticipantId("a")), 0.0)
    assert room.conference._assembly.settle(0.0) == []
    assert len(room.events) == before


@pytest.mark.parametrize(
    ("groups", "seconds", "error"),
    [
        (("aa",), 0, BadField),
        (("a", "a"), 0, BadField),
        (("a", ""), 0, BadField),
        (("ax",), 0, NotFound),
        (("a",), MAX_GROUP_S + 1, BadField),
        (("a",), -1, BadField),
    ],
)
def test_groups_that_cannot_be_change_nothing(groups: tuple[str, ...], seconds: int, error: type[Exception]) -> None:
    room = training(ALL, "abc")
    form(room, "bc")
    with pytest.raises(error):
        form(room, *groups, seconds=seconds)
    assert hears(room, "b") == {"c"}


def test_who_talks_aside_is_sent_nowhere() -> None:
    room = with_two_hosts("ab")
    form(room, "ab")
    aside(room, "a", asking="i") if own(room, "a").place is Whereabouts.ROOM else None
    with pytest.raises(NotAllowed):
        say(room, "a", agrees=True)
    say(room, "a", agrees=False)
    assert own(room, "a").place is Whereabouts.ASIDE
    with pytest.raises(NotAllowed):
        form(room, "a")


def test_nothing_asked_nothing_to_answer() -> None:
    room = training(HOSTS)
    with pytest.raises(NotAllowed) as refused:
        say(room, "a", agrees=True)
    assert refused.value.code == "nothing_asked"


# ── a restart ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_groups_and_their_time_survive_a_restart() -> None:
    room = training(HOSTS, "abcd")
    form(room, "abcd", seconds=60)
    say(room, "a", agrees=True)
    say(room, "b", agrees=True)
    say(room, "c", agrees=False)
    room.wait(20)
    again = conference(guest_visibility=HOSTS)
    again.now = 1000.0
    again.take(again.conference.restore(room.conference.kept(room.now), again.now))
    for name in "habcd":
        again.do(commands.Reconnect(ParticipantId(name), 9))
        again.media(name)
    assert hears(again, "a", "habcd") == {"b"}
    assert hears(again, "c", "habcd") == {"h"}
    assert own(again, "c").consent is Consent.DECLINED
    assert own(again, "d").consent is Consent.ASKED
    again.wait(39)
    assert hears(again, "a", "habcd") == {"b"}
    again.wait(2)
    assert hears(again, "a", "habcd") == {"h"}
