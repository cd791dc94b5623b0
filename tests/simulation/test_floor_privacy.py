"""What a guest who may not know of others is told of the floor is the same whether there are any."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.floor_rooms import FloorRoom, floor_room
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.errors import VdxError

OTHERS = "bcdefgijklmnopqrstuvw"
doings = st.lists(
    st.tuples(st.sampled_from(["ask", "release", "sign", "drop", "pass"]), st.sampled_from(OTHERS)), max_size=25
)


def told(policy: FloorPolicy, visibility: GuestVisibility, others: str, script: list[tuple[str, str]]) -> list[bytes]:
    """What `a` is told after his snapshot, without times and without what is said twice: he asks, later gives back."""
    room = floor_room("a" + others, floor_policy=policy, guest_visibility=visibility, max_speakers=1)
    room.heard.clear()
    do_all(room, others, script)
    room.ask("a")
    do_all(room, others, script[::-1])
    for name in others:
        if name in room.conference:
            room.leave(name, LeaveReason.LEFT)
    room.wait(60)
    if room.own("a").status is not None and policy is not FloorPolicy.FREE:
        room.release("a")
    said: list[bytes] = []
    for document in room.heard.get("a", []):
        plain = msgspec.to_builtins(document)
        for part in plain.values():
            if isinstance(part, dict):
                for place in part.get("holders", []):
                    place.update(since_unix_s=0, ends_at_unix_s=None)
        encoded = msgspec.json.encode(plain)
        if not said or said[-1] != encoded:
            said.append(encoded)
    return said


def do_all(room: FloorRoom, others: str, script: list[tuple[str, str]]) -> None:
    for what, name in script:
        if name not in others or name not in room.conference:
            continue
        try:
            match what:
                case "ask":
                    room.ask(name)
                case "sign":
                    room.ask(name, signs=True)
                case "release":
                    room.release(name)
                case "drop":
                    room.leave(name, LeaveReason.LOST)
                case "pass":
                    room.wait(1.5)
        except VdxError:
            pass  # he had nothing to give back


@pytest.mark.parametrize("visibility", [GuestVisibility.HOSTS, GuestVisibility.SPOTLIGHT])
@pytest.mark.parametrize("policy", [FloorPolicy.HANDS, FloorPolicy.QUEUE])
@settings(max_examples=12)
@given(script=doings)
def test_transcript_of_the_floor_is_the_same_with_and_without_others(
    policy: FloorPolicy, visibility: GuestVisibility, script: list[tuple[str, str]]
) -> None:
    alone = told(policy, visibility, "", script)
    assert told(policy, visibility, OTHERS, script) == alone
    assert len(alone) >= 2, "he was told how it stood with him"
