"""Floor control by command: asking, granting, the chair's order, and who may be heard."""

from __future__ import annotations

import pytest

from tests.fakes.floors import CHAIR, TestedFloor, floor_of
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor import MAX_REQUESTS
from vdxmedia.conference.floor_commands import CHAIR_COMMANDS, FloorAnswer, GrantFloor, ReleaseFloor, RequestFloor
from vdxmedia.conference.floor_request import FloorRequestId, FloorTransition, Priority, RequestStatus
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.errors import InvalidTransition, NotFound, Refused, VdxError
from vdxmedia.ids import ParticipantId

FREE, HANDS, QUEUE, MODERATED = FloorPolicy


def refused(error: pytest.ExceptionInfo[VdxError]) -> str:
    return error.value.code


def waiting(policy: FloorPolicy, names: str, **rules: int) -> TestedFloor:
    floor = floor_of(policy, **rules)
    for name in names:
        floor.ask(name)
    return floor


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_request_where_everybody_may_speak_is_refused() -> None:
    with pytest.raises(Refused) as error:
        floor_of(FREE).ask("a")
    assert refused(error) == "floor_not_controlled"


@pytest.mark.parametrize("policy", [HANDS, MODERATED])
def test_request_waits_for_the_chair(policy: FloorPolicy) -> None:
    floor = waiting(policy, "ab")
    assert (floor.holders, floor.queue) == ("", "ab")
    assert floor.said == ["a pending>accepted owner", "b pending>accepted owner"]


def test_request_in_queue_is_granted_while_places_are_free() -> None:
    floor = waiting(QUEUE, "abcd", holders=2)
    assert (floor.holders, floor.queue) == ("ab", "cd")
    assert floor.said[0] == "a pending>granted owner"
    assert floor.said[2] == "c pending>accepted owner"


def test_answer_tells_status_and_position() -> None:
    floor = floor_of(QUEUE)
    assert floor.ask("a") == FloorAnswer(floor.of("a"), RequestStatus.GRANTED, None)
    floor.ask("b")
    assert floor.ask("c") == FloorAnswer(floor.of("c"), RequestStatus.ACCEPTED, 2)


def test_second_request_is_told_how_the_first_stands() -> None:
    floor = waiting(MODERATED, "ab")
    assert floor.ask("b", priority=Priority.HIGHEST) == FloorAnswer(floor.of("b"), RequestStatus.ACCEPTED, 2)
    assert len(floor.changes) == 2


def test_higher_priority_goes_before_lower_and_behind_its_equals() -> None:
    floor = floor_of(MODERATED)
    for name, priority in (("a", 2), ("b", 4), ("c", 0), ("d", 4), ("e", 2), ("f", 3)):
        floor.ask(name, priority=priority)
    assert floor.queue == "bdfaec"
    assert [waiter.position for waiter in floor.floor.state().queue] == [1, 2, 3, 4, 5, 6]


def test_queue_has_a_bound() -> None:
    floor = floor_of(MODERATED)
    for number in range(MAX_REQUESTS):
        floor.ask(f"p{number}")
    with pytest.raises(Refused) as error:
        floor.ask("late")
    assert refused(error) == "floor_queue_full"
    floor.release("p0")
    floor.ask("late")
    assert len(floor.floor.state().queue) == MAX_REQUESTS


def test_request_ids_are_never_used_again() -> None:
    floor = waiting(MODERATED, "a")
    first = floor.of("a")
    floor.release("a")
    floor.ask("a")
    assert floor.of("a") > first


def test_command_of_another_floor_is_a_bug() -> None:
    floor = floor_of(QUEUE, kind=FloorKind.SCREEN)
    with pytest.raises(InvalidTransition):
        floor.ask("a")
    answer = floor.do(RequestFloor(by=ParticipantId("a"), floor=FloorKind.SCREEN))
    assert answer.status is RequestStatus.GRANTED


