"""Turns, their end and its announcement; absence; the store."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.floors import ABSENCE_KEPT_S, TestedFloor, floor_of
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor import Floor
from vdxmedia.conference.floor_request import FloorSnapshot, FloorState
from vdxmedia.conference.settings import MAX_TURN_S
from vdxmedia.errors import Refused

FREE, HANDS, QUEUE, MODERATED = FloorPolicy


def speaking(policy: FloorPolicy, *, turn_s: int = 100, waiting: str = "") -> TestedFloor:
    """`a` has the floor since now."""
    floor = floor_of(policy, turn_s=turn_s)
    for name in "a" + waiting:
        floor.ask(name)
    floor.grant("a")
    return floor


def ends_at(floor: TestedFloor) -> float | None:
    return floor.floor.state().holders[0].ends_at_s


# ── turns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [QUEUE, MODERATED])
@pytest.mark.parametrize("waiting", ["", "b"])
def test_turn_is_announced_at_80_percent_and_ends_whether_anybody_waits_or_not(
    policy: FloorPolicy, waiting: str
) -> None:
    floor = speaking(policy, waiting=waiting)
    floor.changes.clear()
    floor.wait(79.9)
    assert floor.said == []
    floor.wait(0.2)
    assert floor.said == ["a granted>granted turnWarning"]
    floor.wait(19.8)
    assert floor.holders == "a"
    floor.wait(0.2)
    next_one = ["b accepted>granted turnCame"] if policy is QUEUE and waiting else []
    assert floor.said[1:] == ["a granted>revoked timeUp", *next_one]


@pytest.mark.parametrize(("policy", "turn_s"), [(QUEUE, 0), (MODERATED, 0), (HANDS, 100)])
def test_turn_without_a_limit_never_ends(policy: FloorPolicy, turn_s: int) -> None:
    floor = speaking(policy, turn_s=turn_s)
    assert floor.floor.deadline() is None
    floor.wait(100_000)
    assert floor.holders == "a"
    with pytest.raises(Refused) as error:
        floor.extend("a", 10)
    assert error.value.code == "floor_turn_unlimited"


def test_late_look_ends_the_turn_without_announcing_it_first() -> None:
    floor = speaking(MODERATED)
    floor.now += 500
    floor.take(floor.floor.handle_timeout(floor.now))
    assert floor.last(2) == ["a accepted>granted chair", "a granted>revoked timeUp"]
    assert floor.floor.deadline() is None


def test_early_look_changes_nothing() -> None:
    floor = speaking(MODERATED)
    before = floor.floor.state()
    assert floor.floor.handle_timeout(floor.now + 1) == []
    assert floor.floor.state() == before


def test_extension_before_the_announcement_moves_both() -> None:
    floor = speaking(MODERATED)
    floor.wait(50)
    floor.extend("a", 100)
    assert floor.last() == ["a granted>granted turnExtended"]
    assert ends_at(floor) == floor.now + 150
    assert floor.floor.deadline() == floor.now + 110


def test_extension_after_the_announcement_announces_once_more() -> None:
    floor = speaking(MODERATED)
    floor.wait(90)
    floor.extend("a", 100)
    floor.wait(70.1)
    assert floor.last(2) == ["a granted>granted turnExtended", "a granted>granted turnWarning"]
    floor.wait(40)
    assert floor.last() == ["a granted>revoked timeUp"]


def test_short_extension_after_the_announcement_does_not_repeat_it() -> None:
    floor = speaking(MODERATED)
    floor.wait(95)
    floor.extend("a", 10)
    floor.wait(14.9)
    assert floor.last() == ["a granted>granted turnExtended"]
    floor.wait(0.2)
    assert floor.last() == ["a granted>revoked timeUp"]


def test_extensions_leave_no_more_than_the_longest_turn() -> None:
    floor = speaking(MODERATED, turn_s=MAX_TURN_S)
    floor.wait(10)
    floor.extend("a", MAX_TURN_S)
    assert ends_at(floor) == floor.now + MAX_TURN_S


# ── absence ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lost_holder_keeps_the_turn_for_the_absence_that_is_kept() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="b")
    floor.lose("a")
    floor.wait(ABSENCE_KEPT_S - 0.1)
    assert floor.holders == "a"
    floor.back("a")
    floor.wait(1000)
    assert floor.holders == "a"


def test_lost_holder_who_stays_away_is_revoked_and_the_next_granted() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="b")
    floor.lose("a")
    floor.wait(ABSENCE_KEPT_S)
    assert floor.last(2) == ["a granted>revoked lost", "b accepted>granted turnCame"]


def test_turn_of_who_is_lost_runs_on() -> None:
    floor = speaking(MODERATED, turn_s=20)
    floor.lose("a")
    floor.wait(20)
    assert floor.last() == ["a granted>revoked timeUp"]


def test_lost_waiter_keeps_the_place_and_is_passed_over_meanwhile() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="bcd")
    floor.lose("b")
    floor.release("a")
    assert (floor.holders, floor.queue) == ("c", "bd")
    floor.back("b")
    floor.release("c")
    assert (floor.holders, floor.queue) == ("b", "d")


def test_waiter_who_comes_back_takes_a_place_that_is_free() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="b")
    floor.lose("b")
    floor.release("a")
    assert floor.holders == ""
    floor.back("b")
    assert floor.last() == ["b accepted>granted turnCame"]


def test_newcomer_takes_a_free_place_before_who_is_away() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="b")
    floor.lose("b")
    floor.release("a")
    floor.ask("c")
    assert (floor.holders, floor.queue) == ("c", "b")


def test_lost_waiter_who_stays_away_is_cancelled() -> None:
    floor = speaking(MODERATED, waiting="b")
    floor.lose("b")
    floor.wait(10)
    floor.lose("b")
    floor.wait(20)
    assert floor.last() == ["b accepted>cancelled lost"]


def test_who_leaves_is_cancelled_or_revoked() -> None:
    floor = speaking(MODERATED, waiting="b")
    floor.gone("b")
    assert floor.last() == ["b accepted>cancelled left"]
    floor.gone("a")
    assert floor.last() == ["a granted>revoked left"]


def test_absence_of_who_never_asked_is_nothing() -> None:
    floor = speaking(MODERATED)
    count = len(floor.changes)
    floor.lose("z")
    floor.back("z")
    floor.gone("z")
    assert len(floor.changes) == count


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_snapshot_travels_as_json_without_absolute_times() -> None:
    floor = speaking(QUEUE, waiting="bc")
    floor.wait(30)
    floor.ask("d", priority=4)
    text = msgspec.json.encode(floor.floor.snapshot(floor.now))
    later = Floor.restore(msgspec.json.decode(text, type=FloorSnapshot), 5.0, absence_kept_s=ABSENCE_KEPT_S)
    state, before = later.state(), floor.floor.state()
    assert [(one.request, one.participant) for one in state.holders] == [(floor.of("a"), "a")]
    assert state.holders[0].ends_at_s == pytest.approx(5.0 + 70)
    assert state.holders[0].since_s == pytest.approx(5.0 - 30)
    assert [(one.participant, one.priority, one.position) for one in state.queue] == [
        ("d", 4, 1),
        ("b", 2, 2),
        ("c", 2, 3),
    ]
    assert state.rules == before.rules
    assert state.rev > before.rev


def test_restart_grants_nothing_until_people_are_back() -> None:
    floor = speaking(QUEUE, turn_s=0, waiting="bc")
    floor.lose("b")
    floor.lose("c")
    floor.release("a")
    floor.restart()
    floor.take(floor.floor.handle_timeout(floor.now))
    assert (floor.holders, floor.queue) == ("", "bc")
    floor.back("c")
    assert (floor.holders, floor.queue) == ("c", "b")
    floor.wait(ABSENCE_KEPT_S)
    assert floor.last() == ["b accepted>cancelled lost"]


def test_restart_keeps_the_announcement_that_was_made() -> None:
    floor = speaking(MODERATED)
    floor.wait(85)
    floor.restart()
    floor.back("a")
    floor.wait(15.1)
    assert floor.last(2) == ["a granted>granted turnWarning", "a granted>revoked timeUp"]


def test_restart_in_a_turn_announces_its_end_when_it_would_have() -> None:
    floor = speaking(MODERATED)
    floor.wait(60)
    floor.restart()
    floor.back("a")
    floor.wait(20.1)
    assert floor.last() == ["a granted>granted turnWarning"]


def test_turn_that_was_over_ends_with_the_first_look_after_the_restart() -> None:
    floor = speaking(MODERATED)
    floor.now += 101
    floor.restart()
    floor.take(floor.floor.handle_timeout(floor.now))
    assert floor.last() == ["a granted>revoked timeUp"]


def test_request_after_a_restart_never_has_an_id_that_was_given_out_before() -> None:
    floor = speaking(MODERATED)
    snapshot = floor.floor.snapshot(floor.now)
    floor.ask("b")
    floor.floor = Floor.restore(snapshot, floor.now, absence_kept_s=ABSENCE_KEPT_S)
    given_out = floor.of("b")
    floor.ask("c")
    assert floor.of("c") > given_out


def test_state_of_an_untouched_floor_is_empty() -> None:
    floor = floor_of(FREE)
    assert floor.floor.state() == FloorState(kind=floor.floor.state().kind, rules=floor.floor.rules)
