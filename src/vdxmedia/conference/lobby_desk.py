"""Letting people in: what hosts see of those who wait, and what they can do. See `lobby.py` for who waits.

Hosts of the admitting organisations admit, refuse and lock; the others see who waits. Nobody else is told anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from vdxmedia.conference.admissions import AdmissionState
from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.choices import LastHostPolicy
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.events import WaiterAdmitted, WaiterRefused, WaiterTold
from vdxmedia.conference.kinds import LeaveReason, Role
from vdxmedia.conference.lobby import Waiter
from vdxmedia.conference.names import one_line
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import Refused, VdxError
from vdxmedia.ids import ParticipantId

MAX_NOTICE_CHARS = 200
"""Of what is said to those who wait, and of a reason."""


class Admit(Asked, frozen=True):
    right: ClassVar[Right] = Right.ADMITTER
    waiting: ParticipantId


class AdmitAll(Asked, frozen=True):
    """As many as there are places for, who came first first."""

    right: ClassVar[Right] = Right.ADMITTER


class RefuseWaiting(Asked, frozen=True):
    right: ClassVar[Right] = Right.ADMITTER
    waiting: ParticipantId
    reason: str
    """For the one who is refused; perhaps empty."""
    is_barred: bool = False


class SayToWaiting(Asked, frozen=True):
    """Replaces what was said before; empty: nothing any more."""

    right: ClassVar[Right] = Right.HOST
    text: str


class SetLock(Asked, frozen=True):
    right: ClassVar[Right] = Right.ADMITTER
    is_locked: bool


class WaitingPerson(msgspec.Struct, frozen=True):
    id: ParticipantId
    name: str
    organisation: str
    function: str
    since: float
    """Unix seconds."""
    is_away: bool
    """His connection is lost for the moment."""


class LobbyDocument(Document, frozen=True):
    """For hosts only."""

    is_locked: bool
    may_admit: bool
    notice: str
    waiting: tuple[WaitingPerson, ...]
    """First come first; those who were let in are no longer here."""


class LobbyState(msgspec.Struct, frozen=True):
    """Nobody's name: who waits knocks again, and has his place in the row from the hub (`kept_room.py`)."""

    is_locked: bool = False
    awaits_host: bool = False
    admissions: AdmissionState = AdmissionState()


