"""What guests may send and receive (`call_type.py`), as roles and the booking change during the call.

What is allowed no more ends at once. What is allowed from now on is received at once, and may be sent: who came without
a source that his token grants gets it now, closed as every other that is new.
"""

from __future__ import annotations

from collections.abc import Mapping

from vdxmedia.conference.call_type import may_receive, may_send
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed


class CallTypeDesk(Desk):
    name = "callType"

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {}

    def check_source_on(self, participant: Participant, kind: SourceKind) -> None:
        """Raises: NotAllowed."""
        if not may_send(participant.role, kind, self.assembly.settings.call_type):
            raise NotAllowed("guests do not send this here")

    def role_changed(self, participant: Participant, now_s: float) -> None:
        self._apply(participant)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        if before.call_type != self.assembly.settings.call_type:
            for guest in self.assembly.guests():
                self._apply(guest)

    def _apply(self, participant: Participant) -> None:
        call_type = self.assembly.settings.call_type
        for kind in participant.sources:
            if not may_send(participant.role, kind, call_type):
                self.assembly.close_source(participant, kind)
        for kind in participant.withheld:
            if may_send(participant.role, kind, call_type):
                self.assembly.grant_source(participant, kind)
        participant.receives = may_receive(participant.role, participant.granted, call_type)
        self.assembly.permit(participant)
