"""States that are told whole: what a conference has agreed, who has the floor, who is asked what.

A *document* is one value of a kind; only the latest of each kind matters to a client. A *sheet* says who is told
which document of a kind: usually hosts one, guests another, and somebody something of his own. `Documents` remembers
what it said and says only what is different. Left out: the roster, which is too long to be told whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

import msgspec

from vdxmedia.conference.kinds import FilmStatus, Role
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


class FilmDocument(Document, frozen=True, kw_only=True):
    """The exercise film in the room; there is none before the first."""

    status: FilmStatus
    clip: str
    position_s: float = 0.0
    """At `at_unix_s`; while it plays it goes on from there."""
    at_unix_s: float = 0.0
    duration_s: float = 0.0
    is_looping: bool = False
    code: str | None = None
    text: str | None = None


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

    def reading(self) -> Reading:
        return self.for_one


class LivingSheet(msgspec.Struct, frozen=True):
    """A kind whose document is worked out when it is told, because it depends on who may know whom just then."""

    kind: type[Document]
    view_of: Callable[[ParticipantId], Hashable]
    """Those of one view are told the same."""
    document_for: Callable[[ParticipantId], Document]

    def reading(self) -> Reading:
        """For one command: within it nothing changes, and those of one view are given the same object."""
        views: dict[Hashable, Document] = {}

        def read(participant: ParticipantId, _: Role) -> Document:
            view = self.view_of(participant)
            if view not in views:
                views[view] = self.document_for(participant)
            return views[view]

        return read


Reading = Callable[[ParticipantId, Role], Document | None]


class Documents:
    """Owned by its conference. Bounded: one document per kind and participant, shared where they are equal."""

    def __init__(self) -> None:
        self._sheets: dict[type[Document], Sheet | LivingSheet] = {}
        self._said: dict[tuple[type[Document], ParticipantId], Document] = {}

    def put(self, sheet: Sheet | LivingSheet) -> None:
        self._sheets[sheet.kind] = sheet

    def living(self) -> tuple[type[Document], ...]:
        """Those that may be different when somebody's permission is."""
        return tuple(kind for kind, sheet in self._sheets.items() if isinstance(sheet, LivingSheet))

    def kinds(self) -> tuple[type[Document], ...]:
        return tuple(self._sheets)

    def forget(self, participant: ParticipantId) -> None:
        for kind in self._sheets:
            self._said.pop((kind, participant), None)

    def assume(self, participant: ParticipantId, role: Role) -> None:
        """He gets all of them otherwise, as they are: nothing of it is news to him later."""
        for kind, sheet in self._sheets.items():
            document = sheet.reading()(participant, role)
            if document is not None:
                self._said[kind, participant] = document

    def take(
        self, kinds: Iterable[type[Document]], people: Mapping[ParticipantId, Role]
    ) -> list[tuple[tuple[ParticipantId, ...], Document | type[Document]]]:
        """What is different from what was said, of these kinds; who hears the same together. A kind: there is nothing
        of it for them any more."""
        said: list[tuple[tuple[ParticipantId, ...], Document | type[Document]]] = []
        for kind in kinds:
            sheet = self._sheets.get(kind)
            if sheet is None:
                continue
            groups: dict[int, tuple[Document, list[ParticipantId]]] = {}
            withdrawn: list[ParticipantId] = []
            read = sheet.reading()
            for participant, role in people.items():
                document = read(participant, role)
                key = (kind, participant)
                before = self._said.get(key)
                if document is None:
                    if self._said.pop(key, None) is not None:
                        withdrawn.append(participant)
                elif document is not before and document != before:
                    self._said[key] = document
                    groups.setdefault(id(document), (document, []))[1].append(participant)
            said += [(tuple(to), document) for document, to in groups.values()]
            if withdrawn:
                said.append((tuple(withdrawn), kind))
        return said

    def all_for(self, participant: ParticipantId, role: Role) -> tuple[Document, ...]:
        """For a snapshot."""
        documents = (sheet.reading()(participant, role) for sheet in self._sheets.values())
        return tuple(document for document in documents if document is not None)
