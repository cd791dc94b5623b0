"""Rooms and those in them, as a scenario sees them: handles of what lives in the client processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from loadtests.run import wire
from loadtests.run.clients import ClientProcess


class Room:
    """One that was made for this run."""

    def __init__(self, made: dict[str, Any], may_get: Callable[[Seat, Seat], bool]) -> None:
        self.id: str = made["roomId"]
        self.host_url: str = made["hostUrl"]
        self.guest_url: str = made["guestUrl"]
        self.may_get = may_get
        """Whether the first may see and hear the second."""
        self.seats: list[Seat] = []
        """Who are there."""
        self.talked_ns = 0
        """When somebody began or ended to speak."""


class Seat:
    """One who has joined. What a method asks for is done when it returns. Each raises: Failed, ClientFailed."""

    def __init__(
        self, number: int, room: Room, name: str, role: str, process: ClientProcess, joined: wire.Joined
    ) -> None:
        self.number = number
        self.room = room
        self.name = name
        self.role = role
        self.participant = joined.participant
        """His id in the room."""
        self.session = joined.session
        self.sources = joined.sources
        """Ids by kind."""
        self.slots = joined.slots
        """How many of each kind he has."""
        self.active = {kind for kind in joined.sources if kind != "screen"}
        """What he sends."""
        self.is_talking = True
        self.since_ns = time.monotonic_ns()
        """When this last changed, or others were to be seen anew."""
        self._process = process

    def _next(self) -> int:
        return self._process.next_id()

    async def send(self, message: dict[str, Any]) -> dict[str, Any]:
        """A command of docs/protocol.md; the server's answer."""
        return await self._process.ask(wire.Send(id=self._next(), seat=self.number, message=message), dict[str, Any])

    async def chat(self) -> None:
        """Writes a line; how late the others get it is noted as `signalling_delay_s`."""
        await self._process.ask(wire.Chat(id=self._next(), seat=self.number), type(None))

    async def set_source(self, kind: str, *, active: bool) -> None:
        """Mutes, unmutes, shares a screen."""
        request = wire.SetSource(id=self._next(), seat=self.number, kind=kind, active=active)
        await self._process.ask(request, type(None))
        self.active = self.active | {kind} if active else self.active - {kind}
        self.changed()

    async def talk(self, *, sends: bool) -> None:
        """Speaks or is silent, with an open microphone."""
        await self._process.ask(wire.Talk(id=self._next(), seat=self.number, sends=sends), type(None))
        self.is_talking = sends
        self.room.talked_ns = time.monotonic_ns()

    async def until(self, event: str, *, since_ns: int = 0, within_s: float = 10.0, **fields: Any) -> wire.Event:
        """The first event of this type and these fields since then; `disconnected` is one too. Raises: Failed."""
        request = wire.Await(
            id=self._next(), seat=self.number, event=event, fields=fields, since_ns=since_ns, within_s=within_s
        )
        return await self._process.ask(request, wire.Event)

    async def restart_ice(self, *, moves: bool = False) -> None:
        """`moves`: from another port, as after a change of network."""
        await self._process.ask(wire.RestartIce(id=self._next(), seat=self.number, moves=moves), type(None))

    async def leave(self, *, says_goodbye: bool = True) -> None:
        """Without goodbye: as one whose computer was switched off."""
        if self in self.room.seats:
            self.room.seats.remove(self)
        self.changed()
        request = wire.Leave(id=self._next(), seat=self.number, says_goodbye=says_goodbye)
        await self._process.ask(request, type(None))

    def changed(self) -> None:
        """Others are to be seen and heard in this room than before."""
        now_ns = time.monotonic_ns()
        for seat in (self, *self.room.seats):
            seat.since_ns = now_ns
