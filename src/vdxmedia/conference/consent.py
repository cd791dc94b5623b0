"""What people were asked and what they answered, one question at a time: nothing happens to anybody without his yes.

    state      ask        ask again   yes       no         void
    NONE       ASKED      ASKED       refused   refused    NONE
    ASKED      ASKED      ASKED       AGREED    DECLINED   NONE
    AGREED     AGREED     AGREED      AGREED    DECLINED   NONE
    DECLINED   DECLINED   ASKED       AGREED    DECLINED   NONE

A no is respected: `ask` does not bring the question back; the person may still change it to a yes, and a yes to a no.
`ask again` is for another occasion, as when a host offers the spotlight once more. `void` ends the matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId


class Consent(StrEnum):
    NONE = "none"
    """Nothing is asked."""
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


class Consents:
    """The answers to one question. Bounded by the participants; the owner voids those who leave."""

    def __init__(self) -> None:
        self._states: dict[ParticipantId, Consent] = {}

    def of(self, participant: ParticipantId) -> Consent:
        return self._states.get(participant, Consent.NONE)

    def ask(self, participant: ParticipantId, *, again: bool = False) -> None:
        before = self.of(participant)
        if before is Consent.NONE or (again and before is Consent.DECLINED):
            self._states[participant] = Consent.ASKED

    def give(self, participant: ParticipantId) -> None:
        """Agreed otherwise than by answering here: told before joining, or nothing changes for him by it."""
        self._states[participant] = Consent.AGREED

    def answer(self, participant: ParticipantId, *, agrees: bool) -> None:
        """Raises: NotAllowed `nothing_asked`."""
        if self.of(participant) is Consent.NONE:
            raise NotAllowed("nothing is asked of you", code="nothing_asked")
        self._states[participant] = Consent.AGREED if agrees else Consent.DECLINED

    def void(self, participant: ParticipantId) -> None:
        self._states.pop(participant, None)

    def void_all(self) -> None:
        self._states.clear()

    def open(self) -> Iterator[tuple[ParticipantId, Consent]]:
        """Who has not agreed: those who have not answered, and those who said no."""
        return ((one, state) for one, state in self._states.items() if state is not Consent.AGREED)

    def agreed(self) -> list[ParticipantId]:
        return self._who(Consent.AGREED)

    def declined(self) -> list[ParticipantId]:
        return self._who(Consent.DECLINED)

    def _who(self, consent: Consent) -> list[ParticipantId]:
        return [one for one, state in self._states.items() if state is consent]
