"""What the hub's tests need of the world: a client that remembers, grants, and time that moves when told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.patience import PATIENCE_S
from vdxmedia.conference.kinds import EndReason
from vdxmedia.conference.settings import GuestVisibility
from vdxmedia.hub.client import ClientEvent, JoinRequest, ResumeRequest
from vdxmedia.hub.ports import Grant, MediaKind
from vdxmedia.hub.rounds import RosterNews
from vdxmedia.ids import SessionSecret

E = TypeVar("E", bound=ClientEvent)


@dataclass
class FakeClient:
    events: list[ClientEvent] = field(default_factory=list)
    ended: tuple[EndReason, bool] | None = None

    def send(self, event: ClientEvent) -> None:
        assert self.ended is None, "the end is the last"
        self.events += event.events if isinstance(event, RosterNews) else (event,)

    def end(self, reason: EndReason, *, can_rejoin: bool) -> None:
        self.ended = (reason, can_rejoin)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


def grant(**changes: object) -> Grant:
    values: dict[str, object] = {
        "room": "room",
        "identity": "",
        "role": "guest",
        "name": None,
        "organisation": "",
        "function": "",
        "can_publish": frozenset(MediaKind),
        "can_subscribe": True,
        "expires_at": 2e9,
    }
    return Grant(**{**values, **changes})  # type: ignore[arg-type]


def request(
    name: str = "Anna", *, slots: int = 9, resume: tuple[str, int] | None = None, **grants: object
) -> JoinRequest:
    resumed = None if resume is None else ResumeRequest(SessionSecret(resume[0]), resume[1])
    return JoinRequest(grant(**grants), name, slots, resumed, GuestVisibility.ALL)


async def until(holds: Callable[[], object]) -> None:
    """Waits for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.001)
