"""Who a newcomer is, from his token, from what he says of himself, and from how he stood in the lobby.

The token goes first, then what the host saw who has let him in; only then what the newcomer says now.
"""

from __future__ import annotations

from vdxmedia.conference.commands import Join
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField
from vdxmedia.hub.client import JoinRequest
from vdxmedia.hub.lobby_seats import LobbySeat
from vdxmedia.hub.room_lobby import admission_keys
from vdxmedia.hub.seats import Seat


def name_of(request: JoinRequest, waited: LobbySeat | None) -> str:
    """Who waited comes in as the one whom the host has let in. Raises: BadField."""
    name = request.grant.name or (waited.name if waited is not None else "") or request.name
    if not name:
        raise BadField("a name is needed: the token fixes none", field="$.name")
    return name


def function_of(request: JoinRequest, waited: LobbySeat | None) -> str:
    """The same."""
    return request.grant.function or (waited.function if waited is not None else request.function)


def join_of(request: JoinRequest, seat: Seat, keys: tuple[str, ...], settings: RoomSettings) -> Join:
    """Into the seat, whose name and function are his by now. `keys`: by which the lobby knows him already."""
    grant = request.grant
    return Join(
        participant=seat.participant,
        name=seat.name,
        role=Role(grant.role),
        organisation=grant.organisation,
        function=seat.function,
        says_function_himself=not grant.function,
        publish=seat.sources,
        can_subscribe=grant.can_subscribe,
        video_slots=request.video_slots,
        knows_who_sees=request.expects_guests_to_see(settings.mode),
        is_film=grant.is_film,
        admission_keys=(*keys, *admission_keys("", seat.secret)),
        note=grant.note,
        knocks=grant.knocks,
    )
