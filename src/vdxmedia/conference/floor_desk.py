"""Who has the floor and who waits for it: the two floors of a conference (being heard, sharing a screen).

The rules come from the room's settings; the floors (`floor.py`) decide, this desk sees to what follows:

- the relay's gate of each person, in the same step (`Participant.has_floor`, `has_screen_floor`);
- a screen without its floor is switched off, and not switched on;
- who had been silenced and becomes audible by a rule, not by a grant, has his microphone closed: nobody is louder by
  surprise. A grant opens none;
- the holder is shown big (`Assembly.called`), where the room says so; who has asked in sign language always. With
  several holders nobody is picked out: whoever of them speaks is;
- a `moderated` floor that has lost its last host is one of `hands`, until a host is there again. A film needs none.

What guests are told depends on whom they may know. Who sees the other guests has the beginning of the queue and his
own place among those he knows of. Who does not (`is_private`) has neither queue nor place, nor a reason that could be
another guest's doing, and under `queue` no rule grants him anything: a host does, as under `moderated`. So neither what
he is told nor when depends on other guests. He is heard by hosts only, so one is there whenever it matters.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from vdxmedia.conference import permissions
from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.choices import FloorPolicy, LastHostPolicy
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import LivingSheet
from vdxmedia.conference.events import FloorNoted
from vdxmedia.conference.floor import Floor
from vdxmedia.conference.floor_asked import (
    ALL_ASKED,
    AskForFloor,
    FloorAsked,
    FloorDocument,
    FloorPlace,
    FloorTold,
    OwnFloorDocument,
    OwnPlace,
)
from vdxmedia.conference.floor_commands import RequestFloor
from vdxmedia.conference.floor_request import (
    FloorChange,
    FloorReason,
    FloorSnapshot,
    FloorState,
    FloorTransition,
    Priority,
    RequestStatus,
)
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.ids import ParticipantId

ABSENCE_KEPT_S = 30.0
"""How long place and turn wait for a connection to come back: as long as the seat."""
QUEUE_TOLD = 20
"""Of the queue, to guests: more is no help to them."""
QUEUE_TOLD_TO_HOSTS = 100
_OF_THE_CHAIR = (FloorReason.CHAIR, FloorReason.CLEARED, FloorReason.PREEMPTED, FloorReason.RULES)


class FloorDeskState(msgspec.Struct, frozen=True):
    speech: FloorSnapshot
    screen: FloorSnapshot
    signing: tuple[ParticipantId, ...] = ()
    has_lost_hosts: bool = False


class FloorDesk(Desk):
    name = "floor"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._has_lost_hosts = False
        self._floors = {
            kind: Floor(kind, self._rules(kind), absence_kept_s=ABSENCE_KEPT_S, is_served=self._is_served)
            for kind in (FloorKind.SPEECH, FloorKind.SCREEN)
        }
        self._states: dict[FloorKind, FloorState] = {}
        """As they were put."""
        self._signing: set[ParticipantId] = set()
        """Who asked for the speech floor so, while the request lives."""
        self._ending: set[tuple[FloorKind, ParticipantId]] = set()
        """Who was told that his turn is nearly over."""
        self._ended: dict[tuple[FloorKind, ParticipantId], tuple[RequestStatus, FloorReason]] = {}
        """How somebody's last request ended against his will, until he asks again."""
        self._closed: dict[ParticipantId, int] = {}

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return dict.fromkeys(ALL_ASKED, self._ask)

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, now_s: float) -> None:
        self._put(now_s)

    def joined(self, participant: Participant, now_s: float) -> None:
        if self._has_lost_hosts and self._has_host():
            self._has_lost_hosts = False
            self._follow_rules(now_s)
        self._apply([participant])

    def lost(self, participant: Participant, now_s: float) -> None:
        for floor in self._floors.values():
            floor.lost(participant.id, now_s)

    def back(self, participant: Participant, now_s: float) -> None:
        for kind, floor in self._floors.items():
            self._take(kind, floor.back(participant.id, now_s), now_s)

    def away(self, participant: Participant, now_s: float) -> None:
        self._drop(participant, FloorReason.LOST, now_s)

    def left(self, participant: Participant, now_s: float) -> None:
        self._drop(participant, FloorReason.LEFT, now_s)
        for kind in self._floors:
            self._ended.pop((kind, participant.id), None)
        self._closed.pop(participant.id, None)
        if participant.role is Role.HOST and not self._has_host():
            self._has_lost_hosts = True
            self._follow_rules(now_s)

    def role_changed(self, participant: Participant, now_s: float) -> None:
        if self._has_host() is self._has_lost_hosts:
            self._has_lost_hosts = not self._has_lost_hosts
            self._follow_rules(now_s)
        self._apply([participant])
        self._put(now_s)

    def permitted(self, participant: Participant, now_s: float) -> None:
        for kind, floor in self._floors.items():
            if floor.has_request(participant.id):
                self._take(kind, floor.look_again(now_s), now_s)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        self._follow_rules(now_s)

    def check_source_on(self, participant: Participant, kind: SourceKind) -> None:
        """Raises: Refused `screen_floor_needed`."""
        if kind in (SourceKind.SCREEN, SourceKind.SCREEN_AUDIO) and not participant.may_send(kind):
            raise Refused("ask for the floor of the screen first", code="screen_floor_needed")

    def deadline(self) -> float | None:
        return min((time for floor in self._floors.values() if (time := floor.deadline()) is not None), default=None)

    def timeout(self, now_s: float) -> None:
        if (due_s := self.deadline()) is not None and now_s >= due_s:
            for kind, floor in self._floors.items():
                self._take(kind, floor.handle_timeout(now_s), now_s)

    # ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, asked: FloorAsked, now_s: float) -> None:
        """Raises: NotAllowed `hosts_only` for a priority that only a chair gives; what `Floor.handle` raises."""
        command = msgspec.structs.replace(asked.command, by=asked.participant)
        asking = self.assembly.find(asked.participant)
        is_normal = not isinstance(command, RequestFloor) or command.priority == Priority.NORMAL
        if not is_normal and asking.role is not Role.HOST:
            raise NotAllowed("only a host can ask with another priority", code="hosts_only")
        floor = self._floors[command.floor]
        outcome = floor.handle(command, now_s)
        if isinstance(asked, AskForFloor) and outcome.changes:
            self._ended.pop((command.floor, asking.id), None)
            if asked.signs and command.floor is FloorKind.SPEECH:
                self._signing.add(asking.id)
        self._take(command.floor, outcome.changes, now_s)

    # ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────

    def _rules(self, kind: FloorKind) -> FloorRules:
        settings = self.assembly.settings
        is_speech = kind is FloorKind.SPEECH
        policy = settings.floor_policy if is_speech else settings.screen_policy
        is_unchaired = self._has_lost_hosts and settings.last_host is LastHostPolicy.STAY
        return FloorRules(
            policy=FloorPolicy.HANDS if policy is FloorPolicy.MODERATED and is_unchaired else policy,
            max_holders=settings.max_speakers if is_speech else 1,
            turn_s=settings.turn_s if is_speech else 0,
            hosts_exempt=settings.hosts_exempt,
        )

    def _is_served(self, participant: ParticipantId) -> bool:
        """By the queue. Who is away after a restart is passed over anyway."""
        one = self.assembly.people.get(participant)
        return one is not None and not is_private(one)

    def _has_host(self) -> bool:
        return any(not host.is_film for host in self.assembly.hosts())

    def _follow_rules(self, now_s: float) -> None:
        for kind, floor in self._floors.items():
            self._take(kind, floor.change_rules(self._rules(kind), now_s), now_s)
        self._apply(self.assembly.people.values())
        self._put(now_s)

    def _drop(self, participant: Participant, reason: FloorReason, now_s: float) -> None:
        for kind, floor in self._floors.items():
            self._take(kind, floor.gone(participant.id, now_s, reason), now_s)

    def _take(self, kind: FloorKind, changes: Sequence[FloorChange], now_s: float) -> None:
        if not changes:
            return
        concerned: dict[ParticipantId, None] = {}
        for change in changes:
            if not isinstance(change, FloorTransition):
                continue
            who = change.participant
            concerned[who] = None
            if change.reason is FloorReason.TURN_WARNING:
                self._ending.add((kind, who))
                continue
            self.assembly.tell(FloorNoted(kind, change))
            self._ending.discard((kind, who))
            if change.after.is_terminal:
                if kind is FloorKind.SPEECH:
                    self._signing.discard(who)
                if change.reason is not FloorReason.OWNER:
                    self._ended[kind, who] = (change.after, change.reason)
        people = self.assembly.people
        self._apply([people[who] for who in concerned if who in people])
        self._put(now_s)

    def _apply(self, people: Iterable[Participant]) -> None:
        """The gates as the floors say."""
        speech, screen = self._floors[FloorKind.SPEECH], self._floors[FloorKind.SCREEN]
        holders = speech.holders()
        for one in people:
            is_host = one.role is Role.HOST
            is_heard = one.is_film or speech.may_speak(one.id, is_host=is_host)
            is_shared = one.is_film or screen.may_speak(one.id, is_host=is_host)
            if (is_heard, is_shared) == (one.has_floor, one.has_screen_floor):
                continue
            was_silenced = not one.may_send(SourceKind.MICROPHONE)
            one.has_floor, one.has_screen_floor = is_heard, is_shared
            if was_silenced and is_heard and one.id not in holders and one.active(SourceKind.MICROPHONE) is not None:
                self._closed[one.id] = self._closed.get(one.id, 0) + 1
                self.assembly.close_source(one, SourceKind.MICROPHONE)
            if not is_shared:
                self.assembly.close_source(one, SourceKind.SCREEN)
                self.assembly.close_source(one, SourceKind.SCREEN_AUDIO)
            self.assembly.say_own(one)

    def _put(self, now_s: float) -> None:
        self._states = {kind: floor.state() for kind, floor in self._floors.items()}
        self.assembly.call(self._to_show(), now_s)
        self.assembly.put(LivingSheet(FloorDocument, self._view_of, self._document_for))
        self.assembly.put(LivingSheet(OwnFloorDocument, self._own_view_of, self._own_document_for))

    def _to_show(self) -> ParticipantId | None:
        holders = self._floors[FloorKind.SPEECH].holders()
        signing = [one for one in holders if one in self._signing]
        if signing:
            return signing[-1]
        return holders[0] if len(holders) == 1 and self.assembly.settings.shows_speaker else None

    # ── documents ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _view_of(self, viewer: ParticipantId) -> Hashable:
        one = self.assembly.people[viewer]
        return one.role, one.audience.knows

    def _document_for(self, viewer: ParticipantId) -> FloorDocument:
        one = self.assembly.people[viewer]
        return FloorDocument(self._told(FloorKind.SPEECH, one), self._told(FloorKind.SCREEN, one))

    def _told(self, kind: FloorKind, viewer: Participant) -> FloorTold:
        state = self._states[kind]
        is_host = viewer.role is Role.HOST
        holders = tuple(
            self._place(kind, one.participant, one.since_s, one.ends_at_s, one.request if is_host else None)
            for one in state.holders
            if self._knows(viewer, one.participant)
        )
        if is_private(viewer):
            return FloorTold(state.rules.policy, holders, (), 0)
        known = [one for one in state.queue if self._knows(viewer, one.participant)]
        queue = tuple(
            self._place(kind, one.participant, one.since_s, None, one.request if is_host else None)
            for one in known[: QUEUE_TOLD_TO_HOSTS if is_host else QUEUE_TOLD]
        )
        return FloorTold(state.rules.policy, holders, queue, len(known))

    def _place(
        self, kind: FloorKind, who: ParticipantId, since_s: float, ends_at_s: float | None, request: Any
    ) -> FloorPlace:
        return FloorPlace(
            participant=who,
            signs=kind is FloorKind.SPEECH and who in self._signing,
            since_unix_s=self.assembly.unix(since_s),
            ends_at_unix_s=None if ends_at_s is None else self.assembly.unix(ends_at_s),
            request=request,
        )

    def _knows(self, viewer: Participant, other: ParticipantId) -> bool:
        """Not himself, where guests do not see each other: what he has is in his own document. Who is away after a
        restart is known to nobody yet."""
        there = self.assembly.people.get(other)
        return there is not None and permissions.knows(viewer.audience, there.audience)

    def _own_view_of(self, viewer: ParticipantId) -> Hashable:
        is_marked = viewer in self._closed or any(
            self._live(kind, viewer) or (kind, viewer) in self._ended for kind in self._floors
        )
        one = self.assembly.people[viewer]
        return viewer if is_marked else (one.has_floor, one.has_screen_floor)

    def _live(self, kind: FloorKind, viewer: ParticipantId) -> bool:
        return self._floors[kind].has_request(viewer)

    def _own_document_for(self, viewer: ParticipantId) -> OwnFloorDocument:
        one = self.assembly.people[viewer]
        return OwnFloorDocument(
            speech=self._own_place(FloorKind.SPEECH, one, may_send=one.has_floor),
            screen=self._own_place(FloorKind.SCREEN, one, may_send=one.has_screen_floor),
            closed_microphone=self._closed.get(viewer, 0),
        )

    def _own_place(self, kind: FloorKind, one: Participant, *, may_send: bool) -> OwnPlace:
        state = self._states[kind]
        signs = kind is FloorKind.SPEECH and one.id in self._signing
        if not self._live(kind, one.id):
            status, reason = self._ended.get((kind, one.id), (None, None))
            if is_private(one) and reason in _OF_THE_CHAIR:
                reason = FloorReason.CHAIR
            return OwnPlace(may_send, status, reason)
        for holder in state.holders:
            if holder.participant == one.id:
                ends_at_s = None if holder.ends_at_s is None else self.assembly.unix(holder.ends_at_s)
                is_ending = (kind, one.id) in self._ending
                granted = RequestStatus.GRANTED
                return OwnPlace(may_send, granted, ends_at_unix_s=ends_at_s, is_ending=is_ending, signs=signs)
        position = None
        if not is_private(one):
            before = itertools.takewhile(lambda waiter: waiter.participant != one.id, state.queue)
            position = 1 + sum(self._knows(one, waiter.participant) for waiter in before)
        return OwnPlace(may_send, RequestStatus.ACCEPTED, position=position, signs=signs)

    # ── surviving ─────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, now_s: float) -> Any:
        snapshots = {kind: floor.snapshot(now_s) for kind, floor in self._floors.items()}
        return msgspec.to_builtins(
            FloorDeskState(
                snapshots[FloorKind.SPEECH],
                snapshots[FloorKind.SCREEN],
                tuple(sorted(self._signing)),
                self._has_lost_hosts,
            )
        )

    def restore(self, state: Any, now_s: float) -> None:
        """Everybody with a request is away until his connection is back; the rules are those of the settings."""
        kept = msgspec.convert(state, FloorDeskState)
        self._signing = set(kept.signing)
        self._has_lost_hosts = kept.has_lost_hosts
        self._floors = {
            snapshot.kind: Floor.restore(snapshot, now_s, absence_kept_s=ABSENCE_KEPT_S, is_served=self._is_served)
            for snapshot in (kept.speech, kept.screen)
        }
        self._follow_rules(now_s)


def is_private(viewer: Participant) -> bool:
    """Whether he may not know of other guests."""
    return viewer.audience.knows & permissions.GUESTS == 0
