"""The desks of a conference, in the order in which they are asked. A new concern is a new line here."""

from __future__ import annotations

from collections.abc import Callable

from vdxmedia.conference.announcements_desk import AnnouncementsDesk
from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.call_type_desk import CallTypeDesk
from vdxmedia.conference.captions_desk import CaptionsDesk
from vdxmedia.conference.chat_desk import ChatDesk
from vdxmedia.conference.desk import Desk
from vdxmedia.conference.doors_desk import DoorsDesk
from vdxmedia.conference.film_desk import FilmDesk
from vdxmedia.conference.floor_desk import FloorDesk
from vdxmedia.conference.groups_desk import GroupsDesk
from vdxmedia.conference.help_desk import HelpDesk
from vdxmedia.conference.layout_desk import LayoutDesk
from vdxmedia.conference.lobby_desk import LobbyDesk
from vdxmedia.conference.mutes_desk import MutesDesk
from vdxmedia.conference.reactions_desk import ReactionsDesk
from vdxmedia.conference.roles_desk import RolesDesk
from vdxmedia.conference.settings_desk import SettingsDesk
from vdxmedia.conference.visibility_desk import VisibilityDesk

DESKS: tuple[Callable[[Assembly], Desk], ...] = (
    SettingsDesk,
    CallTypeDesk,
    LayoutDesk,
    ChatDesk,
    CaptionsDesk,
    ReactionsDesk,
    AnnouncementsDesk,
    VisibilityDesk,
    GroupsDesk,
    HelpDesk,
    FilmDesk,
    RolesDesk,
    MutesDesk,
    LobbyDesk,
    DoorsDesk,
    FloorDesk,
)
