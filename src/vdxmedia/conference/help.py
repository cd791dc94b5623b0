"""What is asked and told about those who need help: the signal, its answer, and whom to phone for somebody."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.documents import Document
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.ids import ParticipantId


class AskForHelp(Asked, frozen=True):
    """Stands until a host answers it, or he takes it back."""


class WithdrawHelp(Asked, frozen=True):
    pass


class AnswerHelp(Asked, frozen=True):
    """A host takes care of it."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId


class Recognise(Asked, frozen=True):
    """A host ticks that this is the person expected."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    is_recognised: bool


class OwnHelpDocument(Document, frozen=True):
    is_asked: bool
    answered_by: ParticipantId | None
    """Which host has seen the last one."""


class HelpCall(msgspec.Struct, frozen=True):
    participant: ParticipantId
    since: float
    """Unix seconds."""


class HelpCallsDocument(Document, frozen=True):
    """For hosts: who waits for help, longest first."""

    calls: tuple[HelpCall, ...]


class PersonNote(msgspec.Struct, frozen=True):
    participant: ParticipantId
    note: EmergencyNote | None
    is_recognised: bool


class PeopleNotesDocument(Document, frozen=True):
    """For hosts: of each guest of whom there is something to say."""

    people: tuple[PersonNote, ...]
