"""What one round says is told together: in the same order, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable

from vdxmedia.conference.events import (
    BindingsChanged,
    ConferenceEnded,
    Event,
    ParticipantLeft,
    SeatGivenUp,
    SequencedEvent,
)
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.hub.rounds import MOST, RosterNews, in_rounds
from vdxmedia.ids import ParticipantId

A, B, C = (ParticipantId(name) for name in "abc")


def left(sequence: int, *to: ParticipantId) -> ParticipantLeft:
    return ParticipantLeft(sequence, to, A, LeaveReason.LEFT)


def apart(events: Iterable[Event | RosterNews]) -> list[Event | SequencedEvent]:
    return [one for event in events for one in (event.events if isinstance(event, RosterNews) else (event,))]


def test_roster_events_for_the_same_people_become_one() -> None:
    first, second = left(1, B, C), left(2, B, C)
    assert list(in_rounds([first, second])) == [RosterNews((B, C), (first, second))]


def test_a_single_roster_event_stays_as_it_is() -> None:
    assert list(in_rounds([left(1, B)])) == [left(1, B)]
    assert list(in_rounds([])) == []


def test_roster_events_for_others_stay_apart() -> None:
    """Who hears of both is told twice; nobody hears what is for another."""
    decided = [left(1, B, C), left(2, B), left(3, B), left(4, C)]
    assert list(in_rounds(decided)) == [decided[0], RosterNews((B,), (decided[1], decided[2])), decided[3]]


def test_what_comes_between_keeps_its_place() -> None:
    decided: list[Event] = [
        left(1, B),
        BindingsChanged(B, ()),
        left(2, B),
        left(3, B),
        SeatGivenUp(A, LeaveReason.LEFT),
        ConferenceEnded(),
    ]
    told = list(in_rounds(decided))
    assert apart(told) == decided
    assert [type(one) for one in told] == [ParticipantLeft, BindingsChanged, RosterNews, SeatGivenUp, ConferenceEnded]


def test_a_long_round_is_told_in_parts() -> None:
    decided = [left(number, B) for number in range(1, 2 * MOST + 2)]
    told = list(in_rounds(decided))
    assert apart(told) == decided
    assert [len(one.events) for one in told if isinstance(one, RosterNews)] == [MOST, MOST]
