"""Floor control in a conference: gates, screens, who is shown big, what each is told, and what outlasts a restart."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import source_of
from tests.fakes.floor_rooms import SCREEN, SPEECH, FloorRoom, floor_room
from vdxmedia.conference import commands
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility, LastHostPolicy
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import FloorNoted, MediaChanged
from vdxmedia.conference.floor_desk import QUEUE_TOLD, QUEUE_TOLD_TO_HOSTS
from vdxmedia.conference.floor_request import FloorReason, Priority, RequestStatus
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.media import SetGate, SetSourceClasses
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.visibility import AnswerVisibility, Spotlight
from vdxmedia.errors import NotFound, Refused, VdxError
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


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [FREE, HANDS])
def test_where_nothing_is_enforced_everybody_is_heard(policy: FloorPolicy) -> None:
    room = floor_room(floor_policy=policy)
    assert [room.passes(name) for name in "habc"] == [True] * 4
    assert room.floor_gates == {}


def test_queue_lets_through_who_holds_it_and_the_next_one_in_the_same_step() -> None:
    room = floor_room(floor_policy=QUEUE)
    assert [room.passes(name) for name in "habc"] == [True, False, False, False]
    room.ask("a")
    room.ask("b")
    assert [room.passes(name) for name in "abc"] == [True, False, False]
    assert (room.own("a").status, room.own("b").status, room.own("b").position) == (GRANTED, ACCEPTED, 1)
    room.release("a")
    assert [room.passes(name) for name in "abc"] == [False, True, False]
    assert (room.own("a").status, room.own("a").may_send) == (None, False)


def test_moderated_lets_through_whom_the_chair_grants_until_revoked() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    assert not room.passes("a")
    room.grant("a")
    assert room.passes("a")
    room.revoke("a")
    assert not room.passes("a")
    assert (room.own("a").status, room.own("a").reason) == (REVOKED, FloorReason.CHAIR)


def test_newcomer_to_a_controlled_floor_is_silent_before_others_may_hear_him() -> None:
    room = floor_room("", floor_policy=QUEUE)
    said = room.join("a", microphone=True)
    changes = [change for event in said if isinstance(event, MediaChanged) for change in event.changes]
    order = [type(change).__name__ for change in changes if isinstance(change, SetGate | SetSourceClasses)]
    assert order[:3] == ["SetGate", "SetGate", "SetSourceClasses"]
    assert room.floor_gates[source_of("a", MICROPHONE)] is False


def test_hosts_need_the_floor_where_they_are_not_exempt() -> None:
    room = floor_room(floor_policy=MODERATED, hosts_exempt=False)
    assert not room.passes("h")
    room.ask("h", priority=Priority.HIGH)
    room.grant("h")
    assert room.passes("h")


def test_grant_opens_no_microphone_that_its_owner_closed() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.off("a", MICROPHONE)
    room.ask("a")
    room.grant("a")
    assert not room.is_on("a")
    assert not room.passes("a")
    room.on("a", MICROPHONE)
    assert room.passes("a")


def test_turn_over_silences_at_once_and_says_so_before() -> None:
    room = floor_room(floor_policy=QUEUE, turn_s=10)
    room.ask("a")
    assert room.own("a").ends_at_unix_s == 10
    room.wait(8)
    assert room.own("a").is_ending
    room.extend("a", 10)
    assert (room.own("a").is_ending, room.own("a").ends_at_unix_s) == (False, 20)
    room.wait(12)
    assert not room.passes("a")
    assert (room.own("a").status, room.own("a").reason) == (REVOKED, FloorReason.TIME_UP)


def test_who_talks_in_a_group_needs_no_floor_there() -> None:
    room = floor_room(floor_policy=MODERATED)
    assembly = room.conference._assembly
    one = assembly.find(ParticipantId("a"))

    def move(group: int | None) -> list[str]:
        """What the relay is told of the voice, in order."""
        one.group = group
        assembly.permit(one)
        said = room.take(assembly.settle(room.now))
        changes = [change for event in said if isinstance(event, MediaChanged) for change in event.changes]
        rules = [change for change in changes if isinstance(change, SetGate | SetSourceClasses)]
        return [type(rule).__name__ for rule in rules if rule.source == source_of("a", MICROPHONE)]

    assert move(0) == ["SetSourceClasses", "SetGate"], "opens only when the others may not hear him any more"
    assert room.passes("a")
    assert move(None) == ["SetGate", "SetSourceClasses"]
    assert not room.passes("a")


# ── when the rules change ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [FREE, HANDS])
def test_when_control_ends_who_was_silenced_is_muted_and_the_holder_goes_on(policy: FloorPolicy) -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    room.grant("a")
    room.off("c", MICROPHONE)
    room.rules(floor_policy=policy)
    assert [room.passes(name) for name in "habc"] == [True, True, False, False]
    assert [room.own_all(name).closed_microphone for name in "habc"] == [0, 0, 1, 0]
    room.on("b", MICROPHONE)
    assert room.passes("b")


def test_hosts_that_become_exempt_are_not_louder_by_surprise() -> None:
    room = floor_room(floor_policy=MODERATED, hosts_exempt=False)
    room.rules(floor_policy=MODERATED, hosts_exempt=True)
    assert room.own("h").may_send
    assert not room.passes("h")
    assert room.own_all("h").closed_microphone == 1


def test_control_that_begins_silences_all_but_hosts() -> None:
    room = floor_room()
    room.rules(floor_policy=QUEUE)
    assert [room.passes(name) for name in "habc"] == [True, False, False, False]
    assert [room.is_on(name) for name in "habc"] == [True] * 4


def test_guest_who_becomes_a_host_is_muted_and_a_host_who_becomes_a_guest_silenced() -> None:
    room = floor_room(floor_policy=MODERATED)
    for name, role in (("a", Role.HOST), ("h", Role.GUEST)):
        one = room.conference._assembly.find(ParticipantId(name))
        one.role = role
        for desk in room.conference._desks:
            desk.role_changed(one, room.now)
        room.take(room.conference._assembly.settle(room.now))
    assert (room.own("a").may_send, room.is_on("a")) == (True, False)
    assert not room.passes("h")


def test_floor_without_any_host_left_is_of_hands_until_one_is_there() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    room.leave("h")
    assert room.floor("a").policy is HANDS
    assert room.queue("b") == "a"
    assert not room.passes("b"), "muted, not louder by surprise"
    room.on("b", MICROPHONE)
    assert room.passes("b")
    room.join("k", role=Role.HOST)
    assert room.floor("a").policy is MODERATED
    assert not room.passes("b")


def test_floor_that_no_host_has_seen_yet_stays_closed_and_so_it_does_under_another_policy_of_the_last_host() -> None:
    room = FloorRoom(Conference(RoomSettings(floor_policy=MODERATED), roster_round_s=0.0))
    room.join("a", microphone=True)
    assert not room.passes("a")
    room = floor_room(floor_policy=MODERATED, last_host=LastHostPolicy.WAIT)
    room.leave("h")
    assert not room.passes("a")


def test_last_host_made_a_guest_is_a_host_lost() -> None:
    room = floor_room(floor_policy=MODERATED)
    one = room.conference._assembly.find(ParticipantId("h"))
    for role, policy in ((Role.GUEST, HANDS), (Role.HOST, MODERATED)):
        one.role = role
        for desk in room.conference._desks:
            desk.role_changed(one, room.now)
        room.take(room.conference._assembly.settle(room.now))
        assert room.floor("a").policy is policy


# ── rights ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_hosts_chair() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    room.ask("b")
    chair = [
        lambda: room.grant("a", by="a"),
        lambda: room.deny("b", by="a"),
        lambda: room.revoke("a", by="b"),
        lambda: room.move("b", 1, by="b"),
        lambda: room.clear(by="a"),
        lambda: room.extend("a", 5, by="a"),
        lambda: room.ask("c", priority=Priority.HIGHEST),
    ]
    assert [refused(do) for do in chair] == ["hosts_only"] * 7
    assert room.queue() == "ab"


def test_chair_reorders_denies_clears_and_takes_a_place_for_another() -> None:
    room = floor_room("abcd", floor_policy=MODERATED)
    for name in "abcd":
        room.ask(name)
    room.move("c", 1)
    assert room.queue() == "cabd"
    room.grant("b")
    assert refused(room.grant, "c") == "floor_taken"
    room.grant("c", preempts=True)
    assert (room.holders(), room.queue()) == ("c", "ad")
    room.deny("a")
    room.clear()
    assert (room.queue(), room.own("a").status, room.own("d").reason) == ("", DENIED, FloorReason.CLEARED)
    room.ask("d")
    assert room.own("d").reason is None


def test_unknown_request_is_not_found() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    request = room.request_of("a")
    room.release("a")
    room.request_of = lambda *_: request  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        room.grant("a")


def test_what_became_of_requests_is_noted_with_ids_only() -> None:
    room = floor_room(floor_policy=MODERATED, turn_s=10)
    room.ask("a")
    room.grant("a")
    room.wait(10)
    noted = [event for event in room.events if isinstance(event, FloorNoted)]
    assert [(one.change.after.value, one.change.by) for one in noted] == [
        ("accepted", "a"),
        ("granted", "h"),
        ("revoked", None),
    ]


# ── absence ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_place_and_turn_outlast_a_lost_connection_for_thirty_seconds() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.ask("a")
    room.grant("a")
    room.do(commands.Disconnect(ParticipantId("a")))
    room.wait(29)
    room.do(commands.Reconnect(ParticipantId("a"), 9))
    assert room.passes("a")
    room.do(commands.Disconnect(ParticipantId("a")))
    room.wait(31)
    assert room.holders() == ""
    assert room.floor_gates[source_of("a", MICROPHONE)] is False
    room.do(commands.Reconnect(ParticipantId("a"), 9))
    assert (room.own("a").status, room.own("a").reason) == (REVOKED, FloorReason.LOST)


def test_seat_given_up_early_gives_up_the_floor() -> None:
    room = FloorRoom(Conference(RoomSettings(floor_policy=QUEUE), roster_round_s=0.0, seat_kept_s=1.0))
    room.join("h", role=Role.HOST)
    room.join("a")
    room.ask("a")
    room.do(commands.Disconnect(ParticipantId("a")))
    room.wait(1)
    assert room.holders() == ""


def test_who_leaves_makes_room_for_the_next() -> None:
    room = floor_room(floor_policy=QUEUE)
    room.ask("a")
    room.ask("b")
    room.leave("a")
    assert room.passes("b")


# ── the screen ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_screen_without_its_floor_is_refused_and_taken_away_when_revoked() -> None:
    room = floor_room(screen_policy=MODERATED)
    with pytest.raises(Refused) as raised:
        room.on("a", SHARED)
    assert raised.value.code == "screen_floor_needed"
    assert refused(room.on, "a", SourceKind.SCREEN_AUDIO) == "screen_floor_needed"
    room.on("h", SHARED)
    room.ask("a", SCREEN)
    room.grant("a", SCREEN)
    room.on("a", SHARED)
    assert room.passes("a", SHARED)
    assert room.passes("a"), "the voice is another floor"
    room.revoke("a", SCREEN)
    assert not room.passes("a", SHARED)
    assert not room.is_on("a", SHARED)
    assert "a*" not in room.places("b").values()


# ── who is shown big ──────────────────────────────────────────────────────────────────────────────────────────────


def main_of(room: FloorRoom, viewer: str) -> ParticipantId | None:
    """As it is in the next step."""
    room.wait(0)
    return room.conference._assembly.find(ParticipantId(viewer)).main


def test_holder_is_shown_big_unless_somebody_is_in_the_spotlight() -> None:
    room = floor_room(floor_policy=MODERATED)
    room.speak("h")
    room.wait(5)
    assert main_of(room, "b") == "h"
    room.ask("a")
    room.grant("a")
    assert main_of(room, "b") == "a"
    room.do(Spotlight(ParticipantId("h"), ParticipantId("c")))
    assert main_of(room, "b") == "c"
    room.do(Spotlight(ParticipantId("h"), None))
    assert main_of(room, "b") == "a"
    room.leave("a")
    assert main_of(room, "b") != "a"


def test_nobody_is_picked_out_of_several_holders_or_where_the_room_does_not_say_so() -> None:
    room = floor_room(floor_policy=QUEUE, max_speakers=2)
    room.ask("a")
    assert room.conference._assembly.called == "a"
    room.ask("b")
    assert room.conference._assembly.called is None
    room.rules(floor_policy=QUEUE, max_speakers=1, shows_speaker=False)
    assert room.holders() == "a"
    assert room.conference._assembly.called is None


def test_who_speaks_in_sign_language_is_told_so_to_all_and_shown_big() -> None:
    room = floor_room(floor_policy=QUEUE, max_speakers=2, shows_speaker=False)
    room.ask("a", signs=True)
    room.ask("b")
    assert [place.signs for place in room.floor("c").holders] == [True, False]
    assert main_of(room, "c") == "a"
    assert room.own("a").signs
    room.release("a")
    room.ask("a")
    assert not room.own("a").signs


def test_holder_is_not_shown_to_those_who_may_not_see_him() -> None:
    room = floor_room(floor_policy=MODERATED, guest_visibility=HOSTS)
    room.ask("a")
    room.grant("a")
    assert main_of(room, "h") == "a"
    assert main_of(room, "b") is None
    assert "a" not in room.places("b").values()


# ── what each is told ─────────────────────────────────────────────────────────────────────────────────────────────


def test_guests_have_the_beginning_of_the_queue_and_their_own_place_hosts_the_requests() -> None:
    names = "abcdefgijklmnopqrstuvwxyz"
    room = floor_room(names, floor_policy=HANDS)
    for name in names:
        room.ask(name)
    assert room.queue() == names
    told = room.floor("z")
    assert "".join(place.participant for place in told.queue) == names[:QUEUE_TOLD]
    assert (told.waiting, room.own("z").position) == (len(names), len(names))
    assert {place.request for place in told.queue} == {None}
    assert None not in {place.request for place in room.floor("h").queue}
    assert len(names) < QUEUE_TOLD_TO_HOSTS


def test_those_with_the_same_view_are_told_one_document_together() -> None:
    room = floor_room("abcdef", floor_policy=HANDS)
    room.heard.clear()
    room.ask("a")
    documents = {id(one) for name in "abcdef" for _, one in room.heard[name] if type(one).__name__ == "FloorDocument"}
    assert len(documents) == 1


def test_guest_who_has_not_agreed_to_be_seen_is_in_no_guests_queue_and_counts_for_no_place() -> None:
    room = FloorRoom(Conference(RoomSettings(floor_policy=HANDS), roster_round_s=0.0))
    room.join("h", role=Role.HOST)
    room.join("a")
    room.join("x", told=False)
    room.ask("x")
    room.ask("a")
    assert room.queue() == "xa"
    assert (room.queue("a"), room.floor("a").waiting, room.own("a").position) == ("a", 1, 1)
    assert (room.queue("x"), room.own("x").position, room.own("x").status) == ("", None, ACCEPTED)


def test_private_guest_is_told_of_himself_and_of_hosts_only() -> None:
    room = floor_room(floor_policy=MODERATED, guest_visibility=HOSTS, max_speakers=3)
    for name in "abh":
        room.ask(name)
    room.grant("a")
    room.grant("h")
    assert (room.holders("b"), room.queue("b"), room.floor("b").waiting) == ("h", "", 0)
    assert (room.own("b").status, room.own("b").position) == (ACCEPTED, None)
    room.rules(floor_policy=MODERATED, guest_visibility=HOSTS, max_speakers=1)
    assert (room.own("a").status, room.holders("a")) == (GRANTED, "")
    room.grant("b", preempts=True)
    assert (room.own("a").status, room.own("a").reason) == (REVOKED, FloorReason.CHAIR), "not: for another's sake"


def test_private_guest_is_granted_nothing_by_the_queue_but_by_a_host() -> None:
    room = floor_room("a", floor_policy=QUEUE, screen_policy=QUEUE, guest_visibility=HOSTS)
    for floor in (SPEECH, SCREEN):
        room.ask("a", floor, command_id="1")
    room.wait(600)
    assert (room.own("a").status, room.own("a", SCREEN).status) == (ACCEPTED, ACCEPTED)
    assert not room.passes("a")
    room.grant("a")
    assert (room.own("a").status, room.own("a", SCREEN).status) == (GRANTED, ACCEPTED)
    assert room.passes("a")


def test_private_guest_who_waits_keeps_nobody_else_from_being_served() -> None:
    room = FloorRoom(Conference(RoomSettings(floor_policy=QUEUE), roster_round_s=0.0))
    room.join("h", role=Role.HOST)
    room.join("x", told=False)
    room.join("a")
    room.ask("x")
    room.ask("a")
    assert (room.holders(), room.queue()) == ("a", "x")
    room.release("a")
    assert (room.holders(), room.queue()) == ("", "x")


def test_guest_who_agrees_to_be_seen_while_he_waits_is_served_by_the_queue() -> None:
    room = FloorRoom(Conference(RoomSettings(floor_policy=QUEUE), roster_round_s=0.0))
    room.join("h", role=Role.HOST)
    room.join("x", told=False)
    room.join("a")
    room.ask("x")
    assert room.own("x").status is ACCEPTED
    room.do(AnswerVisibility(ParticipantId("x"), agrees=True))
    assert room.own("x").status is GRANTED


def test_private_guest_who_waits_is_granted_nothing_by_a_restart_or_a_change_of_policy() -> None:
    room = floor_room("a", floor_policy=MODERATED, guest_visibility=HOSTS)
    room.ask("a")
    room.rules(floor_policy=QUEUE, guest_visibility=HOSTS)
    assert room.own("a").status is ACCEPTED
    again = FloorRoom(Conference(RoomSettings(floor_policy=QUEUE, guest_visibility=HOSTS), roster_round_s=0.0))
    again.take(again.conference.restore(room.conference.kept(room.now), 0.0))
    for name in "ha":
        again.do(commands.Reconnect(ParticipantId(name), 4))
    assert (again.queue(), again.own("a").status) == ("a", ACCEPTED)
