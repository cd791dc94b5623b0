"""What is encoded once: the list of who is there, as everyone who joins is told it."""

from __future__ import annotations

import gc

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.conference.events import ParticipantState
from vdxmedia.conference.kinds import Connection, Role
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling import translate
from vdxmedia.signalling.broadcast import Broadcast


def state(number: int) -> ParticipantState:
    return ParticipantState(
        id=ParticipantId(f"p{number}"),
        name=f"Bo {number}",
        role=Role.GUEST,
        organisation="",
        function="",
        connection=Connection.CONNECTED,
        is_film=False,
        sources=(),
    )


def plain(states: tuple[ParticipantState, ...]) -> object:
    return msgspec.json.decode(msgspec.json.encode([translate.participant(one) for one in states]))


def told(broadcast: Broadcast, states: tuple[ParticipantState, ...]) -> object:
    return msgspec.json.decode(msgspec.json.encode(broadcast.participants(states)))


@given(st.lists(st.tuples(st.sampled_from(["join", "leave", "change"]), st.integers(0, 5)), max_size=30))
def test_list_is_that_of_now_whoever_came_went_or_changed(steps: list[tuple[str, int]]) -> None:
    broadcast, present = Broadcast(), {}
    assert told(broadcast, ()) == []
    for what, number in steps:
        if what == "leave":
            present.pop(number, None)
        elif what == "join" or number in present:
            present[number] = state(number)
        states = tuple(present.values())
        assert told(broadcast, states) == plain(states)
        assert told(broadcast, states[:-1]) == plain(states[:-1])


def test_nothing_is_kept_of_those_who_have_gone() -> None:
    broadcast = Broadcast()
    there = state(1), state(2)
    assert told(broadcast, there) == plain(there)
    del there
    gc.collect()
    kept = msgspec.json.encode([value for value in vars(broadcast).values() if isinstance(value, bytes | tuple | dict)])
    assert b"Bo" not in kept
