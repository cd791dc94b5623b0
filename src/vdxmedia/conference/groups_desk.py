"""Talks aside, and small groups that come back by themselves: who hears whom when not all hear all.

Somebody's group is a fact about him (`Participant.group`); from it follow his audience classes, and so what the relay
passes on. A talk aside is a group of a host and one other. Nobody is put where guests whom he does not know would see
and hear him, before he has said yes to it; until then, and after a no, he stays in the large room.

    input         in the large room         asked                in the group
    form          asked, or in the group    asked anew           asked anew, or in the group
    yes           refused                   in the group         -
    no            refused                   in the large room    in the large room
    move          asked, or in the group    asked anew           asked anew, or in the other group
    end, time     -                         nothing is asked     in the large room
    narrowing     -                         nothing is asked     in the large room

Hosts see everybody all the time, and hear the group they are in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.consent import Consent, Consents
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.groups import (
    MAX_GROUP_S,
    MAX_GROUPS,
    AnswerGroup,
    AwayHostsDocument,
    EndAside,
    EndGroups,
    FormGroups,
    GroupMember,
    GroupsDocument,
    GroupState,
    MoveToGroup,
    OwnGroupDocument,
    StartAside,
    VisitGroup,
    Whereabouts,
)
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import GuestVisibility, RoomSettings
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

_IN_ROOM = OwnGroupDocument(Whereabouts.ROOM, Consent.NONE, None, None)


class GroupsKept(msgspec.Struct, frozen=True):
    """What survives a restart, beside each person's own group."""

    groups: tuple[int, ...] = ()
    invited: tuple[tuple[ParticipantId, int, Consent], ...] = ()
    left_s: float | None = None


