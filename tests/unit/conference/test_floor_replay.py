"""That who was told the state once and each change since knows the state. By all sequences: tests/simulation."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.floors import TestedFloor, floor_of
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor_replay import replay
from vdxmedia.errors import InvalidTransition


def used_floor() -> TestedFloor:
    """Asked for, granted, reordered, taken, given back, and under other rules since."""
    floor = floor_of(FloorPolicy.MODERATED, turn_s=60)
    for name in "abcd":
        floor.ask(name)
    floor.grant("b")
    floor.extend("b", 30)
    floor.move("d", 1)
    floor.rules(holders=2)
    floor.grant("a")
    floor.revoke("b")
    floor.deny("c")
    return floor


def test_changes_in_order_give_the_state() -> None:
    begun = floor_of(FloorPolicy.MODERATED, turn_s=60).floor.state()
    floor = used_floor()
    assert replay(begun, floor.changes) == floor.floor.state()


def test_missing_change_is_noticed() -> None:
    begun = floor_of(FloorPolicy.MODERATED, turn_s=60).floor.state()
    with pytest.raises(InvalidTransition, match="does not follow"):
        replay(begun, used_floor().changes[1:])


def test_change_that_does_not_fit_the_state_is_noticed() -> None:
    floor = used_floor()
    last = floor.changes[-1]
    after = msgspec.structs.replace(floor.floor.state(), rev=last.rev - 1)
    with pytest.raises(InvalidTransition, match="was pending"):
        replay(after, [last])
