"""What a guest who may not know of others is told of the floor, and when, is the same whether there are any."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.floor_rooms import FloorRoom, floor_room
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.errors import VdxError

OTHERS = "bcdefgijklmnopqrstuvw"
doings = st.lists(
    st.tuples(st.sampled_from(["ask", "screen", "release", "sign", "grant", "drop", "pass"]), st.sampled_from(OTHERS)),
    max_size=25,
)


def told(
    policy: FloorPolicy, visibility: GuestVisibility, others: str, script: list[tuple[str, str]]
) -> list[tuple[float, bytes]]:
    """What `a` is told after his snapshot, and when: he asks for both floors, is given them by the host, and later
    gives them back. At the same times, whatever others do."""
    room = floor_room(
        "a" + others, floor_policy=policy, screen_policy=policy, guest_visibility=visibility, max_speakers=1, turn_s=60
    )
    room.heard.clear()
    do_all(room, others, script)
    for floor in FloorKind:
        room.ask("a", floor)
    do_all(room, others, script[::-1])
    if policy is not FloorPolicy.FREE:
        for floor in FloorKind:
            room.grant("a", floor, preempts=True)
    do_all(room, others, script)
    room.wait(5)
    for floor in FloorKind:
        room.release("a", floor)
    do_all(room, others, script[::-1])
    return [(at, msgspec.json.encode(document)) for at, document in room.heard.get("a", [])]


def do_all(room: FloorRoom, others: str, script: list[tuple[str, str]]) -> None:
    for what, name in script:
        if what == "pass":
            room.wait(1.5)
        if name not in others or name not in room.conference:
            continue
        try:
            match what:
                case "ask":
                    room.ask(name)
                case "screen":
                    room.ask(name, FloorKind.SCREEN)
                case "sign":
                    room.ask(name, signs=True)
                case "release":
                    room.release(name)
                case "grant":
                    room.grant(name)
                case "drop":
                    room.leave(name, LeaveReason.LOST)
        except (VdxError, ValueError):
            pass  # he had nothing to give back, or asks for nothing, or there is no place


@pytest.mark.parametrize("visibility", [GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT])
@pytest.mark.parametrize("policy", [FloorPolicy.HANDS, FloorPolicy.QUEUE, FloorPolicy.MODERATED])
@settings(max_examples=12)
@given(script=doings)
def test_transcript_of_the_floor_is_the_same_with_and_without_others(
    policy: FloorPolicy, visibility: GuestVisibility, script: list[tuple[str, str]]
) -> None:
    alone = told(policy, visibility, "", script)
    assert told(policy, visibility, OTHERS, script) == alone
    assert len(alone) >= 5, "he was told how it stood with him"
