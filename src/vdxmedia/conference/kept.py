"""What of a conference outlasts a restart of the server, as plain values: people with their standing, and what each
desk says of itself. No words that anybody wrote, and nothing of media connections, which are gone with the server.

Everything that decides who is known, seen and heard is in it; so nobody is more visible or louder than before.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.desk import Desk
from vdxmedia.conference.events import ParticipantState
from vdxmedia.conference.kinds import Connection, ContentHint, Role, SourceKind
from vdxmedia.conference.participant import Participant, SlotCounts, Source
from vdxmedia.conference.permissions import ALL_MEDIA, NOBODY, Media
from vdxmedia.errors import InvalidTransition
from vdxmedia.ids import ParticipantId, SourceId

SEQUENCE_LEAP = 100_000
"""Numbers of events go on so far above the kept one: no client has one from after the last writing that is higher."""


class KeptSource(msgspec.Struct, frozen=True, omit_defaults=True):
    """In a room of hundreds nearly all are off, and were never on: half of what is written."""

    kind: SourceKind
    id: SourceId
    is_active: bool = False
    content_hint: ContentHint = ContentHint.DETAIL
    active_since: int = 0


class KeptPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of `Participant` that are not made anew."""

    id: ParticipantId
    name: str
    role: Role
    organisation: str
    function: str
    sources: tuple[KeptSource, ...]
    wanted_video_slots: int
    withheld: dict[SourceKind, SourceId] = {}
    says_function_himself: bool = False
    granted: Media = ALL_MEDIA
    receives: Media = ALL_MEDIA
    pins: tuple[ParticipantId, ...] = ()
    admission_keys: tuple[str, ...] = ()
    knocks: bool = False
    is_open: bool = True
    is_waiting: bool = False
    group: int | None = None
    is_aside: bool = False
    is_out_of_sight: bool = False
    has_floor: bool = True
    has_screen_floor: bool = True
    is_returning: bool = False
    """The seat's time was over already."""

    @classmethod
    def of(cls, person: Participant, *, is_returning: bool) -> KeptPerson:
        return cls(
            **{name: getattr(person, name) for name in _AS_THEY_ARE},
            sources=tuple(
                KeptSource(kind, source.id, source.is_active, source.content_hint, source.active_since)
                for kind, source in person.sources.items()
            ),
            is_returning=is_returning,
        )

    def participant(self, joined: int) -> Participant:
        """Connected, with nothing on yet, and with an audience that is still to be worked out."""
        return Participant(
            **{name: getattr(self, name) for name in _AS_THEY_ARE},
            sources={
                source.kind: Source(source.id, False, source.content_hint, source.active_since)
                for source in self.sources
            },
            audience=NOBODY,
            joined=joined,
            slots=SlotCounts(video=self.wanted_video_slots),
        )

    def switch_on(self, participant: Participant) -> None:
        """What was on."""
        for source in self.sources:
            participant.sources[source.kind].is_active = source.is_active


_AS_THEY_ARE = tuple(name for name in KeptPerson.__struct_fields__ if name not in ("sources", "is_returning"))
FIXED = frozenset(("id", "says_function_himself", "granted", "admission_keys"))
"""Of these, what nothing changes while he is there."""
TOLD = frozenset(("name", "role", "organisation", "function"))
"""And what the others are told: `Participant.told` is another with each change of it, of a source that goes on or off,
and of the connection."""
_changing = attrgetter("hints_given", *(name for name in _AS_THEY_ARE if name not in FIXED | TOLD))


class KeptPeople:
    """Makes a person's kept form anew only when something of it is different: in a room of hundreds that is one, and
    the room is asked every second."""

    def __init__(self) -> None:
        self._made: dict[ParticipantId, tuple[ParticipantState, object, KeptPerson]] = {}
        """With what it was made from: all that can be different."""

    def of(self, people: Iterable[Participant]) -> tuple[KeptPerson, ...]:
        before, made = self._made, {}
        for person in people:
            changing, known = _changing(person), before.get(person.id)
            if known is None or known[0] is not person.told or known[1] != changing:
                is_returning = person.connection is Connection.RETURNING
                known = person.told, changing, KeptPerson.of(person, is_returning=is_returning)
            made[person.id] = known
        self._made = made
        return tuple([known[2] for known in made.values()])


class KeptConference(msgspec.Struct, frozen=True, kw_only=True):
    sequence: int
    people: tuple[KeptPerson, ...]
    """In the order of joining."""
    desks: dict[str, Any]
    """By name; those that have nothing to keep are left out."""


def bring_back(kept: KeptConference, assembly: Assembly, desks: Iterable[Desk], now_s: float) -> int:
    """Into an assembly that is new: the desks as they were, then everybody, connected. Gives how many.

    Raises: msgspec.ValidationError, InvalidTransition.
    """
    assembly.roster.resume_after(kept.sequence + SEQUENCE_LEAP)
    desks = tuple(desks)
    for desk in desks:
        if desk.name in kept.desks:
            desk.restore(kept.desks[desk.name], now_s)
    for joined, person in enumerate(kept.people, 1):
        participant = person.participant(joined)
        if participant.id in assembly.people or any(one.id in assembly.owners for one in participant.sources.values()):
            raise InvalidTransition("a participant or a source is in it twice")
        participant.audience = assembly.audience_of(participant)
        assembly.enter(participant)
        person.switch_on(participant)
        assembly.changed(participant)
        assembly.rearrange()
        assembly.activations = max(assembly.activations, *(source.active_since for source in person.sources), 0)
        for desk in desks:
            desk.joined(participant, now_s)
    return len(kept.people)
