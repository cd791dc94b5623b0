"""What hosts have to say that stays in view until a host takes it away. Told to all who have been let in.

A document, so newcomers see it too; not part of the stored state, as no words are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, LivingSheet
from vdxmedia.conference.names import paragraphs
from vdxmedia.conference.words import not_empty
from vdxmedia.errors import NotFound, Refused
from vdxmedia.ids import ParticipantId

MAX_ANNOUNCEMENTS = 3
"""More would hide the picture."""
MAX_ANNOUNCEMENT_CHARS = 300


class Announce(Asked, frozen=True, kw_only=True):
    right: ClassVar[Right] = Right.HOST
    text: str


class TakeAnnouncementAway(Asked, frozen=True, kw_only=True):
    right: ClassVar[Right] = Right.HOST
    number: int


class Announcements(Document, frozen=True):
    announcements: tuple[tuple[int, str], ...]
    """Number and text, oldest first. Only hosts announce, so the numbers tell nothing of guests."""


NONE = Announcements(())


class AnnouncementsDesk(Desk):
    name = "announcements"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._announcements: dict[int, str] = {}
        self._count = 0

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {Announce: self._announce, TakeAnnouncementAway: self._take_away}

    def opened(self, now_s: float) -> None:
        self._put()

    def _announce(self, command: Announce, now_s: float) -> None:
        text = not_empty(paragraphs(command.text))
        if len(self._announcements) >= MAX_ANNOUNCEMENTS:
            raise Refused("take one away first", code="announcements_full")
        self._count += 1
        self._announcements[self._count] = text
        self._put()

    def _take_away(self, command: TakeAnnouncementAway, now_s: float) -> None:
        if self._announcements.pop(command.number, None) is None:
            raise NotFound("this announcement has been taken away")
        self._put()

    def _put(self) -> None:
        told = Announcements(tuple(self._announcements.items()))
        people = self.assembly.people

        def is_in(reader: ParticipantId) -> bool:
            return not people[reader].is_waiting

        self.assembly.put(LivingSheet(Announcements, is_in, lambda reader: told if is_in(reader) else NONE))
