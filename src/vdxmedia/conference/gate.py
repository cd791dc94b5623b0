"""At the door of a conference: whether somebody may come in now, and what becomes of those who must wait.

Between `Conference`, which hands it the commands of the lobby, and `Lobby`, which keeps who waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import LeaveWaiter, LoseWaiter, ReturnWaiter, Wait
from vdxmedia.conference.events import WaiterGone, WaiterTold
from vdxmedia.conference.kinds import LeaveReason, Role
from vdxmedia.conference.lobby import Waiter
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import InvalidTransition, Refused
from vdxmedia.ids import ParticipantId


class Gate:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._lobby = assembly.lobby

    def why_wait(
        self,
        role: Role,
        admission_keys: Sequence[str],
        now_s: float,
        *,
        leaving: int,
        waiting: ParticipantId | None,
        knocks: bool,
    ) -> WaitCause | None:
        """As `Conference.why_wait`."""
        assembly = self._assembly
        opens_at_s, closes_at_s = assembly.opens_at_s, assembly.closes_at_s
        if opens_at_s is not None and now_s < opens_at_s:
            raise Refused("the room is not open yet", code="room_not_open", retry_after_s=opens_at_s - now_s)
        if assembly.is_ended or (closes_at_s is not None and now_s >= closes_at_s):
            raise Refused("the room is closed", code="room_closed")
        role = assembly.role_for(role, admission_keys)
        waiter = self._lobby.waiters.get(waiting) if waiting is not None else None
        if waiter is not None and (waiter.is_admitted or role is Role.GUEST):
            return None if waiter.is_admitted else waiter.cause
        return self._lobby.why(assembly.settings, role, admission_keys, leaving=leaving, knocks=knocks)

    def told(self, participant: ParticipantId) -> WaiterTold | None:
        waiter = self._lobby.waiters.get(participant)
        if waiter is None:
            return None
        return WaiterTold(participant, waiter.cause.told, self._assembly.unix(waiter.since_s), self._lobby.notice)

    def handle(self, command: Wait | LoseWaiter | ReturnWaiter | LeaveWaiter, now_s: float) -> None:
        """Raises: NotFound, Refused, InvalidTransition."""
        match command:
            case Wait():
                self._wait(command, now_s)
            case LoseWaiter():
                self._lobby.find(command.participant).lost_at_s = now_s
            case ReturnWaiter():
                self._lobby.find(command.participant).lost_at_s = None
            case LeaveWaiter():
                self._take_out(self._lobby.find(command.participant), LeaveReason.LEFT)
            case _:
                assert_never(command)

    def expire(self, now_s: float) -> bool:
        """Whether somebody is waited for no longer."""
        expired = self._lobby.expired(now_s)
        for waiter in expired:
            self._take_out(waiter, LeaveReason.LOST)
        return bool(expired)

    def _wait(self, command: Wait, now_s: float) -> None:
        if command.participant in self._assembly.people or command.participant in self._lobby.waiters:
            raise InvalidTransition(f"participant {command.participant} is here already")
        keys, knocks = command.admission_keys, command.knocks
        cause = self.why_wait(Role.GUEST, keys, now_s, leaving=0, waiting=None, knocks=knocks)
        if cause is None:
            raise InvalidTransition(f"participant {command.participant} need not wait")
        self._lobby.add(
            Waiter(
                id=command.participant,
                name=command.name,
                organisation=command.organisation,
                function=command.function,
                keys=keys,
                cause=cause,
                since_s=now_s if command.since_s is None else min(now_s, command.since_s),
                knocks=knocks,
            )
        )

    def _take_out(self, waiter: Waiter, reason: LeaveReason) -> None:
        del self._lobby.waiters[waiter.id]
        self._assembly.tell(WaiterGone(waiter.id, reason))
