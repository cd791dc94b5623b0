"""A live session in a room, as a pure state machine: commands and the time in, events out.

A *seat* is taken by `Join` and outlasts the signalling connection; media has a life of its own (`MediaEstablished`,
`MediaClosed`) and flows on meanwhile. Per seat:

    state          Join  Disconnect      Reconnect     30 s later    5 min later     Leave
    (none)         C     -               -             -             -               -
    CONNECTED      bug   RECONNECTING    CONNECTED     -             -               (none), `left`
    RECONNECTING   bug   RECONNECTING    CONNECTED     RETURNING     -               (none), `left`
    RETURNING      bug   RETURNING       CONNECTED     -             (none), `lost`  (none), `left`

Who is RETURNING has given up floor place and sources, but the others are told that he is on his way back. When nobody
is connected any more, nobody is waited for either; but where guests are private, whether a seat is still there must not
tell who else was, so there the seats stay.

What people ask for is handled by desks (`desk.py`), each with one concern. `now_s` is monotonic seconds throughout; the
hub translates opening and closing times once, at the start. A command that raises has changed nothing. Not task-safe:
one writer, the room's task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from vdxmedia.conference import permissions
from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.call_type import may_receive, may_send
from vdxmedia.conference.commands import (
    Asked,
    ChangeSettings,
    Command,
    Disconnect,
    End,
    FilmHeard,
    Join,
    Leave,
    LeaveWaiter,
    LoseWaiter,
    MediaClosed,
    MediaEstablished,
    Reconnect,
    ReturnWaiter,
    SetSource,
    SetTiles,
    SpeakersHeard,
    Wait,
)
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.desks import DESKS
from vdxmedia.conference.documents import RoomDocument, Sheet
from vdxmedia.conference.events import (
    ConferenceEnded,
    Event,
    ParticipantState,
    Snapshot,
    WaiterGone,
    WaiterTold,
)
from vdxmedia.conference.gate import Gate
from vdxmedia.conference.kept import KeptConference, KeptPeople, bring_back
from vdxmedia.conference.kinds import Connection, LeaveReason, Role, SourceKind
from vdxmedia.conference.layers import MIDDLE
from vdxmedia.conference.lobby import Waiter
from vdxmedia.conference.participant import Participant, SlotCounts, Source
from vdxmedia.conference.permissions import ALL_MEDIA, NO_MEDIA, NOBODY
from vdxmedia.conference.rights import check_right
from vdxmedia.conference.roster import ROUND_S
from vdxmedia.conference.sending import Sending
from vdxmedia.conference.settings import GuestVisibility, PictureQuality, RoomMode, RoomSettings
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import InvalidTransition, Refused
from vdxmedia.ids import ParticipantId

SEAT_KEPT_S = 30.0
"""How long floor place, hand and sources wait for a connection to come back (a tunnel, a change of network)."""
RETURN_KEPT_S = 300.0
"""How much longer the others are told that somebody is on his way back."""


class Conference:
    """See the module. `opens_at_s` and `closes_at_s` are in the time of `now_s`."""

    def __init__(
        self,
        settings: RoomSettings,
        *,
        now_s: float = 0.0,
        opens_at_s: float | None = None,
        closes_at_s: float | None = None,
        seat_kept_s: float = SEAT_KEPT_S,
        return_kept_s: float = RETURN_KEPT_S,
        roster_round_s: float = ROUND_S,
        unix_offset_s: float = 0.0,
        admissions: Admissions | None = None,
    ) -> None:
        """`unix_offset_s` is what makes a time of `now_s` one in Unix seconds; `admissions` are of the conferences
        before."""
        self._assembly = Assembly(
            settings, roster_round_s=roster_round_s, unix_offset_s=unix_offset_s, admissions=admissions
        )
        self._assembly.opens_at_s = opens_at_s
        self._assembly.closes_at_s = closes_at_s
        self._seat_kept_s = seat_kept_s
        self._return_kept_s = return_kept_s
        self._joins = 0
        self._kept_people = KeptPeople()
        self._gate = Gate(self._assembly)
        self._desks: list[Desk] = [make(self._assembly) for make in DESKS]
        self._timed = [desk for desk in self._desks if type(desk).deadline is not Desk.deadline]
        """Those that ever have a deadline; it is asked for after every command."""
        self._sending = Sending(self._assembly, self._desks)
        self._handlers: dict[type[Asked], Handler] = {}
        for desk in self._desks:
            self._handlers |= desk.handlers()
        self._put_room()
        for desk in self._desks:
            desk.opened(now_s)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def settings(self) -> RoomSettings:
        """As they are now."""
        return self._assembly.settings

    @property
    def sequence(self) -> int:
        """The number of the last sequenced event."""
        return self._assembly.roster.sequence

    @property
    def is_empty(self) -> bool:
        """Neither in it nor waiting for it is anybody."""
        return not self._assembly.people and not self._assembly.lobby.waiters

    @property
    def is_over(self) -> bool:
        return self._assembly.is_ended

    def __contains__(self, participant: ParticipantId) -> bool:
        return participant in self._assembly.people

    def __len__(self) -> int:
        return len(self._assembly.people)

    def has_media(self, participant: ParticipantId) -> bool:
        return self._assembly.find(participant).has_media

    def video_slots(self, participant: ParticipantId) -> int:
        """How many the participant asked for: the most that an offer may have."""
        return self._assembly.find(participant).wanted_video_slots

    def is_active(self, participant: ParticipantId, kind: SourceKind) -> bool:
        return self._assembly.find(participant).active(kind) is not None

    def layers_to_send(self, participant: ParticipantId) -> Mapping[SourceKind, tuple[int, ...]] | None:
        """What a guest whom guests do not see is told of it, whoever else is there: how large a host has him on the
        screen depends on them. A source that is not named: all. None: to this one it may be told what is taken."""
        one = self._assembly.find(participant)
        if one.role is Role.HOST or one.audience.known_to & permissions.GUESTS:
            return None
        is_close = self._assembly.stage == one.id or any(one.id in host.pins for host in self._assembly.hosts())
        is_small = self.settings.mode is RoomMode.TRAINING and not is_close
        if is_small or self.settings.quality is PictureQuality.SD:
            return {SourceKind.CAMERA: tuple(range(MIDDLE + 1))}
        return {}

    def role_of(self, participant: ParticipantId) -> Role:
        return self._assembly.find(participant).role

    def role_for(self, role: Role, admission_keys: Sequence[str]) -> Role:
        """Of who comes by a link that says `role`: a guest who was made one here."""
        return self._assembly.role_for(role, admission_keys)

    def who_know(self, participant: ParticipantId) -> Sequence[ParticipantId]:
        """Who may be told anything of this one, himself among them."""
        return self._assembly.roster.who_know(self._assembly.find(participant))

    def present(self) -> Sequence[ParticipantState]:
        """Who is in the call, films aside: not those who wait to be let in, nor those who may still come back."""
        return [
            one.told
            for one in self._assembly.people.values()
            if not one.is_waiting and not one.is_film and one.connection is not Connection.RETURNING
        ]

    def snapshot(self, participant: ParticipantId) -> Snapshot:
        viewer = self._assembly.find(participant)
        return Snapshot(
            sequence=self.sequence,
            settings=self.settings if viewer.role is Role.HOST else self.settings.for_guests(),
            participants=tuple(one.told for one in self._assembly.roster.known_by(viewer, self._assembly.people)),
            documents=self._assembly.documents.all_for(viewer.id, viewer.role),
            bindings=viewer.bindings,
        )

    def deadline(self) -> float | None:
        """When `handle_timeout` is due."""
        if self._assembly.is_ended:
            return None
        times: list[float | None] = [self._seat_deadline(one) for one in self._assembly.away.values()]
        times += [desk.deadline() for desk in self._timed]
        parts = (self._assembly.lobby, self._assembly.voices, self._assembly.roster)
        times += [self._assembly.closes_at_s, self._assembly.called_at_s, *(part.deadline() for part in parts)]
        return min((time for time in times if time is not None), default=None)

    def why_wait(
        self,
        role: Role,
        admission_keys: Sequence[str],
        now_s: float,
        *,
        leaving: int = 0,
        waiting: ParticipantId | None = None,
        knocks: bool = False,
    ) -> WaitCause | None:
        """Whether a newcomer has to wait in the lobby, when `leaving` others go first; None: he may join. `waiting`
        does already; who `knocks` has to be let in whatever the room's policy. Raises: Refused (`room_not_open`,
        `room_closed`, `room_full`), NotAllowed `barred`."""
        return self._gate.why_wait(role, admission_keys, now_s, leaving=leaving, waiting=waiting, knocks=knocks)

    def waiter(self, participant: ParticipantId) -> WaiterTold | None:
        """What somebody who waits is told; None: he does not."""
        return self._gate.told(participant)

    def waiting(self) -> Sequence[Waiter]:
        """Those who are not let in yet, in the order of coming; not to be changed."""
        return [waiter for waiter in self._assembly.lobby.waiters.values() if not waiter.is_admitted]

    def kept(self, now_s: float) -> KeptConference:
        """What outlasts a restart of the server. Times in it count from now."""
        states = {desk.name: state for desk in self._desks if (state := desk.state(now_s)) is not None}
        # A film's process dies with the server.
        people = self._kept_people.of(one for one in self._assembly.people.values() if not one.is_film)
        return KeptConference(sequence=self.sequence, people=people, desks=states)

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def handle(self, command: Command, now_s: float) -> list[Event]:
        """Raises: Refused (`room_full`, `must_wait`, `room_not_open`, `room_closed`), NotFound
        (`participant_unknown`), NotAllowed, and what a desk's handler raises; InvalidTransition for what the hub must
        not do."""
        if self._assembly.is_ended:
            raise Refused("the conference is over", code="room_closed")
        match command:
            case Join():
                self._join(command, now_s)
            case Wait() | LoseWaiter() | ReturnWaiter() | LeaveWaiter():
                self._gate.handle(command, now_s)
                self._waiters_changed(now_s)
            case Disconnect():
                self._disconnect(self._assembly.find(command.participant), now_s)
            case Reconnect():
                self._reconnect(self._assembly.find(command.participant), command, now_s)
            case Leave():
                self._leave(self._assembly.find(command.participant), command.reason, now_s)
            case SetSource() | SetTiles() | MediaEstablished() | MediaClosed() | SpeakersHeard():
                self._sending.handle(command, now_s)
            case FilmHeard():
                for desk in self._desks:
                    desk.film_heard(command, now_s)
            case ChangeSettings():
                self._change_settings(command, now_s)
            case End():
                self._end()
            case Asked():
                check_right(self._assembly, command)
                self._handlers[type(command)](command, now_s)
            case _:
                assert_never(command)
        self._follow(now_s)
        return self._assembly.settle(now_s)

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Does what is due at `now_s`; too early is fine."""
        assembly = self._assembly
        if assembly.is_ended:
            return []
        if assembly.closes_at_s is not None and now_s >= assembly.closes_at_s:
            self._end()
            return assembly.settle(now_s)
        for participant in list(assembly.away.values()):
            due_s = self._seat_deadline(participant)
            if due_s is not None and now_s >= due_s:
                self._give_up(participant, now_s)
        self._leave_nobody_waiting(now_s)
        if self._gate.expire(now_s):
            self._waiters_changed(now_s)
        for desk in self._desks:
            desk.timeout(now_s)
        assembly.arrange_called(now_s)
        if assembly.voices.tick(now_s):
            assembly.rearrange()
        self._follow(now_s)
        return assembly.settle(now_s)

    def restore(self, kept: KeptConference, now_s: float) -> list[Event]:
        """Into a conference that is new. Everybody's connection is away since now, and nobody has media.

        Raises: msgspec.ValidationError or InvalidTransition when it makes no sense; the conference is of no use then.
        """
        assembly = self._assembly
        self._joins = bring_back(kept, assembly, self._desks, now_s)
        for person in kept.people:
            participant = assembly.find(person.id)
            self._disconnect(participant, now_s)
            if person.is_returning:
                # What follows from it has followed, before the restart.
                participant.lost_at_s = now_s - self._seat_kept_s
                assembly.connect(participant, Connection.RETURNING)
        return assembly.settle(now_s)

    def _waiters_changed(self, now_s: float) -> None:
        for desk in self._desks:
            desk.waiters_changed(now_s)

    def _follow(self, now_s: float) -> None:
        """What desks have decided about people, until nothing more follows."""
        assembly = self._assembly
        while promoted := assembly.take_promoted():
            for participant in promoted:
                for desk in self._desks:
                    desk.role_changed(participant, now_s)
        while permitted := assembly.take_permitted():
            for participant in permitted:
                for desk in self._desks:
                    desk.permitted(participant, now_s)
        while dismissed := assembly.take_dismissed():
            for participant, reason in dismissed:
                self._leave(participant, reason, now_s)
        if assembly.must_end and not assembly.is_ended:
            self._end()

    def _join(self, command: Join, now_s: float) -> None:
        assembly = self._assembly
        if command.participant in assembly.people:
            raise InvalidTransition(f"participant {command.participant} has a seat already")
        if any(source in assembly.owners for source in command.publish.values()):
            raise InvalidTransition("a source id is in use already")
        keys = command.admission_keys
        leaving, knocks = int(command.is_film), command.knocks
        cause = self.why_wait(command.role, keys, now_s, leaving=leaving, waiting=command.participant, knocks=knocks)
        if cause is not None:
            raise Refused("wait to be let in", code="must_wait")
        assembly.lobby.waiters.pop(command.participant, None)
        command = msgspec.structs.replace(command, role=assembly.role_for(command.role, keys))
        self._joins += 1
        role, call_type = command.role, self.settings.call_type
        publish = {kind: source for kind, source in command.publish.items() if may_send(role, kind, call_type)}
        withheld = {kind: source for kind, source in command.publish.items() if kind not in publish}
        granted = ALL_MEDIA if command.can_subscribe else NO_MEDIA
        participant = Participant(
            id=command.participant,
            name=command.name,
            role=command.role,
            organisation=command.organisation,
            function=command.function,
            says_function_himself=command.says_function_himself,
            is_film=command.is_film,
            sources={kind: Source(publish[kind]) for kind in SourceKind if kind in publish},
            withheld=withheld,
            audience=NOBODY,
            joined=self._joins,
            wanted_video_slots=command.video_slots,
            slots=SlotCounts(video=command.video_slots),
            granted=granted,
            receives=may_receive(role, granted, call_type),
            # Who was told that hosts alone see him has not agreed to more, whatever the room becomes.
            admission_keys=keys,
            knocks=knocks,
            is_open=command.knows_who_sees and self.settings.guest_visibility is GuestVisibility.ALL,
            note=command.note,
        )
        participant.audience = assembly.audience_of(participant)
        if participant.is_sign_interpreter:
            participant.prefer_motion()
        assembly.enter(participant)
        for desk in self._desks:
            desk.joined(participant, now_s)

    def _disconnect(self, participant: Participant, now_s: float) -> None:
        if participant.connection is Connection.CONNECTED:
            participant.lost_at_s = now_s
            self._assembly.connect(participant, Connection.RECONNECTING)
            for desk in self._desks:
                desk.lost(participant, now_s)

    def _reconnect(self, participant: Participant, command: Reconnect, now_s: float) -> None:
        participant.note = command.note or participant.note
        participant.wanted_video_slots = command.video_slots
        if not participant.has_media:
            participant.slots.video = command.video_slots
            self._assembly.arrange([participant])
        if participant.connection is not Connection.CONNECTED:
            self._assembly.connect(participant, Connection.CONNECTED)
            for desk in self._desks:
                desk.back(participant, now_s)

    def _leave(self, participant: Participant, reason: LeaveReason, now_s: float) -> None:
        self._assembly.remove(participant, reason)
        for desk in self._desks:
            desk.left(participant, now_s)
        self._leave_nobody_waiting(now_s)

    def _seat_deadline(self, away: Participant) -> float:
        kept_s = self._seat_kept_s
        if away.connection is Connection.RETURNING:
            kept_s += self._return_kept_s
        return away.lost_at_s + kept_s

    def _give_up(self, participant: Participant, now_s: float) -> None:
        """The seat's time is over, or also that of waiting for its owner."""
        if participant.connection is Connection.RETURNING or self._return_kept_s <= 0:
            self._leave(participant, LeaveReason.LOST, now_s)
            return
        for source in participant.sources.values():
            source.is_active = False
        self._assembly.connect(participant, Connection.RETURNING)
        self._assembly.say_own(participant)
        self._assembly.rearrange()
        for desk in self._desks:
            desk.away(participant, now_s)

    def _leave_nobody_waiting(self, now_s: float) -> None:
        people = list(self._assembly.people.values())
        is_private = self.settings.guest_visibility is not GuestVisibility.ALL
        if people and not any(
            not one.is_film and (is_private or one.connection is not Connection.RETURNING) for one in people
        ):
            for participant in people:
                self._assembly.remove(participant, LeaveReason.LOST)
                for desk in self._desks:
                    desk.left(participant, now_s)

    def _change_settings(self, command: ChangeSettings, now_s: float) -> None:
        before, self._assembly.settings = self._assembly.settings, command.settings
        self._assembly.opens_at_s, self._assembly.closes_at_s = command.opens_at_s, command.closes_at_s
        self._put_room()
        if command.settings.presenter_is_main != before.presenter_is_main:
            self._assembly.rearrange()
        if command.settings.quality is not before.quality:
            for viewer in self._assembly.people.values():
                self._assembly.say_slots(viewer)
        for desk in self._desks:
            desk.settings_changed(before, now_s)

    def _put_room(self) -> None:
        for_hosts, for_guests = (
            RoomDocument(settings, self._assembly.closes_at_s)
            for settings in (self.settings, self.settings.for_guests())
        )
        self._assembly.put(Sheet(RoomDocument, for_hosts, for_guests))

    def _end(self) -> None:
        for waiter in self._assembly.lobby.waiters:
            self._assembly.tell(WaiterGone(waiter, LeaveReason.REMOVED))
        self._assembly.lobby.waiters.clear()
        for participant in list(self._assembly.people.values()):
            self._assembly.remove(participant, LeaveReason.REMOVED)
        self._assembly.is_ended = True
        self._assembly.tell(ConferenceEnded())
