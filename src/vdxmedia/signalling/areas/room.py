"""What is agreed about the room: told to everyone, changed by hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vdxmedia.conference import settings_desk
from vdxmedia.conference.choices import ChatPolicy as ChatPolicy
from vdxmedia.conference.choices import FloorPolicy as FloorPolicy
from vdxmedia.conference.choices import GuestVisibility as GuestVisibility
from vdxmedia.conference.choices import LastHostPolicy as LastHostPolicy
from vdxmedia.conference.choices import LayoutChoice as LayoutChoice
from vdxmedia.conference.choices import LobbyPolicy as LobbyPolicy
from vdxmedia.conference.choices import RoomMode as RoomMode
from vdxmedia.conference.choices import StartMicrophone as StartMicrophone
from vdxmedia.conference.documents import RoomDocument
from vdxmedia.conference.settings import MAX_SPEAKERS, MAX_TURN_S, RoomSettings
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire

LayoutName = Annotated[str, Meta(max_length=40)]


class Room(Wire, frozen=True):
    id: Id
    subject: str
    """Empty for guests where it is not for them: it may be a health fact."""
    organisation: str
    help_line: str
    mode: RoomMode
    floor_policy: FloorPolicy
    max_speakers: int
    turn_s: int
    """Seconds that one has the floor; 0: no end."""
    hosts_exempt: bool
    """Hosts are heard without having the floor."""
    shows_speaker: bool
    screen_policy: FloorPolicy
    guest_visibility: GuestVisibility
    lobby: LobbyPolicy
    last_host: LastHostPolicy
    guest_microphone: StartMicrophone
    """At the start; in a training never `on`."""
    guests_may_unmute: bool
    host_layout: str
    guest_layout: str
    layout_choice: LayoutChoice
    shows_names: bool
    """Each picture has its name on it; false: names stand in the list of people and are read aloud, nothing more."""
    presenter_is_main: bool
    """Who shares a screen is the main one, whoever speaks; not over who is on the stage."""
    call_type: int
    """What guests may send and receive: VDX `callType` as bits."""
    chat: ChatPolicy
    private_chat: bool
    maximum: int
    closes_at: float | None
    """Unix seconds."""


class RoomChanged(Wire, frozen=True, tag="roomChanged"):
    """What is agreed about the room, as it is now."""

    room: Room


class ChangeRoom(Wire, frozen=True, tag="changeRoom"):
    """A host changes the room while it goes on; null: as it was. Everybody is told by `roomChanged`."""

    mode: RoomMode | None = None
    floor_policy: FloorPolicy | None = None
    max_speakers: Annotated[int, Meta(ge=1, le=MAX_SPEAKERS)] | None = None
    turn_s: Annotated[int, Meta(ge=0, le=MAX_TURN_S)] | None = None
    hosts_exempt: bool | None = None
    shows_speaker: bool | None = None
    screen_policy: FloorPolicy | None = None
    guest_visibility: GuestVisibility | None = None
    lobby: LobbyPolicy | None = None
    last_host: LastHostPolicy | None = None
    guests_may_unmute: bool | None = None
    host_layout: LayoutName | None = None
    guest_layout: LayoutName | None = None
    layout_choice: LayoutChoice | None = None
    shows_names: bool | None = None
    chat: ChatPolicy | None = None
    private_chat: bool | None = None


def room_of(room: RoomId, settings: RoomSettings) -> Room:
    told = {name: getattr(settings, name) for name in Room.__struct_fields__ if name not in ("id", "guest_microphone")}
    return Room(id=room, guest_microphone=settings.start_microphone, **told)


def _changed(room: RoomId, document: RoomDocument) -> RoomChanged:
    return RoomChanged(room=room_of(room, document.settings))


def _change(message: ChangeRoom, asking: ParticipantId) -> settings_desk.ChangeRoom:
    return settings_desk.ChangeRoom(participant=asking, **msgspec.structs.asdict(message))


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    ChangeRoom: ((2.0, 10.0), _change),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {RoomDocument: (RoomChanged, _changed)}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "hosts_only": "Only a host can do that.",
    "not_your_room": "The booking says that another organisation's hosts decide this.",
}
