"""What becomes of requests when the rules of a floor change; what rules, commands and changes must look like."""

from __future__ import annotations

import pytest

from tests.fakes.floors import CHAIR, TestedFloor, floor_of
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor import Floor
from vdxmedia.conference.floor_answers import MAX_ANSWERS
from vdxmedia.conference.floor_commands import MAX_COMMAND_ID_CHARS, MoveFloorRequest, RequestFloor
from vdxmedia.conference.floor_replay import replay
from vdxmedia.conference.floor_request import FloorReason, FloorRequestId, FloorState, FloorTransition, RequestStatus
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.conference.settings import MAX_SPEAKERS, MAX_TURN_S
from vdxmedia.errors import BadField, BadInput, InvalidTransition, NotFound, Refused
from vdxmedia.ids import ParticipantId

FREE, HANDS, QUEUE, MODERATED = FloorPolicy


def busy(policy: FloorPolicy, *, turn_s: int = 0, holders: int = 2) -> TestedFloor:
    """`a` and `b` hold (with two places), `c` and `d` wait."""
    floor = floor_of(policy, holders=holders, turn_s=turn_s)
    for name in "abcd":
        floor.ask(name)
    for name in "ab":
        floor.grant(name)
    floor.changes.clear()
    return floor


# ── policy ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [HANDS, QUEUE, MODERATED])
def test_to_free_ends_every_request_once(policy: FloorPolicy) -> None:
    floor = busy(policy)
    floor.rules(policy=FREE)
    assert floor.said == [
        "rules",
        "b granted>revoked rules",
        "a granted>revoked rules",
        "c accepted>denied rules",
        "d accepted>denied rules",
    ]
    assert (floor.holders, floor.queue, floor.floor.deadline()) == ("", "", None)


@pytest.mark.parametrize("policy", [HANDS, QUEUE, MODERATED])
def test_from_free_nobody_holds(policy: FloorPolicy) -> None:
    floor = floor_of(FREE)
    floor.rules(policy=policy)
    assert floor.said == ["rules"]
    assert (floor.holders, floor.heard) == ("", "abcdef" if policy is HANDS else "")


@pytest.mark.parametrize("policy", [QUEUE, MODERATED])
def test_from_hands_holders_and_order_are_kept(policy: FloorPolicy) -> None:
    floor = busy(HANDS)
    floor.rules(policy=policy)
    assert (floor.holders, floor.queue, floor.heard) == ("ab", "cd", "ab")


def test_from_moderated_to_queue_free_places_go_to_the_next() -> None:
    floor = busy(MODERATED, holders=3)
    floor.rules(policy=QUEUE)
    assert floor.said == ["rules", "c accepted>granted turnCame"]


@pytest.mark.parametrize("policy", [HANDS, QUEUE])
def test_to_moderated_nobody_is_granted(policy: FloorPolicy) -> None:
    floor = busy(policy)
    floor.rules(policy=MODERATED, holders=5)
    assert (floor.holders, floor.queue) == ("ab", "cd")


@pytest.mark.parametrize("policy", [QUEUE, MODERATED])
def test_to_hands_everybody_may_speak_and_turns_lose_their_end(policy: FloorPolicy) -> None:
    floor = busy(policy, turn_s=60)
    since = [one.since_s for one in floor.floor.state().holders]
    floor.now += 10
    floor.rules(policy=HANDS)
    assert floor.heard == "abcdef"
    assert floor.said == ["rules", "a granted>granted rules", "b granted>granted rules"]
    assert [(one.since_s, one.ends_at_s) for one in floor.floor.state().holders] == [(since[0], None), (since[1], None)]


# ── number of holders ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [HANDS, QUEUE, MODERATED])
def test_fewer_places_take_the_floor_from_who_got_it_last(policy: FloorPolicy) -> None:
    floor = busy(policy)
    floor.rules(holders=1)
    assert floor.said == ["rules", "b granted>revoked rules"]
    assert floor.holders == "a"


@pytest.mark.parametrize(("policy", "holders"), [(HANDS, "ab"), (QUEUE, "abcd"), (MODERATED, "ab")])
def test_more_places_are_filled_only_in_queue(policy: FloorPolicy, holders: str) -> None:
    floor = busy(policy)
    floor.rules(holders=9)
    assert floor.holders == holders


# ── turns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [QUEUE, MODERATED])
def test_new_limit_begins_the_turns_now(policy: FloorPolicy) -> None:
    floor = busy(policy)
    floor.wait(500)
    floor.rules(turn_s=60)
    assert floor.said == ["rules", "a granted>granted rules", "b granted>granted rules"]
    assert floor.floor.deadline() == floor.now + 48
    assert [one.ends_at_s for one in floor.floor.state().holders] == [floor.now + 60] * 2


def test_hands_that_become_moderated_begin_their_turns_now() -> None:
    floor = busy(HANDS, turn_s=60)
    floor.wait(500)
    floor.rules(policy=MODERATED)
    assert [one.ends_at_s for one in floor.floor.state().holders] == [floor.now + 60] * 2


def test_limit_that_is_lifted_ends_no_turn() -> None:
    floor = busy(MODERATED, turn_s=60)
    floor.rules(turn_s=0)
    assert floor.floor.deadline() is None
    floor.wait(100)
    assert floor.holders == "ab"


def test_another_limit_is_for_turns_to_come() -> None:
    floor = busy(MODERATED, turn_s=60)
    floor.wait(30)
    floor.rules(turn_s=10)
    assert floor.said == ["rules"]
    floor.wait(29.9)
    assert floor.holders == "ab"
    floor.wait(0.1)
    floor.grant("c")
    assert [one.ends_at_s for one in floor.floor.state().holders] == [floor.now + 10]