# ── giving it up ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_waiting_owner_cancels_and_those_behind_move_up() -> None:
    floor = waiting(MODERATED, "abc")
    assert floor.release("a") == FloorAnswer(floor.of("a"), RequestStatus.CANCELLED, None)
    assert floor.last() == ["a accepted>cancelled owner"]
    assert [(waiter.participant, waiter.position) for waiter in floor.floor.state().queue] == [("b", 1), ("c", 2)]


def test_holder_releases_and_in_queue_the_next_is_granted() -> None:
    floor = waiting(QUEUE, "abc")
    assert floor.release("a").status is RequestStatus.RELEASED
    assert floor.last(2) == ["a granted>released owner", "b accepted>granted turnCame"]
    assert (floor.holders, floor.queue) == ("b", "c")


def test_holder_releases_and_a_moderated_floor_stays_empty() -> None:
    floor = waiting(MODERATED, "ab")
    floor.grant("a")
    floor.release("a")
    assert (floor.holders, floor.queue) == ("", "b")


@pytest.mark.parametrize("policy", list(FloorPolicy))
def test_release_without_a_request_is_refused(policy: FloorPolicy) -> None:
    with pytest.raises(Refused) as error:
        floor_of(policy).release("a")
    assert refused(error) == "floor_not_held"


# ── the chair ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [HANDS, MODERATED])
def test_chair_grants_also_out_of_order(policy: FloorPolicy) -> None:
    floor = waiting(policy, "abc")
    assert floor.grant("b") == FloorAnswer(floor.of("b"), RequestStatus.GRANTED, None)
    assert (floor.holders, floor.queue) == ("b", "ac")
    change = floor.changes[-1]
    assert isinstance(change, FloorTransition)
    assert change.by == CHAIR
    assert floor.last() == ["b accepted>granted chair"]


def test_chair_grants_in_queue_also_to_who_is_away() -> None:
    floor = waiting(QUEUE, "ab")
    floor.lose("b")
    floor.release("a")
    assert floor.holders == ""
    floor.grant("b")
    assert floor.holders == "b"


def test_grant_of_what_is_granted_changes_nothing() -> None:
    floor = waiting(MODERATED, "a")
    floor.grant("a")
    before = floor.floor.state()
    assert floor.grant("a", preempts=True).status is RequestStatus.GRANTED
    assert floor.floor.state() == before


def test_grant_without_a_free_place_is_refused() -> None:
    floor = waiting(MODERATED, "ab")
    floor.grant("a")
    before = floor.floor.state()
    with pytest.raises(Refused) as error:
        floor.grant("b")
    assert refused(error) == "floor_taken"
    assert floor.floor.state() == before


def test_preempting_grant_takes_the_place_that_was_given_first() -> None:
    floor = waiting(MODERATED, "abc", holders=2)
    for name in "bac":
        floor.grant(name, preempts=True)
    assert floor.last(2) == ["b granted>revoked preempted", "c accepted>granted chair"]
    assert floor.holders == "ac"


def test_preempting_grant_in_queue_does_not_let_the_next_slip_in() -> None:
    floor = waiting(QUEUE, "abc")
    floor.grant("c", preempts=True)
    assert (floor.holders, floor.queue) == ("c", "b")


def test_chair_denies_who_waits() -> None:
    floor = waiting(MODERATED, "ab")
    assert floor.deny("a").status is RequestStatus.DENIED
    assert floor.last() == ["a accepted>denied chair"]
    assert floor.queue == "b"


def test_chair_revokes_and_in_queue_the_next_is_granted() -> None:
    floor = waiting(QUEUE, "ab")
    assert floor.revoke("a").status is RequestStatus.REVOKED
    assert floor.last(2) == ["a granted>revoked chair", "b accepted>granted turnCame"]