class LobbyDesk(Desk):
    name = "lobby"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self.lobby = assembly.lobby
        self._said: Sheet | None = None

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            Admit: self._admit,
            AdmitAll: self._admit_all,
            RefuseWaiting: self._refuse,
            SayToWaiting: self._say,
            SetLock: self._lock,
        }

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, now_s: float) -> None:
        self._put()

    def waiters_changed(self, now_s: float) -> None:
        self._put()

    def joined(self, participant: Participant, now_s: float) -> None:
        self.lobby.admissions.admit(participant.admission_keys)
        if participant.is_chair:
            self.lobby.awaits_host = False
        self._open_doors(now_s)

    def back(self, participant: Participant, now_s: float) -> None:
        self._open_doors(now_s)

    def away(self, participant: Participant, now_s: float) -> None:
        """His place is free, although he may come back."""
        self._open_doors(now_s)

    def role_changed(self, participant: Participant, now_s: float) -> None:
        self._open_doors(now_s)

    def left(self, participant: Participant, now_s: float) -> None:
        """Not: when his connection is away."""
        policy = self.assembly.settings.last_host
        if participant.is_chair and policy is LastHostPolicy.WAIT and not self.assembly.hosts():
            self._send_all_out(now_s)
        self._open_doors(now_s)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        self._open_doors(now_s)

    def state(self, now_s: float) -> Any:
        state = LobbyState(self.lobby.is_locked, self.lobby.awaits_host)
        return {**msgspec.structs.asdict(state), "admissions": msgspec.structs.asdict(self.lobby.admissions.state())}

    def restore(self, state: Any, now_s: float) -> None:
        read = msgspec.convert(state, LobbyState)
        self.lobby.is_locked = read.is_locked
        self.lobby.awaits_host = read.awaits_host
        self.lobby.admissions.restore(read.admissions)
        self._put()

    # ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────

    def _admit(self, command: Admit, now_s: float) -> None:
        """Raises: NotFound, Refused `room_full`."""
        waiter = self.lobby.find(command.waiting)
        if not waiter.is_admitted:
            if not self.lobby.has_place(self.assembly.settings):
                raise Refused("the room has its maximum of participants", code="room_full")
            self._let_in(waiter, now_s)
            self._put()

    def _admit_all(self, command: AdmitAll, now_s: float) -> None:
        for waiter in list(self.lobby.waiters.values()):
            if not waiter.is_admitted and self.lobby.has_place(self.assembly.settings):
                self._let_in(waiter, now_s)
        self._put()

    def _refuse(self, command: RefuseWaiting, now_s: float) -> None:
        waiter = self.lobby.find(command.waiting)
        del self.lobby.waiters[waiter.id]
        if command.is_barred:
            self.lobby.admissions.bar(waiter.keys)
        else:
            self.lobby.admissions.forget(waiter.keys)
        self.assembly.tell(WaiterRefused(waiter.id, one_line(command.reason)[:MAX_NOTICE_CHARS]))
        self._put()

    def _say(self, command: SayToWaiting, now_s: float) -> None:
        self.lobby.notice = one_line(command.text)[:MAX_NOTICE_CHARS]
        for waiter in self.lobby.waiters.values():
            if not waiter.is_admitted:
                self._tell(waiter)
        self._put()

    def _lock(self, command: SetLock, now_s: float) -> None:
        self.lobby.is_locked = command.is_locked
        self._open_doors(now_s)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _let_in(self, waiter: Waiter, now_s: float) -> None:
        waiter.admitted_at_s = now_s
        self.lobby.admissions.admit(waiter.keys)
        self.assembly.tell(WaiterAdmitted(waiter.id))

    def _open_doors(self, now_s: float) -> None:
        """Lets in whom nothing keeps out any more; the others learn when they wait for something else."""
        for waiter in list(self.lobby.waiters.values()):
            if waiter.is_admitted:
                continue
            try:
                reason = self.lobby.why(self.assembly.settings, Role.GUEST, waiter.keys, knocks=waiter.knocks)
            except VdxError:
                continue  # full, for all to know, or barred meanwhile: a host decides
            if reason is None:
                self._let_in(waiter, now_s)
            elif reason is not waiter.cause:
                told, waiter.cause = waiter.cause.told, reason
                if waiter.cause.told is not told:
                    self._tell(waiter)
        self._put()

    def _send_all_out(self, now_s: float) -> None:
        self.lobby.awaits_host = True
        for guest in self.assembly.guests():
            lost_at_s = None if guest.is_connected else guest.lost_at_s
            waiter = Waiter(
                guest.id,
                guest.name,
                guest.organisation,
                guest.function,
                guest.admission_keys,
                WaitCause.HOST,
                now_s,
                guest.knocks,
                lost_at_s,
            )
            try:
                self.lobby.add(waiter)
            except Refused:
                self.assembly.dismiss(guest, LeaveReason.REMOVED)
                continue
            self.assembly.dismiss(guest, LeaveReason.WAITING)

    def _tell(self, waiter: Waiter) -> None:
        since = self.assembly.unix(waiter.since_s)
        self.assembly.tell(WaiterTold(waiter.id, waiter.cause.told, since, self.lobby.notice))

    def _put(self) -> None:
        waiting = tuple(
            WaitingPerson(
                one.id,
                one.name,
                one.organisation,
                one.function,
                self.assembly.unix(one.since_s),
                one.lost_at_s is not None,
            )
            for one in self.lobby.waiters.values()
            if not one.is_admitted
        )
        may = LobbyDocument(self.lobby.is_locked, True, self.lobby.notice, waiting)
        sees = LobbyDocument(self.lobby.is_locked, False, self.lobby.notice, waiting)
        admitters = self.assembly.settings.admitters
        # Asked at each join, of a room with hundreds: nobody is looked at where all hosts admit.
        hosts = self.assembly.hosts() if admitters else ()
        own: dict[ParticipantId, Document | None] = {
            host.id: sees for host in hosts if host.organisation not in admitters
        }
        sheet = Sheet(LobbyDocument, hosts=may, guests=None, own=own)
        if sheet != self._said:
            self._said = sheet
            self.assembly.put(sheet)