# ── the rest ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_exemption_changes_who_is_heard_and_nothing_else() -> None:
    floor = busy(MODERATED)
    assert floor.floor.may_speak(CHAIR, is_host=True)
    floor.rules(exempt=False)
    assert floor.said == ["rules"]
    assert not floor.floor.may_speak(CHAIR, is_host=True)


def test_same_rules_again_are_no_change() -> None:
    floor = busy(MODERATED)
    floor.rules()
    assert floor.said == []


@pytest.mark.parametrize(
    "rules",
    [
        FloorRules(max_holders=0),
        FloorRules(max_holders=MAX_SPEAKERS + 1),
        FloorRules(turn_s=-1),
        FloorRules(turn_s=MAX_TURN_S + 1),
    ],
)
def test_rules_outside_their_bounds_are_refused_and_change_nothing(rules: FloorRules) -> None:
    floor = busy(MODERATED)
    before = floor.floor.state()
    with pytest.raises(BadField):
        floor.floor.change_rules(rules, floor.now)
    assert floor.floor.state() == before
    with pytest.raises(BadField):
        Floor(FloorKind.SPEECH, rules, absence_kept_s=30)


# ── commands twice ────────────────────────────────────────────────────────────────────────────────────────────────


def test_command_that_comes_twice_gives_the_same_answer_and_changes_nothing() -> None:
    floor = floor_of(MODERATED)
    first = floor.ask("a", command_id="1")
    floor.ask("b", priority=4)
    floor.grant("a", command_id="g")
    state = floor.floor.state()
    assert floor.ask("a", command_id="1") == first
    assert floor.grant("a", command_id="g").status is RequestStatus.GRANTED
    assert floor.floor.state() == state


def test_extension_that_comes_twice_extends_once() -> None:
    floor = busy(MODERATED, turn_s=60)
    floor.extend("a", 30, command_id="x")
    floor.extend("a", 30, command_id="x")
    assert floor.floor.state().holders[0].ends_at_s == floor.now + 90
    floor.extend("a", 30)
    floor.extend("a", 30)
    assert floor.floor.state().holders[0].ends_at_s == floor.now + 150


def test_refused_command_that_comes_twice_is_refused_as_before() -> None:
    floor = busy(MODERATED)
    with pytest.raises(Refused) as first:
        floor.grant("c", command_id="1")
    floor.release("a")
    with pytest.raises(Refused) as second:
        floor.grant("c", command_id="1")
    assert second.value.code == first.value.code == "floor_taken"
    assert floor.grant("c", command_id="2").status is RequestStatus.GRANTED


def test_unknown_request_is_remembered_as_unknown() -> None:
    floor = busy(MODERATED)
    floor.deny("c")
    for _ in range(2):
        with pytest.raises(NotFound) as error:
            floor.grant("c", command_id="1")
        assert error.value.code == "floor_request_unknown"


def test_command_id_for_another_command_is_refused() -> None:
    floor = floor_of(MODERATED)
    floor.ask("a", command_id="1")
    with pytest.raises(BadInput) as error:
        floor.release("a", command_id="1")
    assert error.value.code == "command_id_reused"
    assert floor.queue == "a"


def test_command_ids_of_others_are_their_own() -> None:
    floor = floor_of(MODERATED)
    floor.ask("a", command_id="1")
    floor.ask("b", command_id="1")
    assert floor.queue == "ab"


def test_answers_are_remembered_up_to_a_bound_and_not_beyond_the_participant() -> None:
    floor = floor_of(MODERATED)
    floor.ask("a", command_id="first")
    for number in range(MAX_ANSWERS - 1):
        floor.ask("a", command_id=str(number))
    floor.release("a")
    assert floor.ask("a", command_id="first").position == 1
    assert floor.queue == ""
    floor.ask("a", command_id="one more")
    assert floor.queue == "a"
    floor.release("a")
    floor.ask("a", command_id="first")
    assert floor.queue == "a"
    floor.gone("a")
    floor.ask("a", command_id="first")
    assert floor.queue == "a"


@pytest.mark.parametrize("priority", [-1, 5])
def test_priority_outside_its_bounds_is_refused(priority: int) -> None:
    with pytest.raises(BadField):
        floor_of(MODERATED).ask("a", priority=priority)


def test_other_values_outside_their_bounds_are_refused() -> None:
    floor = busy(MODERATED, turn_s=60)
    with pytest.raises(BadField):
        floor.do(RequestFloor(by=ParticipantId("e"), command_id="x" * (MAX_COMMAND_ID_CHARS + 1)))
    with pytest.raises(BadField):
        floor.do(MoveFloorRequest(by=CHAIR, request=floor.of("c"), position=0))
    for seconds in (0, MAX_TURN_S + 1):
        with pytest.raises(BadField):
            floor.extend("a", seconds)
    assert floor.said == []


# ── replay ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_replay_refuses_a_gap() -> None:
    floor = floor_of(MODERATED)
    empty = floor.floor.state()
    floor.ask("a")
    floor.ask("b")
    with pytest.raises(InvalidTransition):
        replay(empty, floor.changes[1:])


def test_replay_refuses_a_transition_from_another_state() -> None:
    rules = FloorRules(policy=MODERATED)
    wrong = FloorTransition(
        rev=1,
        at_s=0.0,
        request=FloorRequestId(1),
        participant=ParticipantId("a"),
        before=RequestStatus.GRANTED,
        after=RequestStatus.REVOKED,
        reason=FloorReason.CHAIR,
        by=None,
        priority=2,
        since_s=0.0,
    )
    with pytest.raises(InvalidTransition):
        replay(FloorState(kind=FloorKind.SPEECH, rules=rules), [wrong])
