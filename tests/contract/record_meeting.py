"""Records a meeting as one of its hosts is told of it: `python -m tests.contract.record_meeting`.

A whole server on loopback, clients on real sockets; what the observer's socket brings is written down with marks. At
each mark the observer comes back with an empty memory and is given a snapshot: whoever folds the events up to there
must know the same (web/src/conference/replay.test.ts). Nothing is sent over media here, so nobody speaks.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.contract.assembled import assembled
from tests.fakes.signalling_server import Client, connected
from vdxmedia.api.resources import TokenRequest
from vdxmedia.app import Server
from vdxmedia.conference.choices import ChatPolicy
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import RoomId

OUT = Path(__file__).parents[2] / "web" / "src" / "conference" / "recorded-meeting.json"
QUIET_S = 0.4
"""Longer than any round in which the server tells things together."""
SECRETS = frozenset({"token", "session", "iceServers"})
"""Of an answer to `join`: what a replay needs as little as a reader."""


class Recording:
    """What the observer is told, in order, with marks."""

    def __init__(self, server: Server, room: RoomId, stack: AsyncExitStack) -> None:
        self.entries: list[dict[str, Any]] = []
        self._server, self._room, self._stack = server, room, stack
        self.observer: Client
        self._seen = 0

    async def come(self, name: str, *, is_host: bool = False, **answer: Any) -> Client:
        request = TokenRequest(name=name, role=Role.HOST if is_host else Role.GUEST)
        token = self._server.rooms.mint(self._room, request).token

        class Place:
            url = self._server.public_url

        client = await self._stack.enter_async_context(connected(Place, token))
        told = await client.join(name, **answer)
        assert told["type"] in {"joined", "resumed", "waiting"}, told
        return client

    async def observe(self) -> None:
        self.observer = await self.come("Observatør", is_host=True)
        self.entries.append({"joined": _bare(self.observer.joined)})

    async def mark(self, name: str, happen: Awaitable[Any] | None = None) -> None:
        """What happens now is told of until it is quiet; then the observer asks for a snapshot."""
        if happen is not None:
            await happen
        await self._until_quiet()
        self._take()
        session, me = self.observer.joined["session"], self.observer.id
        await self.observer.cut()
        again = await self.come("Observatør", is_host=True, resume={"session": session, "sequence": 0})
        assert (again.joined["type"], again.joined["participantId"]) == ("joined", me)
        self.entries.append({"mark": name, "snapshot": _bare(again.joined)})
        self.observer, self._seen = again, 0

    async def missed(self, name: str, happen: Callable[[], Awaitable[Any]]) -> None:
        """Something happens while the observer is away; he is told of it when he is back."""
        await self._until_quiet()
        self._take()
        session, sequence = self.observer.joined["session"], self._sequence()
        await self.observer.cut()
        await happen()
        await asyncio.sleep(QUIET_S)
        again = await self.come("Observatør", is_host=True, resume={"session": session, "sequence": sequence})
        assert again.joined["type"] == "resumed", again.joined
        self.entries.append({"resumed": _bare(again.joined)})
        again.joined = {**self.observer.joined, **again.joined}
        self.observer, self._seen = again, 0
        await self.mark(name)

    def _take(self) -> None:
        events = self.observer.events[self._seen :]
        self._seen = len(self.observer.events)
        if events:
            self.entries.append({"events": events})

    def _sequence(self) -> int:
        told: list[int] = [event["sequence"] for event in self.observer.events if "sequence" in event]
        return max([int(self.observer.joined["sequence"]), *told])

    async def _until_quiet(self) -> None:
        before = -1
        while before != len(self.observer.events):
            before = len(self.observer.events)
            await asyncio.sleep(QUIET_S)


async def do(client: Client, command: str, **fields: Any) -> None:
    answer = await client.command(command, **fields)
    assert answer == {"type": "done"}, (command, answer)


def _bare(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: "" if key in SECRETS and isinstance(value, str) else value for key, value in answer.items()}


async def record() -> list[dict[str, Any]]:
    async with assembled() as running, AsyncExitStack() as stack:
        settings = RoomSettings(subject="Prøvemøde", organisation="vdxmedia", chat=ChatPolicy.ALL)
        created = await running.server.rooms.open_room(settings)
        recording = Recording(running.server, RoomId(created.room_id), stack)
        chair = await recording.come("Ordstyrer", is_host=True)
        await recording.observe()
        anna = await recording.come("Anna")
        bo = await recording.come("Bo")
        await recording.mark("two have come")
        await recording.mark("speaking is by turn", do(chair, "changeRoom", floorPolicy="moderated"))
        await do(anna, "requestFloor")
        await do(bo, "requestFloor")
        await recording.mark("two wait for the floor")
        asked = chair.of_type("floor")[-1]["speech"]["queue"][0]["request"]
        await recording.mark("one has the floor", do(chair, "grantFloor", request=asked))
        await do(anna, "writeChat", to="all", text="Goddag. Kan I høre mig?")
        await do(bo, "typeText", to="all", keep=0, text="Ja, f")
        await do(bo, "react", reaction="thumbsUp")
        await recording.mark("words", do(chair, "announce", text="Vi holder pause kl. 10.30."))
        await recording.mark("one is made a host", do(chair, "setRole", participantId=bo.id, role="host"))
        await recording.mark("one is gone without a goodbye", anna.cut())
        await recording.missed("one came while we were away", lambda: recording.come("Carla"))
        await recording.mark("one has left", do(bo, "leave"))
        return recording.entries


def main() -> int:
    entries = asyncio.run(record())
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    OUT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    sys.stdout.write(f"{len(entries)} entries in {OUT.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