def test_chair_clears_the_queue_but_not_the_holder() -> None:
    floor = waiting(QUEUE, "abc")
    assert floor.clear() == FloorAnswer()
    assert floor.last(2) == ["b accepted>denied cleared", "c accepted>denied cleared"]
    assert (floor.holders, floor.queue) == ("a", "")


def test_deny_and_move_of_a_holder_are_refused() -> None:
    floor = waiting(QUEUE, "a")
    for act in (lambda: floor.deny("a"), lambda: floor.move("a", 1)):
        with pytest.raises(Refused) as error:
            act()
        assert refused(error) == "floor_request_granted"


def test_revoke_and_extension_of_who_waits_are_refused() -> None:
    floor = waiting(MODERATED, "a", turn_s=60)
    for act in (lambda: floor.revoke("a"), lambda: floor.extend("a", 5)):
        with pytest.raises(Refused) as error:
            act()
        assert refused(error) == "floor_not_held"


def test_command_for_a_request_that_has_ended_finds_nothing() -> None:
    floor = waiting(MODERATED, "a")
    floor.release("a")
    for act in (floor.grant, floor.deny, floor.revoke):
        with pytest.raises(NotFound) as error:
            act("a")
        assert refused(error) == "floor_request_unknown"


def test_rights_of_the_chair_are_named() -> None:
    assert GrantFloor in CHAIR_COMMANDS
    assert not {RequestFloor, ReleaseFloor} & set(CHAIR_COMMANDS)


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "position", "order"), [("d", 1, "dabc"), ("a", 3, "bcad"), ("b", 99, "acdb"), ("c", 2, "acbd")]
)
def test_chair_moves_a_request(name: str, position: int, order: str) -> None:
    floor = waiting(MODERATED, "abcd")
    answer = floor.move(name, position)
    assert floor.queue == order
    assert answer.position == order.index(name) + 1
    assert floor.last() == [f"{name} accepted>accepted chair"]


def test_move_to_where_it_is_changes_nothing() -> None:
    floor = waiting(MODERATED, "abc")
    floor.move("b", 2)
    floor.move("c", 7)
    assert len(floor.changes) == 3


def test_moved_request_takes_on_the_nearest_priority_that_fits() -> None:
    floor = floor_of(MODERATED)
    for name, priority in (("a", 4), ("b", 3), ("c", 1), ("d", 2)):
        floor.ask(name, priority=priority)
    assert floor.queue == "abdc"
    floor.move("c", 1)
    floor.move("a", 4)
    waiters = floor.floor.state().queue
    assert [(waiter.participant, waiter.priority) for waiter in waiters] == [("c", 4), ("b", 3), ("d", 2), ("a", 2)]
    floor.ask("e", priority=Priority.HIGH)
    assert floor.queue == "cbeda"


# ── who may be heard ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [FREE, HANDS])
def test_everybody_may_speak_where_nothing_is_enforced(policy: FloorPolicy) -> None:
    assert floor_of(policy, exempt=False).heard == "abcdef"


@pytest.mark.parametrize("policy", [QUEUE, MODERATED])
def test_only_holders_may_speak_where_it_is_enforced(policy: FloorPolicy) -> None:
    floor = waiting(policy, "abc", holders=2)
    if policy is MODERATED:
        floor.grant("b")
        floor.grant("a")
    assert floor.heard == "ab"
    floor.revoke("a")
    assert floor.heard == ("bc" if policy is QUEUE else "b")


@pytest.mark.parametrize("exempt", [True, False])
def test_hosts_may_speak_without_the_floor_only_by_setting(exempt: bool) -> None:
    floor = floor_of(MODERATED, exempt=exempt)
    assert floor.floor.may_speak(CHAIR, is_host=True) is exempt
    floor.ask("chair")
    floor.grant("chair")
    assert floor.floor.may_speak(CHAIR, is_host=True)


def test_unknown_request_is_not_found() -> None:
    with pytest.raises(NotFound):
        floor_of(MODERATED).do(GrantFloor(by=CHAIR, request=FloorRequestId(1)))
