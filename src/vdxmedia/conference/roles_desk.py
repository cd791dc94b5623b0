"""Who is a host: handing over the chair, and having several. Roles at the beginning come from the token or the PIN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import NotAllowed, NotFound
from vdxmedia.ids import ParticipantId


class SetRole(Asked, frozen=True):
    """Lasts as long as the seat: who comes back after that has again the role of his link."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    role: Role


class RolesDesk(Desk):
    name = "roles"

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {SetRole: self._set}

    def _set(self, command: SetRole, now_s: float) -> None:
        """Raises: NotFound, NotAllowed `last_host`."""
        target = self.assembly.find(command.target)
        if target.role is command.role:
            return
        if command.role is Role.GUEST and not any(
            one.is_connected for one in self.assembly.hosts() if one is not target
        ):
            raise NotAllowed("somebody must be the host: name another first", code="last_host")
        if command.role is Role.HOST and not target.is_connected:
            raise NotFound("who is away cannot become the host", code="participant_unknown")
        self.assembly.give_role(target, command.role)
