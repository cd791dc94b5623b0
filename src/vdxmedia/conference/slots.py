"""Who gets which video slot of one viewer, and which speaker slots are pinned. Pure functions.

A *place* is a video slot given to somebody: to a person (for the camera, kept while it is off, so that tiles stay
where they are) or to a screen. The rules, strongest first:

1. Nobody gets a place at their own screen; a person, or a screen, has at most one place.
2. Screens come before people. They sit at index 3 or above, so that the pairs 0..2 of sound and picture survive; with
   three slots or fewer the newest screen takes the last one. The screen whose sound is heard sits at 3, where it
   changes places. Whoever is pinned comes before other people.
3. In a large room (more than three others to be heard) slot 0 is the *stage*: the main speaker takes it, changing
   places with whoever was there. It is the only pair there whose sound is pinned.
4. Whoever has a place keeps it. In a small room those who are heard move down to a free pair, once.
5. Free places go to cameras that are on, then to those who spoke last, then to those who came first.
6. Without a free place, a camera that is on replaces one that is off, and a speaker replaces the one who has been
   silent longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.ids import ParticipantId

PAIRS = 3
"""Speaker slot i and video slot i share a msid stream for i < 3: browsers keep lips and sound together. So do the
programme slot and video slot 3."""


class Place(msgspec.Struct, frozen=True):
    participant: ParticipantId
    kind: SourceKind
    """`CAMERA` (the person) or `SCREEN`."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who may be seen or heard."""

    participant: ParticipantId
    has_camera_on: bool
    has_microphone: bool
    """Granted, whether muted or not."""
    is_speaking: bool
    last_spoke_s: float
    joined: int
    """Position in the order of joining."""

    @property
    def worth(self) -> tuple[bool, bool, float, int]:
        """Who should rather be seen, as something to compare."""
        return (self.has_camera_on, self.is_speaking, self.last_spoke_s, -self.joined)


class People:
    """Those whom the viewers of one audience may see and hear, sorted once for all of them.

    A viewer is usually among them, and left out where it matters: what is done per viewer depends on the number of
    slots, not on the number of people.
    """

    def __init__(self, persons: Iterable[Person]) -> None:
        self.most_worthy_first = sorted(persons, key=lambda person: person.worth, reverse=True)
        self._by_id = {person.participant: person for person in self.most_worthy_first}
        self._microphones = sum(person.has_microphone for person in self.most_worthy_first)

    def add(self, person: Person) -> None:
        """Somebody who has nothing on and comes last: nobody is less worthy."""
        assert not self.most_worthy_first or person.worth < self.most_worthy_first[-1].worth
        self.most_worthy_first.append(person)
        self._by_id[person.participant] = person
        self._microphones += person.has_microphone

    @property
    def microphones(self) -> int:
        return self._microphones

    def has(self, participant: ParticipantId) -> bool:
        return participant in self._by_id

    def find(self, participant: ParticipantId | None, viewer: ParticipantId) -> Person | None:
        return None if participant is None or participant == viewer else self._by_id.get(participant)

    def heard_by(self, viewer: ParticipantId) -> int:
        """How many others have a microphone."""
        own = self._by_id.get(viewer)
        return self._microphones - (own is not None and own.has_microphone)

    def is_small_for(self, viewer: ParticipantId) -> bool:
        """Whether every sound that the viewer may hear fits into the pairs."""
        return self.heard_by(viewer) <= PAIRS


def assign(
    viewer: ParticipantId,
    before: Sequence[Place | None],
    count: int,
    people: People,
    screens: Sequence[ParticipantId],
    main: ParticipantId | None,
    pins: Sequence[ParticipantId] = (),
    programme: ParticipantId | None = None,
) -> tuple[Place | None, ...]:
    """The viewer's places after a change, `count` of them. `screens` newest first, without the viewer's own;
    `programme` is whose shared sound the viewer hears."""
    seating = _Seating(viewer, before, count, people, pins)
    is_small = people.is_small_for(viewer)
    seating.place_screens(screens)
    seating.pair_screen(programme)
    if is_small:
        seating.move_to_pairs()
    seating.place_pinned()
    seating.place_people()
    if not is_small:
        seating.take_stage(main)
    return tuple(seating.places)


