"""Who gets which video slot of one viewer, and which speaker slots are pinned. Pure functions.

A *place* is a video slot given to somebody: to a person (for the camera, kept while it is off, so that tiles stay
where they are) or to a screen. The rules, strongest first:

1. Nobody gets a place at their own screen; a person, or a screen, has at most one place.
2. Screens come before people. They sit at index 3 or above, so that the pairs 0..2 of sound and picture survive; with
   three slots or fewer the newest screen takes the last one.
3. In a large room (more than three others to be heard) slot 0 is the *stage*: the main speaker takes it, changing
   places with whoever was there. It is the only pair there whose sound is pinned.
4. Whoever has a place keeps it. In a small room those who are heard move down to a free pair, once.
5. Free places go to cameras that are on, then to those who spoke last, then to those who came first.
6. Without a free place, a camera that is on replaces one that is off, and a speaker replaces the one who has been
   silent longest.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.ids import ParticipantId

PAIRS = 3
"""Speaker slot i and video slot i share a msid stream for i < 3: browsers keep lips and sound together."""


class Place(msgspec.Struct, frozen=True):
    participant: ParticipantId
    kind: SourceKind
    """`CAMERA` (the person) or `SCREEN`."""


class Person(msgspec.Struct, frozen=True):
    """Somebody whom the viewer may see or hear."""

    participant: ParticipantId
    has_camera_on: bool
    has_microphone: bool
    """Granted, whether muted or not."""
    is_speaking: bool
    last_spoke_s: float
    joined: int
    """Position in the order of joining."""


def is_small(people: Sequence[Person]) -> bool:
    """Whether every sound fits into the pairs."""
    return sum(person.has_microphone for person in people) <= PAIRS


def assign(
    before: Sequence[Place | None],
    count: int,
    people: Sequence[Person],
    screens: Sequence[ParticipantId],
    main: ParticipantId | None,
) -> tuple[Place | None, ...]:
    """The places after a change, `count` of them.

    `people` and `screens` are what the viewer may see, without the viewer; `screens` newest first.
    """
    seating = _Seating(before, count, people)
    seating.place_screens(screens)
    if is_small(people):
        seating.move_to_pairs()
    seating.place_people()
    if not is_small(people):
        seating.take_stage(main)
    return tuple(seating.places)


def pinned_speakers(
    places: Sequence[Place | None], people: Sequence[Person], main: ParticipantId | None
) -> tuple[ParticipantId | None, ...]:
    """For each speaker slot the participant whose microphone it plays; None: the relay chooses."""
    audible = {person.participant for person in people if person.has_microphone}
    small = is_small(people)

    def pin(index: int) -> ParticipantId | None:
        place = places[index] if index < len(places) else None
        if place is None or place.kind is not SourceKind.CAMERA or place.participant not in audible:
            return None
        # A silent person on the stage would cost a large room one of its three voices.
        return place.participant if small or (index == 0 and place.participant == main) else None

    return tuple(pin(index) for index in range(PAIRS))


class _Seating:
    """The places while they are being worked out."""

    def __init__(self, before: Sequence[Place | None], count: int, people: Sequence[Person]) -> None:
        self.people = {person.participant: person for person in people}
        self.places: list[Place | None] = [None] * count
        for index, place in enumerate(before[:count]):
            if place is not None and (place.kind is SourceKind.SCREEN or place.participant in self.people):
                self.places[index] = place

    def place_screens(self, screens: Sequence[ParticipantId]) -> None:
        count = len(self.places)
        allowed = range(PAIRS, count) if count > PAIRS else range(max(count - 1, 0), count)
        wanted = [Place(owner, SourceKind.SCREEN) for owner in screens[: len(allowed)]]
        for index, place in enumerate(self.places):
            if place is not None and place.kind is SourceKind.SCREEN and (place not in wanted or index not in allowed):
                self.places[index] = None
        for screen in wanted:
            if screen not in self.places:
                free = [index for index in allowed if self.places[index] is None]
                self.places[free[0] if free else self._least(allowed)] = screen

    def move_to_pairs(self) -> None:
        for index in range(PAIRS, len(self.places)):
            person = self._person_at(index)
            free = self._free(range(PAIRS))
            if person is not None and person.has_microphone and free is not None:
                self.places[free], self.places[index] = self.places[index], None

    def place_people(self) -> None:
        placed = {place.participant for place in self.places if place is not None and self._is_person(place)}
        waiting = [person for person in self.people.values() if person.participant not in placed]
        for person in sorted(waiting, key=_worth, reverse=True):
            index = self._free(range(len(self.places)))
            if index is None:
                index = self._victim_of(person)
            if index is not None:
                self.places[index] = Place(person.participant, SourceKind.CAMERA)

    def take_stage(self, main: ParticipantId | None) -> None:
        person = self.people.get(main) if main is not None else None
        if person is None or not person.has_camera_on or not self.places:
            return
        stage, place = self.places[0], Place(person.participant, SourceKind.CAMERA)
        if stage == place or (stage is not None and stage.kind is SourceKind.SCREEN):
            return
        if place in self.places:
            self.places[self.places.index(place)] = stage
        elif not person.is_speaking:
            return  # silent, and somebody else got the place: no reason to come back
        self.places[0] = place

    def _victim_of(self, person: Person) -> int | None:
        if not person.has_camera_on:
            return None
        seats = [index for index in range(len(self.places)) if self._person_at(index) is not None]
        if not seats:
            return None
        index = self._least(seats)
        victim = self._person_at(index)
        assert victim is not None
        if not victim.has_camera_on or (person.is_speaking and not victim.is_speaking):
            return index
        return None

    def _least(self, indices: Sequence[int]) -> int:
        """The place that is given away first; screens last."""

        def worth(index: int) -> tuple[bool, tuple[bool, bool, float, int]]:
            person = self._person_at(index)
            return (True, (True, True, 0.0, 0)) if person is None else (False, _worth(person))

        return min(indices, key=worth)

    def _free(self, indices: Sequence[int]) -> int | None:
        return next((i for i in indices if i < len(self.places) and self.places[i] is None), None)

    def _is_person(self, place: Place) -> bool:
        return place.kind is SourceKind.CAMERA

    def _person_at(self, index: int) -> Person | None:
        place = self.places[index]
        return self.people[place.participant] if place is not None and self._is_person(place) else None


def _worth(person: Person) -> tuple[bool, bool, float, int]:
    return (person.has_camera_on, person.is_speaking, person.last_spoke_s, -person.joined)