class GroupsDesk(Desk):
    name = "groups"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._groups: list[int] = []
        """The small groups that there are, talks aside left out."""
        self._invited: dict[ParticipantId, int] = {}
        """Into which group each one is asked, or was put."""
        self._consents = Consents()
        self._ends_at_s: float | None = None
        assembly.on_withdrawn(self._withdrawn)

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            StartAside: self._start_aside,
            EndAside: self._end_aside,
            FormGroups: self._form,
            EndGroups: self._end_groups,
            VisitGroup: self._visit,
            MoveToGroup: self._move_to,
            AnswerGroup: self._answer,
        }

    def opened(self, now_s: float) -> None:
        self._put()

    # ── surviving ─────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, now_s: float) -> Any:
        left_s = None if self._ends_at_s is None else max(self._ends_at_s - now_s, 0.0)
        invited = tuple((one, index, self._consents.of(one)) for one, index in self._invited.items())
        return msgspec.to_builtins(GroupsKept(tuple(self._groups), invited, left_s))

    def restore(self, state: Any, now_s: float) -> None:
        kept = msgspec.convert(state, GroupsKept)
        self._groups = list(kept.groups)
        self._ends_at_s = None if kept.left_s is None else now_s + kept.left_s
        for one, index, consent in kept.invited:
            self._invited[one] = index
            self._consents.ask(one)
            if consent in (Consent.AGREED, Consent.DECLINED):
                self._consents.answer(one, agrees=consent is Consent.AGREED)

    # ── coming and going ──────────────────────────────────────────────────────────────────────────────────────────

    def joined(self, participant: Participant, now_s: float) -> None:
        """After a restart he may be where he was."""
        if participant.group is not None or participant.id in self._invited:
            self._put()

    def away(self, participant: Participant, now_s: float) -> None:
        self._take_away(participant)

    def left(self, participant: Participant, now_s: float) -> None:
        self._take_away(participant)

    def role_changed(self, participant: Participant, now_s: float) -> None:
        if participant.group is not None or participant.id in self._invited:
            self._take_away(participant)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        was, now = before.guest_visibility, self.assembly.settings.guest_visibility
        if was is not now and now is not GuestVisibility.ALL:
            self._dissolve()
            self._put()

    def deadline(self) -> float | None:
        return self._ends_at_s

    def timeout(self, now_s: float) -> None:
        if self._ends_at_s is not None and now_s >= self._ends_at_s:
            self._dissolve()
            self._put()

    def _withdrawn(self, participant: Participant) -> None:
        """He does not want to be seen by guests any more, wherever he is."""
        if participant.group is not None and not participant.is_aside and participant.role is Role.GUEST:
            self._consents.ask(participant.id)
            self._consents.answer(participant.id, agrees=False)
            self._move(participant, None)
            self._put()

    def _take_away(self, participant: Participant) -> None:
        was_somewhere = participant.group is not None or participant.id in self._invited
        self._consents.void(participant.id)
        self._invited.pop(participant.id, None)
        if participant.is_aside:
            self._dissolve_aside(participant)
        else:
            self._move(participant, None)
        if was_somewhere:
            self._put()

    # ── talks aside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _start_aside(self, command: StartAside, now_s: float) -> None:
        """Raises: NotFound, BadField, NotAllowed `in_a_group`, `not_in_the_room`, Refused `groups_full`."""
        host = self.assembly.find(command.participant)
        target = self.assembly.find_known(command.participant, command.target)
        if target is host:
            raise BadField("somebody else", field="$.participantId")
        if host.group is not None:
            raise NotAllowed("you are in a group yourself", code="in_a_group")
        if target.group is not None or target.is_waiting:
            raise NotAllowed("this person is not in the large room", code="not_in_the_room")
        index = self._free(self._used())
        for one in (host, target):
            self._move(one, index, is_aside=True, is_out_of_sight=one is host and not command.keeps_picture)
        self._put()

    def _end_aside(self, command: EndAside, now_s: float) -> None:
        """Raises: NotAllowed `not_in_a_group`."""
        participant = self.assembly.find(command.participant)
        if not participant.is_aside:
            raise NotAllowed("you talk with nobody aside", code="not_in_a_group")
        self._dissolve_aside(participant)
        self._put()

    def _dissolve_aside(self, participant: Participant) -> None:
        for one in self._members(participant.group):
            self._move(one, None)
        self._move(participant, None)

    # ── small groups ──────────────────────────────────────────────────────────────────────────────────────────────

    def _form(self, command: FormGroups, now_s: float) -> None:
        """Raises: NotFound, BadField, NotAllowed `not_in_the_room`, Refused `groups_full`."""
        names = [one for group in command.groups for one in group]
        people = {one: self.assembly.find_known(command.participant, one) for one in names}
        if len(people) != len(names) or not all(command.groups):
            raise BadField("each person once, and nobody's group empty", field="$.groups")
        if not 0 <= command.seconds <= MAX_GROUP_S:
            raise BadField(f"between 0 and {MAX_GROUP_S}", field="$.seconds")
        if any(one.is_aside or one.is_waiting for one in people.values()):
            raise NotAllowed("somebody is not in the large room", code="not_in_the_room")
        used = {one.group for one in self.assembly.people.values() if one.group is not None and one.is_aside}
        if len(used) + len(command.groups) > MAX_GROUPS:
            raise Refused(f"at most {MAX_GROUPS} groups and talks aside", code="groups_full")
        self._dissolve()
        for group in command.groups:
            index = self._free(used)
            used.add(index)
            self._groups.append(index)
            for name in group:
                self._invite(people[name], index)
        self._ends_at_s = now_s + command.seconds if command.groups and command.seconds else None
        self._put()

    def _invite(self, participant: Participant, index: int) -> None:
        self._invited[participant.id] = index
        is_seen = self.assembly.settings.guest_visibility is GuestVisibility.ALL and participant.is_open
        if participant.role is Role.HOST or is_seen:
            self._consents.give(participant.id)
            self._move(participant, index)
        else:
            self._consents.ask(participant.id, again=True)

    def _answer(self, command: AnswerGroup, now_s: float) -> None:
        """Raises: NotAllowed `nothing_asked`, `not_in_the_room`."""
        participant = self.assembly.find(command.participant)
        if command.agrees and participant.is_aside:
            raise NotAllowed("end the talk aside first", code="not_in_the_room")
        self._consents.answer(participant.id, agrees=command.agrees)
        if command.agrees:
            self._move(participant, self._invited[participant.id])
        elif not participant.is_aside:
            self._move(participant, None)
        self._put()

    def _end_groups(self, command: EndGroups, now_s: float) -> None:
        self._dissolve()
        self._put()

    def _visit(self, command: VisitGroup, now_s: float) -> None:
        """Raises: NotFound `group_unknown`, NotAllowed `in_a_group`."""
        host = self.assembly.find(command.participant)
        if host.is_aside:
            raise NotAllowed("end the talk aside first", code="in_a_group")
        if command.group is not None and command.group not in self._groups:
            raise NotFound("there is no such group", code="group_unknown")
        self._move(host, command.group)
        self._put()

    def _move_to(self, command: MoveToGroup, now_s: float) -> None:
        """Raises: NotFound `group_unknown`, NotAllowed `not_in_the_room`."""
        target = self.assembly.find_known(command.participant, command.target)
        if target.is_aside or target.is_waiting:
            raise NotAllowed("this person talks aside, or waits", code="not_in_the_room")
        if command.group is not None and command.group not in self._groups:
            raise NotFound("there is no such group", code="group_unknown")
        if command.group is not None and command.group == target.group:
            return
        # First out of the old one, and his yes was to that: who is asked anew is meanwhile with nobody.
        self._move(target, None)
        self._invited.pop(target.id, None)
        self._consents.void(target.id)
        if command.group is not None:
            self._invite(target, command.group)
        self._put()

    def _dissolve(self) -> None:
        """Everybody is in the large room again, but for those who talk aside."""
        for one in self.assembly.people.values():
            if one.group is not None and not one.is_aside:
                self._move(one, None)
        self._groups.clear()
        self._invited.clear()
        self._consents.void_all()
        self._ends_at_s = None

    # ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────

    def _move(
        self, participant: Participant, index: int | None, *, is_aside: bool = False, is_out_of_sight: bool = False
    ) -> None:
        participant.group = index
        participant.is_aside = is_aside
        participant.is_out_of_sight = is_out_of_sight
        if participant.id in self.assembly.people:
            self.assembly.permit(participant)

    def _members(self, index: int | None) -> list[Participant]:
        return [one for one in self.assembly.people.values() if one.group == index and index is not None]

    def _used(self) -> set[int]:
        asides = {one.group for one in self.assembly.people.values() if one.group is not None}
        return asides | set(self._groups)

    def _free(self, used: set[int]) -> int:
        """Raises: Refused `groups_full`."""
        free = next((index for index in range(MAX_GROUPS) if index not in used), None)
        if free is None:
            raise Refused(f"at most {MAX_GROUPS} groups and talks aside", code="groups_full")
        return free

    def _put(self) -> None:
        people = list(self.assembly.people.values())
        ends_at = None if self._ends_at_s is None else self.assembly.unix(self._ends_at_s)
        own: dict[ParticipantId, Document | None] = {}
        for one in people:
            document = self._own(one, ends_at)
            if document != _IN_ROOM:
                own[one.id] = document
        self.assembly.put(Sheet(OwnGroupDocument, _IN_ROOM, _IN_ROOM, own))
        self.assembly.put(Sheet(GroupsDocument, GroupsDocument(self._states(people), ends_at), None))
        away = AwayHostsDocument(tuple(one.id for one in people if one.group is not None and one.role is Role.HOST))
        with_him: dict[ParticipantId, Document | None] = {
            one.id: AwayHostsDocument(tuple(who for who in away.hosts if self.assembly.people[who].group != one.group))
            for one in people
            if one.group is not None
        }
        self.assembly.put(Sheet(AwayHostsDocument, away, away, with_him))

    def _own(self, one: Participant, ends_at: float | None) -> OwnGroupDocument:
        if one.is_aside:
            other = next((member.id for member in self._members(one.group) if member is not one), None)
            return OwnGroupDocument(Whereabouts.ASIDE, self._consents.of(one.id), other, None)
        if one.group is not None:
            return OwnGroupDocument(Whereabouts.GROUP, self._consents.of(one.id), None, ends_at)
        return OwnGroupDocument(Whereabouts.ROOM, self._consents.of(one.id), None, None)

    def _states(self, people: Sequence[Participant]) -> tuple[GroupState, ...]:
        states = []
        for index in sorted(self._used()):
            is_group = index in self._groups
            members = [
                GroupMember(one.id, Consent.AGREED if one.group == index else self._consents.of(one.id))
                for one in people
                if one.group == index or (is_group and self._invited.get(one.id) == index)
            ]
            states.append(GroupState(index, not is_group, tuple(members)))
        return tuple(states)
