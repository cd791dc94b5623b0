"""Who waits outside, and why: a part of the assembly, not of the people.

    state      let in        joins      30 s away    refused, leaves
    (none)     -             -          -            -
    WAITING    ADMITTED      refused    (none)       (none)
    ADMITTED   ADMITTED      a seat     (none)       (none)

Somebody who waits has no seat: nothing of the room is told to him but why he waits and what a host says to those who
wait. Who is admitted but has not joined yet holds a place. Hosts never wait. Left out: what hosts are told
(`lobby_desk.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.choices import GuestVisibility, LobbyPolicy
from vdxmedia.conference.kinds import Connection, Role
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId

MAX_WAITING = 500
"""At the same time; more are refused with `lobby_full`, which the hub tells nobody: it says how many others wait."""
WAITER_KEPT_S = 30.0
"""How long somebody whose connection is away keeps his place in the order."""


@dataclass(slots=True)
class Waiter:
    id: ParticipantId
    name: str
    organisation: str
    function: str
    keys: tuple[str, ...]
    cause: WaitCause
    since_s: float
    knocks: bool = False
    """Came by what can be guessed: never in without having been let in, nor to a room without a host."""
    lost_at_s: float | None = None
    """Since when his connection is away."""
    admitted_at_s: float | None = None
    """Holds a place since then, for a while."""

    @property
    def is_admitted(self) -> bool:
        return self.admitted_at_s is not None

    @property
    def gone_at_s(self) -> float | None:
        """When he is waited for no longer: his connection is away, or he was let in and does not come."""
        since_s = min((at_s for at_s in (self.lost_at_s, self.admitted_at_s) if at_s is not None), default=None)
        return None if since_s is None else since_s + WAITER_KEPT_S


class Lobby:
    """One conference's. `people` is the assembly's own."""

    def __init__(self, people: Mapping[ParticipantId, Participant], admissions: Admissions) -> None:
        self.admissions = admissions
        self.is_locked = False
        """Only hosts come in; all others wait to be admitted, whoever they are."""
        self.awaits_host = False
        """The last host has left and everybody waits for one."""
        self.notice = ""
        """What a host says to those who wait."""
        self.waiters: dict[ParticipantId, Waiter] = {}
        """In the order of coming."""
        self._people = people

    def find(self, participant: ParticipantId) -> Waiter:
        """Raises: NotFound."""
        found = self.waiters.get(participant)
        if found is None:
            raise NotFound("nobody of that name waits", code="participant_unknown")
        return found

    def why(
        self, settings: RoomSettings, role: Role, keys: Sequence[str], *, leaving: int = 0, knocks: bool = False
    ) -> WaitCause | None:
        """Why a newcomer has to wait; None: he may come in. `leaving` others go first. Raises: NotAllowed `barred`,
        Refused `room_full`."""
        if self.admissions.is_barred(keys):
            raise NotAllowed("a host has removed this person", code="barred")
        reason = None if role is Role.HOST else self._why_guest(settings, keys, knocks=knocks)
        if reason is None and not self.has_place(settings, leaving=leaving):
            if role is Role.HOST or settings.guest_visibility is GuestVisibility.ALL:
                raise Refused("the room has its maximum of participants", code="room_full")
            return WaitCause.PLACE
        return reason

    def _why_guest(self, settings: RoomSettings, keys: Sequence[str], *, knocks: bool) -> WaitCause | None:
        if self.is_locked:
            return WaitCause.ADMISSION
        is_known = self.admissions.is_admitted(keys)
        if (settings.lobby is LobbyPolicy.KNOCK or knocks) and not is_known:
            return WaitCause.ADMISSION
        if self.awaits_host or (knocks and not self.is_host_there()):
            return WaitCause.HOST
        # Who comes back to a call that goes on is not kept out because the host has lost his connection.
        if settings.lobby is LobbyPolicy.UNTIL_HOST and not self.is_host_there() and not (is_known and self._people):
            return WaitCause.HOST
        return None

    def is_host_there(self) -> bool:
        return any(one.is_chair and one.connection is not Connection.RETURNING for one in self._people.values())

    def has_place(self, settings: RoomSettings, *, leaving: int = 0) -> bool:
        """Once `leaving` others have gone. Nobody is counted while there are places for all."""
        most = settings.maximum + leaving
        return len(self._people) + len(self.waiters) < most or self._taken() < most

    def _taken(self) -> int:
        present = sum(one.connection is not Connection.RETURNING and not one.is_film for one in self._people.values())
        return present + sum(one.is_admitted for one in self.waiters.values())

    def add(self, waiter: Waiter) -> None:
        """Raises: Refused `lobby_full`."""
        if len(self.waiters) >= MAX_WAITING:
            raise Refused("too many wait already", code="lobby_full", retry_after_s=WAITER_KEPT_S)
        behind = [one.id for one in self.waiters.values() if one.since_s > waiter.since_s]
        self.waiters[waiter.id] = waiter
        for one in behind:
            self.waiters[one] = self.waiters.pop(one)

    def deadline(self) -> float | None:
        times = [waiter.gone_at_s for waiter in self.waiters.values()]
        return min((time for time in times if time is not None), default=None)

    def expired(self, now_s: float) -> list[Waiter]:
        return [one for one in self.waiters.values() if one.gone_at_s is not None and now_s >= one.gone_at_s]
