"""The call for help, which hosts hear until one of them answers it; whom to phone for somebody; and who was recognised.

A call for help stays when its owner's connection is lost: that is when it matters most. It ends when a host answers,
when he takes it back, or when he leaves. Notes and ticks are told to hosts only and are no part of the stored state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.events import PersonRecognised
from vdxmedia.conference.help import (
    AnswerHelp,
    AskForHelp,
    HelpCall,
    HelpCallsDocument,
    OwnHelpDocument,
    PeopleNotesDocument,
    PersonNote,
    Recognise,
    WithdrawHelp,
)
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.participant import Participant
from vdxmedia.errors import BadField
from vdxmedia.ids import ParticipantId

_CALM = OwnHelpDocument(is_asked=False, answered_by=None)


class HelpState(msgspec.Struct, frozen=True):
    """Who waits for help, and since how many seconds; who was recognised."""

    waiting: tuple[tuple[ParticipantId, float], ...] = ()
    recognised: tuple[ParticipantId, ...] = ()


class HelpDesk(Desk):
    name = "help"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._since_s: dict[ParticipantId, float] = {}
        """Of those who wait, in the order of asking; at most one call each."""
        self._answered_by: dict[ParticipantId, ParticipantId] = {}
        self._recognised: dict[ParticipantId, None] = {}
        self._restored: dict[ParticipantId, float] = {}

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            AskForHelp: self._ask,
            WithdrawHelp: self._withdraw,
            AnswerHelp: self._answer,
            Recognise: self._recognise,
        }

    def opened(self, now_s: float) -> None:
        self._put_calls()
        self._put_notes()

    def joined(self, participant: Participant, now_s: float) -> None:
        since_s = self._restored.pop(participant.id, None)
        if since_s is not None:
            self._since_s[participant.id] = since_s
            self._put_calls()
        participant.is_recognised = participant.id in self._recognised
        if participant.note is not None or participant.is_recognised:
            self._put_notes()

    def back(self, participant: Participant, now_s: float) -> None:
        if participant.note is not None:
            self._put_notes()

    def left(self, participant: Participant, now_s: float) -> None:
        self._answered_by.pop(participant.id, None)
        if self._since_s.pop(participant.id, None) is not None:
            self._put_calls()
        was_recognised = self._recognised.pop(participant.id, False) is None
        if was_recognised or participant.note is not None:
            self._put_notes()

    def role_changed(self, participant: Participant, now_s: float) -> None:
        self._put_notes()

    def _ask(self, command: AskForHelp, now_s: float) -> None:
        if command.participant not in self._since_s:
            self._since_s[command.participant] = now_s
            self._answered_by.pop(command.participant, None)
            self._put_calls()

    def _withdraw(self, command: WithdrawHelp, now_s: float) -> None:
        if self._since_s.pop(command.participant, None) is not None:
            self._put_calls()

    def _answer(self, command: AnswerHelp, now_s: float) -> None:
        """Raises: NotFound. Twice is fine: two hosts may press at the same time."""
        target = self.assembly.find_known(command.participant, command.target)
        if self._since_s.pop(target.id, None) is not None:
            self._answered_by[target.id] = command.participant
            self._put_calls()

    def _recognise(self, command: Recognise, now_s: float) -> None:
        """Raises: NotFound, BadField."""
        target = self.assembly.find_known(command.participant, command.target)
        if target.role is not Role.GUEST:
            raise BadField("only guests are recognised", field="$.participantId")
        if (target.id in self._recognised) is command.is_recognised:
            return
        if command.is_recognised:
            self._recognised[target.id] = None
        else:
            del self._recognised[target.id]
        self.assembly.recognise(target, is_recognised=command.is_recognised)
        self.assembly.tell(PersonRecognised(target.id, command.is_recognised))
        self._put_notes()

    def _put_calls(self) -> None:
        calls = tuple(HelpCall(one, self.assembly.unix(since_s)) for one, since_s in self._since_s.items())
        self.assembly.put(Sheet(HelpCallsDocument, HelpCallsDocument(calls), None))
        own: dict[ParticipantId, Document | None] = {
            one: OwnHelpDocument(is_asked=False, answered_by=host) for one, host in self._answered_by.items()
        }
        own |= {one: OwnHelpDocument(is_asked=True, answered_by=None) for one in self._since_s}
        self.assembly.put(Sheet(OwnHelpDocument, _CALM, _CALM, own))

    def _put_notes(self) -> None:
        people = tuple(
            PersonNote(guest.id, guest.note, guest.id in self._recognised)
            for guest in self.assembly.guests()
            if guest.note is not None or guest.id in self._recognised
        )
        self.assembly.put(Sheet(PeopleNotesDocument, PeopleNotesDocument(people), None))

    def state(self, now_s: float) -> Any:
        waiting = tuple((one, now_s - since_s) for one, since_s in self._since_s.items())
        return msgspec.to_builtins(HelpState(waiting, tuple(self._recognised)))

    def restore(self, state: Any, now_s: float) -> None:
        restored = msgspec.convert(state, HelpState)
        self._restored = {one: now_s - waited_s for one, waited_s in restored.waiting}
        self._recognised = dict.fromkeys(restored.recognised)
