"""Chat, and the lines that are being typed. Messages are said once; open lines are a document, told whole.

Who comes later or was away is told the lines that are open, and nothing of what was written before.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, LivingSheet
from vdxmedia.conference.events import Utterance, Uttered
from vdxmedia.conference.kinds import Addressee, Connection, Role
from vdxmedia.conference.names import paragraphs
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.words import (
    MAX_OPEN_LINES,
    Line,
    OpenLine,
    Target,
    check_target,
    edited,
    is_for,
    not_empty,
    readers,
    view_of,
)
from vdxmedia.errors import BadMessage, Refused, VdxError
from vdxmedia.ids import ParticipantId

CROWD_PER_S = 10.0
CROWD_BURST = 30.0
"""Messages of guests that other guests read, all together: nobody can read more, and each is sent to everyone."""


class WriteChat(Asked, frozen=True, kw_only=True):
    """Also closes the writer's open line."""

    target: Target
    text: str


class TypeText(Asked, frozen=True, kw_only=True):
    """The open line from its `keep`th character on is `text`; a line without text is closed."""

    target: Target
    keep: int
    text: str


class ChatWritten(Utterance, frozen=True):
    participant: ParticipantId
    name: str
    """A reader may be told of a newcomer a moment later."""
    to: Addressee
    other: ParticipantId | None
    text: str


class OpenLines(Document, frozen=True):
    lines: tuple[OpenLine, ...]


class ChatDesk(Desk):
    name = "chat"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._lines: dict[ParticipantId, Line] = {}
        """In the order of opening."""
        self._targets: frozenset[ParticipantId | None] = frozenset()
        """Of lines for one person."""
        self._crowd_level = CROWD_BURST
        self._crowd_s = 0.0

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {WriteChat: self._write, TypeText: self._type}

    def opened(self, now_s: float) -> None:
        self._put()

    def away(self, participant: Participant, now_s: float) -> None:
        self._close(participant.id)

    def left(self, participant: Participant, now_s: float) -> None:
        self._close(participant.id)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        for writer in self.assembly.people.values():
            line = self._lines.get(writer.id)
            if line is not None:
                try:
                    check_target(self.assembly, writer, line.target)
                except VdxError:
                    self._close(writer.id)

    def _write(self, command: WriteChat, now_s: float) -> None:
        writer = self.assembly.find(command.participant)
        check_target(self.assembly, writer, command.target)
        text = not_empty(paragraphs(command.text))
        name = command.target.other if command.target.to is Addressee.ONE else None
        other = self.assembly.people[name] if name is not None else None
        if other is not None and other.connection is not Connection.CONNECTED:
            raise Refused("the connection is away, and nothing is kept", code="participant_away")
        to = readers(self.assembly, writer, command.target)
        if writer.role is Role.GUEST and any(one is not writer and one.role is Role.GUEST for one in to):
            self._take_of_crowd(now_s)
        self._close(writer.id)
        said = ChatWritten(writer.id, writer.name, command.target.to, name, text)
        self.assembly.tell(Uttered(tuple(one.id for one in to), said))

    def _type(self, command: TypeText, now_s: float) -> None:
        writer = self.assembly.find(command.participant)
        check_target(self.assembly, writer, command.target)
        line = self._lines.get(writer.id)
        if line is None or line.target != command.target:
            if command.keep > 0:
                raise BadMessage("no such line is open: send it whole", code="out_of_step")
            line = Line(command.target)
        text = edited(line.text, command.keep, command.text)
        if not text:
            self._close(writer.id)
            return
        line.text = text
        self._lines[writer.id] = line
        self._put()

    def _take_of_crowd(self, now_s: float) -> None:
        """Raises: Refused `rate_limited`. Only for words that others in the same case read: a guest whom only hosts
        may see must not notice how much others write."""
        level = min(CROWD_BURST, self._crowd_level + max(0.0, now_s - self._crowd_s) * CROWD_PER_S)
        if level < 1:
            raise Refused("too much is written", code="rate_limited", retry_after_s=(1 - level) / CROWD_PER_S)
        self._crowd_level, self._crowd_s = level - 1, now_s

    def _close(self, writer: ParticipantId) -> None:
        if self._lines.pop(writer, None) is not None:
            self._put()

    # ── who is told which lines ───────────────────────────────────────────────────────────────────────────────────

    def _put(self) -> None:
        self._targets = frozenset(line.target.other for line in self._lines.values())
        self.assembly.put(LivingSheet(OpenLines, self._view_of, self._lines_for))

    def _view_of(self, reader: ParticipantId) -> Hashable:
        """Who knows the same people, and has no line for himself alone, is told the same."""
        one = self.assembly.people[reader]
        return view_of(one), one.role, one.id if one.id in self._targets else None

    def _lines_for(self, reader: ParticipantId) -> OpenLines:
        """The writer's own only where it is for others of his view too: his page has it anyway."""
        people = self.assembly.people
        told = [
            OpenLine(writer, line.target.to, line.text)
            for writer, line in self._lines.items()
            if writer in people and is_for(people[reader], people[writer], line.target)
        ]
        return OpenLines(tuple(told[:MAX_OPEN_LINES]))
