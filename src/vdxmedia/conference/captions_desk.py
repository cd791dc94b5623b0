"""Captions that a person writes (in Danish a *skrivetolk*), for all who may know the writer.

Who has this function in the booking may write; who only says so of himself may not. A host can give the right to
others, and take it away. What is being written is a document, so that a newcomer has the line that is open; a finished
line is said once. They are captions of a guest like others: in a private room other guests get them only while the
writer is a host or in the spotlight.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, LivingSheet
from vdxmedia.conference.events import Utterance, Uttered
from vdxmedia.conference.kinds import Addressee
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.words import (
    MAX_OPEN_LINES,
    OpenLine,
    Target,
    check_in,
    edited,
    is_read_by,
    not_empty,
    readers,
    view_of,
)
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId

FUNCTION = "skrivetolk"
"""The participant's function that brings the right with it, when it is from his token."""
_ALL = Target(Addressee.ALL)


class TypeCaption(Asked, frozen=True, kw_only=True):
    """The open line from its `keep`th character on is `text`."""

    keep: int
    text: str
    is_finished: bool
    """The line is said as it is now, and the next one begins."""


class LetWriteCaptions(Asked, frozen=True, kw_only=True):
    right: ClassVar[Right] = Right.HOST
    other: ParticipantId
    is_allowed: bool


class CaptionWritten(Utterance, frozen=True):
    participant: ParticipantId
    text: str


class Captions(Document, frozen=True):
    writers: tuple[ParticipantId, ...]
    """Who may write them: while there is anyone, captions can be switched on."""
    lines: tuple[OpenLine, ...]


class CaptionsDesk(Desk):
    name = "captions"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._decided: dict[ParticipantId, bool] = {}
        """By hosts; otherwise the function counts."""
        self._lines: dict[ParticipantId, str] = {}
        self._writers: dict[ParticipantId, None] = {}
        """Of those present, who has the right: usually nobody, in a room of hundreds."""

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {TypeCaption: self._type, LetWriteCaptions: self._let}

    def opened(self, now_s: float) -> None:
        self.assembly.put(LivingSheet(Captions, self._view_of, self._captions_for))

    def joined(self, participant: Participant, now_s: float) -> None:
        if self._may_write(participant):
            self._writers[participant.id] = None
            self._changed()

    def away(self, participant: Participant, now_s: float) -> None:
        if self._lines.pop(participant.id, None) is not None:
            self._changed()

    def left(self, participant: Participant, now_s: float) -> None:
        self._decided.pop(participant.id, None)
        self._lines.pop(participant.id, None)
        if participant.id in self._writers:
            del self._writers[participant.id]
            self._changed()

    def state(self, now_s: float) -> Any:
        return dict(self._decided)

    def restore(self, state: Any, now_s: float) -> None:
        self._decided = msgspec.convert(state, dict[ParticipantId, bool])

    def _type(self, command: TypeCaption, now_s: float) -> None:
        writer = self.assembly.find(command.participant)
        check_in(writer)
        if writer.id not in self._writers:
            raise NotAllowed("a host can give the right to write captions", code="no_caption_right")
        text = edited(self._lines.get(writer.id, ""), command.keep, command.text)
        if command.is_finished:
            line = not_empty(text.strip())
            self._lines.pop(writer.id, None)
            to = tuple(one.id for one in readers(self.assembly, writer, _ALL))
            self.assembly.tell(Uttered(to, CaptionWritten(writer.id, line)))
        elif text:
            self._lines[writer.id] = text
        else:
            self._lines.pop(writer.id, None)
        self._changed()

    def _let(self, command: LetWriteCaptions, now_s: float) -> None:
        other = self.assembly.find(command.other)
        self._decided[other.id] = command.is_allowed
        if command.is_allowed:
            self._writers[other.id] = None
        else:
            self._writers.pop(other.id, None)
            self._lines.pop(other.id, None)
        self._changed()

    def _may_write(self, participant: Participant) -> bool:
        decided = self._decided.get(participant.id)
        if decided is not None:
            return decided
        return not participant.says_function_himself and participant.function.strip().casefold() == FUNCTION

    def _changed(self) -> None:
        self.assembly.put(LivingSheet(Captions, self._view_of, self._captions_for))

    def _view_of(self, reader: ParticipantId) -> Hashable:
        one = self.assembly.people[reader]
        return view_of(one), one.id if one.id in self._writers else None

    def _captions_for(self, reader: ParticipantId) -> Captions:
        viewer, people = self.assembly.people[reader], self.assembly.people
        present = [people[name] for name in self._writers if name in people]
        writers = [one for one in present if one is viewer or is_read_by(viewer, one)]
        lines = [OpenLine(one.id, Addressee.ALL, self._lines[one.id]) for one in writers if one.id in self._lines]
        return Captions(tuple(one.id for one in writers), tuple(lines[:MAX_OPEN_LINES]))
