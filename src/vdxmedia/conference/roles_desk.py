"""Who is a host: handing over the chair, and having several. Roles at the beginning come from the token or the PIN.

A role that was given lasts as long as the seat. One that was taken lasts longer: who was made a guest and comes back by
his host's link is a guest again, until a host makes him one or nobody has the chair any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.participant import Participant
from vdxmedia.errors import NotAllowed, NotFound
from vdxmedia.ids import ParticipantId


class SetRole(Asked, frozen=True):
    """Somebody must stay the host. Who is made a guest is one also when he comes back by his host's link."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    role: Role


class RolesState(msgspec.Struct, frozen=True):
    demoted: tuple[tuple[str, ...], ...]
    """Digests only (`admissions.key_of`)."""


class RolesDesk(Desk):
    name = "roles"

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {SetRole: self._set}

    def joined(self, participant: Participant, now_s: float) -> None:
        """By a new device or secret he is known from now on, too."""
        demotions = self.assembly.demotions
        if not demotions.holds(participant.admission_keys):
            return
        if participant.role is Role.HOST:
            demotions.forget(participant.admission_keys)  # nobody else was, when he came
        else:
            demotions.add(participant.admission_keys)

    def state(self, now_s: float) -> Any:
        demoted = self.assembly.demotions.state()
        return msgspec.to_builtins(RolesState(demoted)) if demoted else None

    def restore(self, state: Any, now_s: float) -> None:
        self.assembly.demotions.restore(msgspec.convert(state, RolesState).demoted)

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
        if command.role is Role.GUEST:
            self.assembly.demotions.add(target.admission_keys)
        else:
            self.assembly.demotions.forget(target.admission_keys)
        self.assembly.give_role(target, command.role)
