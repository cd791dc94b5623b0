"""Encodes what goes to many clients once.

A room hands the same event object to one client after another, without a pause between; so remembering the last one is
enough, and nothing has to be cleaned up. A participant is in the snapshot of everyone who joins: what was encoded is
kept for as long as the state that says it.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import msgspec

from vdxmedia.conference import events
from vdxmedia.conference.documents import Document
from vdxmedia.conference.events import ParticipantState
from vdxmedia.hub.client import BandwidthChanged, ClientEvent, QualityChanged, SentToLobby
from vdxmedia.hub.rounds import RosterNews
from vdxmedia.ids import RoomId
from vdxmedia.signalling import messages, translate

_encode = msgspec.json.Encoder().encode


def encode(message: messages.Answer) -> bytes:
    """JSON; it goes into the acknowledgement as it is."""
    return _encode(message)


def encode_event(message: messages.ServerEvent) -> bytes:
    """JSON; events are put together to lists (`fanout.py`)."""
    return _encode(message)


class Latest(StrEnum):
    """Kinds of which only the latest counts, in the order in which they follow the others."""

    BINDINGS = "bindings"
    SPEAKERS = "speakers"
    BANDWIDTH = "bandwidth"


_LATEST = {
    events.BindingsChanged: Latest.BINDINGS,
    events.SpeakersChanged: Latest.SPEAKERS,
    BandwidthChanged: Latest.BANDWIDTH,
}
_OF_THE_SESSION = (QualityChanged, SentToLobby, events.Transferred)


@dataclass(slots=True, frozen=True, eq=False)
class Told:
    """An event with what is the same for everybody who is told of it."""

    event: ClientEvent | None
    json: bytes
    """One, or several with commas between them; empty: each session makes its own."""
    place: Latest | type[Document] | None
    """What it takes the place of; None: it waits in order."""


class Broadcast:
    """One per server. Event loop only."""

    def __init__(self) -> None:
        self._told = Told(None, b"", None)
        self.encoded = 0
        """How many events were encoded; the rest was remembered."""
        self._participants: dict[int, tuple[weakref.ref[ParticipantState], bytes]] = {}
        """By the state's identity, which another gets only when the reference has taken the entry away."""
        self._ids: tuple[int, ...] = ()
        """The same of all in the last snapshot, whosever it was."""
        self._listed = b""
        """Those, encoded."""
        self._documents: tuple[RoomId, tuple[Document, ...], msgspec.Raw] = RoomId(""), (), msgspec.Raw(b"[]")
        """Of the last snapshot, encoded: those of one role are nearly always told the same."""

    def tell(self, room: RoomId, event: ClientEvent) -> Told:
        if event is not self._told.event:
            self._told = self._first(room, event)
        return self._told

    def _first(self, room: RoomId, event: ClientEvent) -> Told:
        if isinstance(event, _OF_THE_SESSION):
            return Told(event, b"", None)
        if isinstance(event, RosterNews):
            self.encoded += len(event.events)
            together = b",".join(encode_event(translate.event(room, one)) for one in event.events)
            return Told(event, together, None)
        self.encoded += 1
        place: Latest | type[Document] | None = _LATEST.get(type(event))
        if isinstance(event, events.DocumentChanged):
            place = type(event.document)
        elif isinstance(event, events.DocumentWithdrawn):
            place = event.kind
        return Told(event, encode_event(translate.event(room, event)), place)

    def participants(self, states: tuple[ParticipantState, ...]) -> list[messages.Participant]:
        """For encoding only: the JSON in the value's place.

        Who joins is told of those of whom the one before was told, and of himself: only what is new is added."""
        ids, known = tuple(map(id, states)), len(self._ids)
        if known and ids[:known] == self._ids:
            parts = [self._listed, *map(self._participant, states[known:])]
        else:
            parts = [*map(self._participant, states)]
        self._ids, self._listed = ids, b",".join(parts)
        return cast(list[messages.Participant], msgspec.Raw(b"[%b]" % self._listed))

    def documents(self, room: RoomId, told: tuple[Document, ...]) -> list[messages.Document]:
        """The same for a snapshot's documents."""
        last_room, last, encoded = self._documents
        if room != last_room or told != last:
            encoded = msgspec.Raw(_encode(translate.documents(room, told)))
            self._documents = room, told, encoded
        return cast(list[messages.Document], encoded)

    def _participant(self, state: ParticipantState) -> bytes:
        key = id(state)
        known = self._participants.get(key)
        if known is None:
            gone = weakref.ref(state, lambda _: self._forget(key))
            known = self._participants[key] = (gone, _encode(translate.participant(state)))
        return known[1]

    def _forget(self, key: int) -> None:
        """Nobody says so any more; of the list at least this one is not so, and its identity may be another's next."""
        self._participants.pop(key, None)
        self._ids, self._listed = (), b""
