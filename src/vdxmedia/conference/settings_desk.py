"""What a host may change of the room while it goes on. Left out: what is agreed before (times, PINs, codec)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from vdxmedia.conference.choices import (
    ChatPolicy,
    FloorPolicy,
    GuestVisibility,
    LastHostPolicy,
    LayoutChoice,
    LobbyPolicy,
    RoomMode,
)
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.events import SettingsChosen
from vdxmedia.conference.rights import demand_right


class ChangeRoom(Asked, frozen=True, kw_only=True):
    """Each field that is None stays as it is."""

    right: ClassVar[Right] = Right.HOST
    mode: RoomMode | None = None
    floor_policy: FloorPolicy | None = None
    max_speakers: int | None = None
    turn_s: int | None = None
    hosts_exempt: bool | None = None
    shows_speaker: bool | None = None
    screen_policy: FloorPolicy | None = None
    guest_visibility: GuestVisibility | None = None
    lobby: LobbyPolicy | None = None
    last_host: LastHostPolicy | None = None
    guests_may_unmute: bool | None = None
    host_layout: str | None = None
    guest_layout: str | None = None
    layout_choice: LayoutChoice | None = None
    shows_names: bool | None = None
    chat: ChatPolicy | None = None
    private_chat: bool | None = None


class SettingsDesk(Desk):
    """Works out the new settings; the hub keeps them and gives them back by `ChangeSettings`."""

    name = "settings"

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {ChangeRoom: self._change}

    def _change(self, command: ChangeRoom, now_s: float) -> None:
        """Raises: BadField, NotAllowed `not_your_room`."""
        if command.lobby is not None:
            # Who comes in is not for hosts who may let nobody in.
            demand_right(self.assembly, command.participant, Right.ADMITTER)
        chosen = {
            name: value
            for name in command.__struct_fields__
            if name != "participant" and (value := getattr(command, name)) is not None
        }
        settings = msgspec.structs.replace(self.assembly.settings, **chosen)
        settings.validate()
        if settings != self.assembly.settings:
            self.assembly.tell(SettingsChosen(settings))
