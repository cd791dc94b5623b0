"""Whether somebody may ask for something. The rights stand at the commands (`commands.Asked.right`)."""

from __future__ import annotations

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId


def check_right(assembly: Assembly, command: Asked) -> None:
    """Raises: as `demand_right`."""
    demand_right(assembly, command.participant, command.right)


def demand_right(assembly: Assembly, participant: ParticipantId, right: Right) -> None:
    """Raises: NotFound `participant_unknown`, NotAllowed `hosts_only`, `not_your_room`."""
    asking = assembly.find(participant)
    if right is Right.ANYONE:
        return
    if asking.role is not Role.HOST or asking.is_film:
        raise NotAllowed("only a host can do that", code="hosts_only")
    admitters = assembly.settings.admitters
    if right is Right.ADMITTER and admitters and asking.organisation not in admitters:
        raise NotAllowed("another organisation's hosts decide who comes in", code="not_your_room")
