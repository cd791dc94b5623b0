"""Who is told of whom: the list of participants as each may know it, at most four times a second.

Those who know the same classes (`permissions.py`) have one *view*: what they were told, and from it what is new. In a
quiet view a change is told at once; in a crowd changes wait for the view's next round, and what came and went between
two rounds is never mentioned. A view's rounds depend on nothing that the view does not show: where its viewers do not
know each other, not on whether it has any, so these views are always there. Somebody whose permission
changes moves to another view and is told the difference. Everybody is told of himself, whatever he knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vdxmedia.conference.events import (
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantState,
    SequencedEvent,
)
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.permissions import PRIVATE_KNOW
from vdxmedia.ids import ParticipantId

ROUND_S = 0.25
"""Between two rounds: four roster messages a second for a client, whatever the churn."""


@dataclass(slots=True)
class _View:
    mask: int
    viewers: dict[ParticipantId, None] = field(default_factory=dict)
    told: dict[ParticipantId, ParticipantState] = field(default_factory=dict)
    dirty: dict[ParticipantId, LeaveReason] = field(default_factory=dict)
    """With why they would be gone."""
    unaware: dict[ParticipantId, set[ParticipantId]] = field(default_factory=dict)
    """Who came into this view since its last round, and whose going he must not be told, because he never was told of
    them: they had gone, or were hidden, before."""
    early: dict[ParticipantId, set[ParticipantId]] = field(default_factory=dict)
    """Who had a snapshot since the last round, and who was in it of whom the others are still to be told: when those go
    before, he alone must be told."""
    last_s: float = float("-inf")

    def shows(self, person: Participant) -> bool:
        return person.audience.known_to & self.mask != 0


class Roster:
    """One conference's. Views are as many as there are sets of known classes among those present."""

    def __init__(self, round_s: float = ROUND_S) -> None:
        self._round_s = round_s
        self._views = {mask: _View(mask) for mask in PRIVATE_KNOW}
        self._view_of: dict[ParticipantId, _View] = {}
        self._own: dict[ParticipantId, None] = {}
        """Who must be told of himself, because his view does not have him."""
        self._sequence = 0

    @property
    def sequence(self) -> int:
        """The number of the last event; at first 0."""
        return self._sequence

    def resume_after(self, sequence: int) -> None:
        """Numbers go on above those that clients have from before a restart."""
        self._sequence = max(self._sequence, sequence)

    def enter(self, newcomer: Participant, people: Mapping[ParticipantId, Participant]) -> None:
        """`people` has him; he is told the present state by his snapshot."""
        view = self._view(newcomer.audience.knows, people)
        self._seat(newcomer, view, people)
        self.changed(newcomer)

    def changed(self, person: Participant) -> None:
        """Anything of what is told of him, or to whom."""
        for view in self._views.values():
            if view.told.get(person.id) is not (person.told if view.shows(person) else None):
                view.dirty[person.id] = LeaveReason.HIDDEN
        own = self._view_of.get(person.id)
        if own is not None and not own.shows(person):
            self._own[person.id] = None

    def leave(self, person: Participant, reason: LeaveReason) -> None:
        for view in self._views.values():
            view.dirty.pop(person.id, None)
            if person.id in view.told or any(person.id in early for early in view.early.values()):
                view.dirty[person.id] = reason
        self._own.pop(person.id, None)
        self._take_out(self._view_of.pop(person.id), person.id)

    def move(self, person: Participant, people: Mapping[ParticipantId, Participant]) -> list[SequencedEvent]:
        """What he knows may be different; he is told at once."""
        old = self._view_of[person.id]
        if old.mask == person.audience.knows:
            return []
        new = self._view(person.audience.knows, people)
        hidden = self._seat(person, new, people)
        unaware, early = old.unaware.get(person.id, set()), old.early.get(person.id, set())
        events: list[SequencedEvent] = []
        for one in {**old.told, **new.told, **dict.fromkeys(early)}:
            if one in early and (one in hidden or one not in new.told):
                events.append(ParticipantLeft(self._next(), (person.id,), one, LeaveReason.HIDDEN))
            elif one != person.id:
                before = None if one in unaware else old.told.get(one)
                after = None if one in hidden else new.told.get(one)
                events += self._step(one, before, after, LeaveReason.HIDDEN, (person.id,))
        self._take_out(old, person.id)
        self.changed(person)
        return events

    def deadline(self) -> float | None:
        return min((view.last_s + self._round_s for view in self._views.values() if view.dirty), default=None)

    def flush(self, people: Mapping[ParticipantId, Participant], now_s: float) -> list[SequencedEvent]:
        """What is to be told now."""
        self._sequence = max(self._sequence, int(now_s * 1000))
        events: list[SequencedEvent] = []
        for view in self._views.values():
            if view.dirty and now_s >= view.last_s + self._round_s:
                view.last_s = now_s
                events += self._renew(view, people)
        own, self._own = self._own, {}
        for one in own:
            person = people.get(one)
            if person is not None and not self._view_of[one].shows(person):
                events.append(ParticipantChanged(self._next(), (one,), person.told))
        return events

    def known_by(self, viewer: Participant, people: Mapping[ParticipantId, Participant]) -> list[Participant]:
        """For his snapshot: in the order of joining, himself among them."""
        knows, view = viewer.audience.knows, self._view_of[viewer.id]
        known = [one for one in people.values() if one.audience.known_to & knows or one is viewer]
        if view.dirty:
            pending = [people[name] for name in view.dirty if name in people and name not in view.told]
            early = {one.id for one in pending if one.audience.known_to & knows or one is viewer}
            view.early.setdefault(viewer.id, set()).update(early)
        return known

    def has_told(self, viewer: ParticipantId, of: Iterable[ParticipantId | None]) -> bool:
        """Whether the viewer has been told of all of these."""
        told = self._view_of[viewer].told
        return all(one is None or one in told or one == viewer for one in of)

    def who_know(self, person: Participant) -> tuple[ParticipantId, ...]:
        """Himself among them."""
        known = [one for view in self._views.values() if view.shows(person) for one in view.viewers]
        return tuple(known if person.id in known else [*known, person.id])

    def _renew(self, view: _View, people: Mapping[ParticipantId, Participant]) -> list[SequencedEvent]:
        events: list[SequencedEvent] = []
        dirty, view.dirty = view.dirty, {}
        unaware, view.unaware = view.unaware, {}
        early, view.early = view.early, {}
        everybody = tuple(view.viewers)
        for one, reason in dirty.items():
            person = people.get(one)
            state = person.told if person is not None and view.shows(person) else None
            before = view.told.get(one)
            if state is None:
                to = tuple(
                    viewer
                    for viewer in everybody
                    if (before is not None and one not in unaware.get(viewer, ())) or one in early.get(viewer, ())
                )
                if to:
                    events.append(ParticipantLeft(self._next(), to, one, reason))
            else:
                late = tuple(viewer for viewer, names in unaware.items() if one in names)
                if late and before is not None:  # hidden when they came, and not any more
                    events.append(ParticipantJoined(self._next(), late, state))
                events += self._step(one, before, state, reason, everybody)
            if state is None:
                view.told.pop(one, None)
            else:
                view.told[one] = state
        return events

    def _step(
        self,
        one: ParticipantId,
        before: ParticipantState | None,
        after: ParticipantState | None,
        reason: LeaveReason,
        to: tuple[ParticipantId, ...],
    ) -> list[SequencedEvent]:
        if before is after or not to:
            return []
        if after is None:
            return [ParticipantLeft(self._next(), to, one, reason)]
        if before is None:
            return [ParticipantJoined(self._next(), to, after)]
        return [ParticipantChanged(self._next(), to, after)]

    def _view(self, mask: int, people: Mapping[ParticipantId, Participant]) -> _View:
        view = self._views.get(mask)
        if view is None:
            view = self._views[mask] = _View(mask)
            view.told = {one.id: one.told for one in people.values() if view.shows(one)}
        return view

    def _seat(
        self, viewer: Participant, view: _View, people: Mapping[ParticipantId, Participant]
    ) -> set[ParticipantId]:
        """Gives those whom the view was told of and whom he must not be."""
        hidden = {one for one in view.dirty if one not in people or not view.shows(people[one])}
        view.viewers[viewer.id] = None
        self._view_of[viewer.id] = view
        if hidden:
            view.unaware[viewer.id] = hidden
        return hidden

    def _take_out(self, view: _View, viewer: ParticipantId) -> None:
        del view.viewers[viewer]
        view.unaware.pop(viewer, None)
        view.early.pop(viewer, None)
        if not view.viewers and view.mask not in PRIVATE_KNOW:
            del self._views[view.mask]

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
