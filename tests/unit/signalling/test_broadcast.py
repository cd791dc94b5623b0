"""What is encoded once: the list of who is there, as everyone who joins is told it."""

from __future__ import annotations

import gc

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.conference.chat_desk import ChatWritten, OpenLines
from vdxmedia.conference.documents import StageDocument
from vdxmedia.conference.events import (
    BindingsChanged,
    DocumentChanged,
    DocumentWithdrawn,
    ParticipantJoined,
    ParticipantState,
    SpeakersChanged,
    Transferred,
    Uttered,
)
from vdxmedia.conference.kinds import Addressee, Connection, Quality, Role
from vdxmedia.hub.client import BandwidthChanged, ClientEvent, QualityChanged
from vdxmedia.hub.rounds import RosterNews
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling import translate
from vdxmedia.signalling.broadcast import Broadcast, Latest


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
    broadcast = Broadcast()
    present: dict[int, ParticipantState] = {}
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


ANNA, ROOM = ParticipantId("a"), RoomId("r")


def test_what_is_told_together_is_several_events_with_commas_between() -> None:
    one, two = (ParticipantJoined(number, (ParticipantId("p9"),), state(number)) for number in (1, 2))
    made = Broadcast().tell(RoomId("r"), RosterNews(one.to, (one, two)))
    apart = [Broadcast().tell(RoomId("r"), event).json for event in (one, two)]
    assert made.place is None
    assert msgspec.json.decode(b"[%b]" % made.json) == [msgspec.json.decode(each) for each in apart]


@given(st.lists(st.tuples(st.sampled_from(["r", "s"]), st.sampled_from([None, "p1", "p2"])), max_size=12))
def test_documents_of_a_snapshot_are_those_that_were_asked_for(steps: list[tuple[str, str | None]]) -> None:
    broadcast = Broadcast()
    for room, spotlight in steps:
        documents = (StageDocument(None if spotlight is None else ParticipantId(spotlight)),)
        encoded = msgspec.json.encode(broadcast.documents(RoomId(room), documents))
        assert encoded == msgspec.json.encode(translate.documents(RoomId(room), documents))


def test_event_that_many_hear_is_encoded_once_and_the_next_anew() -> None:
    broadcast = Broadcast()
    one, other = (Uttered((ANNA,), ChatWritten(ANNA, "Anna", Addressee.ALL, None, text)) for text in ("hej", "farvel"))
    first = broadcast.tell(ROOM, one)
    assert b"hej" in first.json
    assert broadcast.tell(ROOM, one) is first
    assert b"farvel" in broadcast.tell(ROOM, other).json
    assert broadcast.encoded == 2


def test_what_is_a_state_takes_the_place_of_the_one_before_and_the_rest_waits_in_order() -> None:
    broadcast = Broadcast()
    to = (ANNA,)
    cases: list[tuple[ClientEvent, object]] = [
        (Uttered(to, ChatWritten(ANNA, "Anna", Addressee.ALL, None, "hej")), None),
        (DocumentChanged(to, OpenLines(())), OpenLines),
        (DocumentWithdrawn(to, OpenLines), OpenLines),
        (BindingsChanged(ANNA, ()), Latest.BINDINGS),
        (SpeakersChanged(to, ()), Latest.SPEAKERS),
        (BandwidthChanged((), {}, False), Latest.BANDWIDTH),
    ]
    for event, place in cases:
        told = broadcast.tell(ROOM, event)
        assert told.json, event
        assert told.place is place


def test_what_each_session_says_in_its_own_words_is_not_encoded_for_all() -> None:
    broadcast = Broadcast()
    for event in (QualityChanged({ANNA: Quality.GOOD}), Transferred(ANNA, ROOM)):
        assert broadcast.tell(ROOM, event).json == b""
    assert broadcast.encoded == 0
