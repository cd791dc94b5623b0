"""What a join token allows at this moment: a conference may have made a guest of whom his link calls a host."""

from __future__ import annotations

import msgspec

from vdxmedia.conference.conference import Conference
from vdxmedia.conference.kinds import Role
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.room_lobby import admission_keys
from vdxmedia.hub.seats import Seats
from vdxmedia.ids import ParticipantId


def grant_now(grant: Grant, seats: Seats, conference: Conference) -> Grant:
    """Never more than the token says: who was made a host has rights in the call, not those of a host's link."""
    if grant.role != Role.HOST or grant.is_film:
        return grant
    seat = seats.get(ParticipantId(grant.participant)) or seats.by_identity(grant.identity)
    if seat is not None:
        role = conference.role_of(seat.participant)
    else:
        role = conference.role_for(Role.HOST, admission_keys(grant.identity, None))
    return grant if role is Role.HOST else msgspec.structs.replace(grant, role=role.value)
