"""How each one's pictures are arranged, and whom he has pinned.

A host sets a layout for hosts and one for guests (`RoomSettings.host_layout`, `guest_layout`); where the room leaves it
to each (`layout_choice`), everybody may choose another for himself. Pins are always one's own: whoever is pinned gets a
place before all others. Interpreters of sign language are pinned for everyone who may see them, first of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vdxmedia.conference.choices import LayoutChoice
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.layouts import LAYOUTS, layout_of_mode
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.permissions import knows
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField, NotAllowed, NotFound
from vdxmedia.ids import ParticipantId

MAX_PINS = 25
"""As many as there are video slots at most."""


class ChooseLayout(Asked, frozen=True):
    """For oneself; None: what the room has."""

    layout: str | None


class PinPeople(Asked, frozen=True):
    """All whom one wants to see in any case, first first; empty: nobody."""

    people: tuple[ParticipantId, ...]


class LayoutDocument(Document, frozen=True):
    layout: str
    may_choose: bool
    pins: tuple[ParticipantId, ...]


class LayoutDesk(Desk):
    name = "layout"

    def opened(self, now_s: float) -> None:
        self._chosen: dict[ParticipantId, str] = {}
        self._kept: dict[ParticipantId, str] = {}
        """Chosen before a restart, by those who are not among the people yet."""
        self._pinning: dict[ParticipantId, None] = {}
        """Who pins anybody."""
        self._put()

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {ChooseLayout: self._choose, PinPeople: self._pin}

    def joined(self, participant: Participant, now_s: float) -> None:
        """With pins and a layout of his own after a restart."""
        chosen = self._kept.pop(participant.id, None)
        if chosen is not None:
            self._chosen[participant.id] = chosen
        if participant.pins:
            self._pinning[participant.id] = None
        if participant.pins or chosen is not None:
            self._put()

    def left(self, participant: Participant, now_s: float) -> None:
        self._chosen.pop(participant.id, None)
        self._pinning.pop(participant.id, None)
        self._unpin(participant)
        self._put()

    def permitted(self, participant: Participant, now_s: float) -> None:
        """Whom one may not know any more is pinned no longer: else his going would be told by it."""
        if self._unpin(participant):
            self.assembly.rearrange()
            self._put()

    def role_changed(self, participant: Participant, now_s: float) -> None:
        self._put()

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        now = self.assembly.settings
        if now.layout_choice is LayoutChoice.HOSTS:
            self._chosen = {one: name for one, name in self._chosen.items() if self._may_choose(one)}
        if before.host_layout != now.host_layout or before.guest_layout != now.guest_layout:
            self._chosen.clear()  # a host has just arranged it anew for all
        self._put()

    def state(self, now_s: float) -> Any:
        return self._chosen or None

    def restore(self, state: Any, now_s: float) -> None:
        chosen = msgspec.convert(state, dict[ParticipantId, str])
        self._kept = {one: layout for one, layout in chosen.items() if layout in LAYOUTS}

    def _choose(self, command: ChooseLayout, now_s: float) -> None:
        if command.layout is not None and command.layout not in LAYOUTS:
            raise BadField("no layout has this name", field="$.layout")
        if not self._may_choose(command.participant):
            raise NotAllowed("a host chooses how pictures are arranged here", code="hosts_only")
        if command.layout is None:
            self._chosen.pop(command.participant, None)
        else:
            self._chosen[command.participant] = command.layout
        self._put()

    def _pin(self, command: PinPeople, now_s: float) -> None:
        viewer = self.assembly.find(command.participant)
        for pinned in command.people:
            other = self.assembly.people.get(pinned)
            if other is None or other is viewer or not knows(viewer.audience, other.audience):
                raise NotFound("no such participant in this conference", code="participant_unknown")
        viewer.pins = tuple(dict.fromkeys(command.people))[:MAX_PINS]
        self._pinning[viewer.id] = None
        self.assembly.rearrange()
        self._put()

    def _unpin(self, changed: Participant) -> bool:
        """Those who are gone, or whom who pinned them may not know; of pins of this one, and of others on him."""
        before = {one: self.assembly.people[one].pins for one in self._pinning}
        for one, pins in before.items():
            if one == changed.id or changed.id in pins:
                there = (pin for pin in pins if pin in self.assembly.people)
                self.assembly.people[one].pins = tuple(pin for pin in there if self.assembly.may_know(one, pin))
        return any(self.assembly.people[one].pins != pins for one, pins in before.items())

    def _may_choose(self, one: ParticipantId) -> bool:
        return self.assembly.settings.layout_choice is LayoutChoice.EACH or self._role(one) is Role.HOST

    def _role(self, one: ParticipantId) -> Role:
        return self.assembly.people[one].role

    def _put(self) -> None:
        settings = self.assembly.settings
        is_free = settings.layout_choice is LayoutChoice.EACH
        room = {
            Role.HOST: settings.host_layout or layout_of_mode(settings.mode, Role.HOST),
            Role.GUEST: settings.guest_layout or layout_of_mode(settings.mode, Role.GUEST),
        }
        own = {
            one.id: LayoutDocument(self._chosen.get(one.id, room[one.role]), self._may_choose(one.id), one.pins)
            for one in self.assembly.people.values()
            if one.pins or one.id in self._chosen
        }
        self.assembly.put(
            Sheet(
                LayoutDocument,
                hosts=LayoutDocument(room[Role.HOST], True, ()),
                guests=LayoutDocument(room[Role.GUEST], is_free, ()),
                own=own,
            )
        )
