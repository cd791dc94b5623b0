"""How one's own pictures are arranged, and whom one has pinned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import layout_desk
from vdxmedia.conference.layout_desk import MAX_PINS, LayoutDocument
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire


class ChooseLayout(Wire, frozen=True, tag="chooseLayout"):
    """Arrange one's own pictures; null: as the room has it. Refused (`hosts_only`) where a host chooses for all."""

    layout: Annotated[str, Meta(max_length=40)] | None = None


class PinPeople(Wire, frozen=True, tag="pinPeople"):
    """Whom one wants to see in any case, first first: all of them; empty: nobody."""

    participants: Annotated[list[Id], Meta(max_length=MAX_PINS)]


class LayoutChanged(Wire, frozen=True, tag="layoutChanged"):
    """How this client is to arrange its pictures. The names are those of the table in docs/protocol.md."""

    layout: str
    may_choose: bool
    pins: list[Id]


def _choose(message: ChooseLayout, asking: ParticipantId) -> layout_desk.ChooseLayout:
    return layout_desk.ChooseLayout(asking, message.layout)


def _pin(message: PinPeople, asking: ParticipantId) -> layout_desk.PinPeople:
    return layout_desk.PinPeople(asking, tuple(ParticipantId(one) for one in message.participants))


def _changed(room: RoomId, document: LayoutDocument) -> LayoutChanged:
    return LayoutChanged(layout=document.layout, may_choose=document.may_choose, pins=list(document.pins))


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    ChooseLayout: ((2.0, 10.0), _choose),
    PinPeople: ((2.0, 10.0), _pin),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {LayoutDocument: (LayoutChanged, _changed)}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {}
