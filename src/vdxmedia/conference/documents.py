"""States that are told whole: what a conference has agreed, who has the floor, who is asked what.

A *document* is one value of a kind; only the latest of each kind matters to a client. A *sheet* says who is told
which document of a kind: usually hosts one, guests another, and somebody something of his own. `Documents` remembers
what it said and says only what is different. Left out: the roster, which is too long to be told whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId


class Document(msgspec.Struct, frozen=True):
    """Base of all documents: one subclass per kind."""


class RoomDocument(Document, frozen=True):
    """What is agreed about the room, as it is now."""

    settings: RoomSettings
    closes_at_s: float | None
    """In the conference's time."""


class StageDocument(Document, frozen=True):
    """Who is to be shown big to everyone, whoever speaks."""

    spotlight: ParticipantId | None


class Sheet(msgspec.Struct, frozen=True):
    """One kind of document, and who gets which; None: nothing of this kind (any more)."""

    kind: type[Document]
    hosts: Document | None
    guests: Document | None
    own: Mapping[ParticipantId, Document | None] = {}
    """Instead of the role's."""

    @classmethod
    def same(cls, document: Document) -> Sheet:
        """Everybody is told the same."""
        return cls(type(document), document, document)

    def for_one(self, participant: ParticipantId, role: Role) -> Document | None:
        if participant in self.own:
            return self.own[participant]
        return self.hosts if role is Role.HOST else self.guests


class Documents:
    """Owned by its conference. Bounded: one document per kind and participant, shared where they are equal."""

    def __init__(self) -> None:
        self._sheets: dict[type[Document], Sheet] = {}
        self._said: dict[tuple[type[Document], ParticipantId], Document] = {}

    def put(self, sheet: Sheet) -> None:
        self._sheets[sheet.kind] = sheet

    def kinds(self) -> tuple[type[Document], ...]:
        return tuple(self._sheets)

    def forget(self, participant: ParticipantId) -> None:
        for kind in self._sheets:
            self._said.pop((kind, participant), None)

    def assume(self, participant: ParticipantId, role: Role) -> None:
        """He gets all of them otherwise, as they are: nothing of it is news to him later."""
        for kind, sheet in self._sheets.items():
            document = sheet.for_one(participant, role)
            if document is not None:
                self._said[kind, participant] = document

    def take(
        self, kinds: Iterable[type[Document]], people: Mapping[ParticipantId, Role]
    ) -> list[tuple[tuple[ParticipantId, ...], Document]]:
        """What is different from what was said, of these kinds; who hears the same together."""
        said: list[tuple[tuple[ParticipantId, ...], Document]] = []
        for kind in kinds:
            sheet = self._sheets.get(kind)
            if sheet is None:
                continue
            groups: dict[int, tuple[Document, list[ParticipantId]]] = {}
            for participant, role in people.items():
                document = sheet.for_one(participant, role)
                key = (kind, participant)
                before = self._said.get(key)
                if document is None:
                    self._said.pop(key, None)
                elif document is not before and document != before:
                    self._said[key] = document
                    groups.setdefault(id(document), (document, []))[1].append(participant)
            said += [(tuple(to), document) for document, to in groups.values()]
        return said

    def all_for(self, participant: ParticipantId, role: Role) -> tuple[Document, ...]:
        """For a snapshot."""
        documents = (sheet.for_one(participant, role) for sheet in self._sheets.values())
        return tuple(document for document in documents if document is not None)