def pinned_speakers(
    viewer: ParticipantId, places: Sequence[Place | None], people: People, main: ParticipantId | None
) -> tuple[ParticipantId | None, ...]:
    """For each speaker slot the participant whose microphone it plays; None: the relay chooses."""
    is_small = people.is_small_for(viewer)

    def pin(index: int) -> ParticipantId | None:
        place = places[index] if index < len(places) else None
        if place is None or place.kind is not SourceKind.CAMERA:
            return None
        person = people.find(place.participant, viewer)
        if person is None or not person.has_microphone:
            return None
        # A silent person on the stage would cost a large room one of its three voices.
        return place.participant if is_small or (index == 0 and place.participant == main) else None

    return tuple(pin(index) for index in range(PAIRS))


class _Seating:
    """The places while they are being worked out."""

    def __init__(
        self,
        viewer: ParticipantId,
        before: Sequence[Place | None],
        count: int,
        people: People,
        pins: Sequence[ParticipantId],
    ) -> None:
        self.viewer = viewer
        self.people = people
        self.pins = [pin for pin in pins if people.find(pin, viewer) is not None][:count]
        self.places: list[Place | None] = [None] * count
        for index, place in enumerate(before[:count]):
            is_there = place is not None and people.find(place.participant, viewer) is not None
            if place is not None and (is_there or place.kind is SourceKind.SCREEN):
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

    def pair_screen(self, programme: ParticipantId | None) -> None:
        """The screen whose sound is heard goes beside that sound."""
        if programme is None:
            return
        screen = Place(programme, SourceKind.SCREEN)
        if screen in self.places[PAIRS + 1 :]:
            index = self.places.index(screen)
            self.places[PAIRS], self.places[index] = screen, self.places[PAIRS]

    def move_to_pairs(self) -> None:
        for index in range(PAIRS, len(self.places)):
            person = self._person_at(index)
            free = self._free(range(PAIRS))
            if person is not None and person.has_microphone and free is not None:
                self.places[free], self.places[index] = self.places[index], None

    def place_pinned(self) -> None:
        """Before anybody else; of too many the first."""
        for pinned in self.pins:
            place = Place(pinned, SourceKind.CAMERA)
            if place in self.places:
                continue
            index = self._free(range(len(self.places)))
            if index is None:
                others = [i for i in range(len(self.places)) if self._is_unpinned(i)]
                if not others:
                    return
                index = self._least(others)
            self.places[index] = place

    def place_people(self) -> None:
        placed = {place.participant for place in self.places if place is not None and place.kind is SourceKind.CAMERA}
        for person in self.people.most_worthy_first:
            if person.participant in placed or person.participant == self.viewer:
                continue
            index = self._free(range(len(self.places)))
            if index is None:
                index = self._victim_of(person)
            if index is None:
                return  # nor for anybody who is less worthy
            self.places[index] = Place(person.participant, SourceKind.CAMERA)

    def take_stage(self, main: ParticipantId | None) -> None:
        person = self.people.find(main, self.viewer)
        if person is None or not person.has_camera_on or not self.places:
            return
        stage, place = self.places[0], Place(person.participant, SourceKind.CAMERA)
        if stage == place or (stage is not None and stage.kind is SourceKind.SCREEN):
            return
        if place in self.places:
            self.places[self.places.index(place)] = stage
        elif not person.is_speaking:
            return  # silent, and somebody else got the place: no reason to come back
        elif stage is not None and stage.participant in self.pins:
            others = [i for i in range(len(self.places)) if self._is_unpinned(i)]
            if not others:
                return
            self.places[self._least(others)] = stage
        self.places[0] = place

    def _victim_of(self, person: Person) -> int | None:
        if not person.has_camera_on:
            return None
        seats = [index for index in range(len(self.places)) if self._is_unpinned(index)]
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
            if person is None:
                return True, (True, True, 0.0, 0)
            return person.participant in self.pins, person.worth

        return min(indices, key=worth)

    def _free(self, indices: Sequence[int]) -> int | None:
        return next((i for i in indices if i < len(self.places) and self.places[i] is None), None)

    def _is_unpinned(self, index: int) -> bool:
        """A person's place that may be given to another."""
        person = self._person_at(index)
        return person is not None and person.participant not in self.pins

    def _person_at(self, index: int) -> Person | None:
        place = self.places[index]
        if place is None or place.kind is not SourceKind.CAMERA:
            return None
        return self.people.find(place.participant, self.viewer)
