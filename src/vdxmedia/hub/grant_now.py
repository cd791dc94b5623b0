"""What a join token allows at this moment: a conference may have made a guest of whom his link calls a host, the live
one, or one that a restart of the server has cut off and that goes on with the first join; and may have barred him."""

from __future__ import annotations

import msgspec

from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.demotions import Demotions
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.lobby_desk import LobbyDesk, LobbyState
from vdxmedia.conference.roles_desk import RolesDesk, RolesState
from vdxmedia.hub.kept_room import decode
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
    return _with(grant, role)


def grant_at_rest(grant: Grant, state: bytes) -> Grant:
    """The same from what is kept of a conference. Raises: BadInput, and msgspec.ValidationError: the state makes no
    sense, and the room will begin anew."""
    if grant.role != Role.HOST or grant.is_film:
        return grant
    kept = decode(state)
    if (doors := kept.conference.desks.get(LobbyDesk.name)) is not None:
        admissions = Admissions()
        admissions.restore(msgspec.convert(doors, LobbyState).admissions)
        if grant_if_barred(grant, admissions) is not grant:
            return _with(grant, Role.GUEST)
    roles = {person.id: person.role for person in kept.conference.people}
    own = [seat for seat in kept.seats if seat.participant == grant.participant]
    own += [seat for seat in kept.seats if grant.identity and seat.grant.identity == grant.identity]
    if own:
        return _with(grant, roles[own[0].participant])
    demotions = Demotions()
    if (noted := kept.conference.desks.get(RolesDesk.name)) is not None:
        demotions.restore(msgspec.convert(noted, RolesState).demoted)
    was_demoted = demotions.holds(admission_keys(grant.identity, None)) and Role.HOST in roles.values()
    return _with(grant, Role.GUEST if was_demoted else Role.HOST)


def grant_if_barred(grant: Grant, admissions: Admissions) -> Grant:
    """Whom hosts have barred has no host's rights left either, by whatever way."""
    is_barred = grant.role == Role.HOST and admissions.is_barred(admission_keys(grant.identity, None))
    return _with(grant, Role.GUEST if is_barred else Role(grant.role))


def _with(grant: Grant, role: Role) -> Grant:
    return grant if role == grant.role else msgspec.structs.replace(grant, role=role.value)
