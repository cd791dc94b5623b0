"""A server with too much to do, as its inputs say: real signalling, a real relay, and every packet looked at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from loadtests import native
from loadtests.participant import MICROPHONE, Participant, Refused, connect, join, simulcast
from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import connected
from vdxmedia.hub import overload
from vdxmedia.hub.overload import Level
from vdxmedia.sfu.plane import RelayPlane

TIMEOUT_S = 20.0
LOADS = {Level.NORMAL: 0.1, Level.UPPER_LAYERS: 0.72, Level.LOW_VIDEO: 0.80, Level.NEWCOMERS: 0.90}
"""Of all workers; a share that the next level does not begin at."""
MAX_SILENCE_US = 1_000_000
"""Between two packets of sound, however busy the machine that tests; they come every 20 ms."""
LOUD, QUIET = (msgspec.structs.replace(MICROPHONE, level=level) for level in (15, 40))
"""In -dBov; the louder one is the speaker."""


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


@dataclass
class Call:
    """Clara looks at Anna, who speaks, and at Bent; all hear each other."""

    server: AssembledServer
    room: dict[str, Any]
    generator: native.Generator
    people: list[Participant]
    load: float = LOADS[Level.NORMAL]
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def viewer(self) -> Participant:
        return self.people[2]

    async def force(self, level: Level) -> None:
        """The fault goes in where the relay's figures come in."""
        self.load = LOADS[level]
        await until(lambda: self.server.server.overload.level is level)

    def told(self, kind: str) -> dict[str, Any]:
        """The last of its kind that the viewer heard."""
        return next((event for event in reversed(self.events) if event["type"] == kind), {"pausedByServer": None})

    async def pictures(self) -> dict[str, int | None]:
        """Whose picture the viewer gets in which layer; nobody's: no layer."""
        async with self.server.get(f"/api/v1/rooms/{self.room['roomId']}/statistics") as answer:
            connections = (await answer.json())["connections"]
        names = {one.joined["participantId"]: one.name for one in self.people}
        mine = next(one for one in connections if names.get(one["participant"]) == self.viewer.name)
        shown = {name: None for name in names.values() if name != self.viewer.name}
        for slot in mine["slots"]:
            if slot["kind"] == "video" and slot["layer"] is not None and slot["bps"]:
                shown[names[slot["participant"]]] = slot["layer"]
        return shown

    async def until_pictures(self, **wanted: int | None) -> None:
        seen: dict[str, int | None] = {}
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while (seen := await self.pictures()) != wanted:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{seen} instead of {wanted}") from None

    async def metrics(self, name: str) -> float:
        async with self.server.get("/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)

    async def sound(self) -> list[native.SlotStats]:
        """Of all slots in which somebody is heard, since the last question."""
        stats = await self.generator.stats(peers=True, reset=True)
        assert stats.faults == 0, stats.findings
        return [slot for slot in stats.slots if slot.kind == "speaker" and slot.findings["packets"]]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not holds():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def call(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    """Levels come and go at once: how long a load must last is for the unit tests."""
    monkeypatch.setattr(overload, "INTERVAL_S", 0.05)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(assembled({"overload.relay_lasts_s": "0", "overload.hold_s": "1"}))
        generator = await stack.enter_async_context(native.run_generator())
        room = await server.open_room()
        people = [
            await stack.enter_async_context(join(generator, server.url, room[link], name, video_slots=3))
            for name, link in (("Anna", "hostUrl"), ("Bent", "guestUrl"), ("Clara", "guestUrl"))
        ]
        here = Call(server, room, generator, people)
        monkeypatch.setattr(RelayPlane, "loads", property(lambda plane: [here.load] * len(plane.worker_stats())))
        here.viewer.on_event = here.events.append
        yield here


async def test_layers_go_then_pictures_then_newcomers_and_sound_never_and_all_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with call(monkeypatch) as here:
        guest = here.room["guestUrl"].partition("#t=")[2]
        for one in here.people:
            cameras = simulcast(one.joined["media"]["camera"]) if one is not here.viewer else []
            voice = LOUD if one is here.people[0] else QUIET
            await one.connect_media(microphone=voice, picture=cameras, options=native.Options(sample=1))
            await here.generator.until_connected(one.peer)
        await here.viewer.show_all()
        await here.until_pictures(Anna=2, Bent=2)
        await here.sound()

        await here.force(Level.UPPER_LAYERS)
        await here.until_pictures(Anna=1, Bent=0)
        assert await here.metrics('vdx_overload_shed_total{what="upper_layers"}') >= 2

        await here.force(Level.LOW_VIDEO)
        await here.until_pictures(Anna=1, Bent=None)
        bent = here.people[1].joined["participantId"]
        slots = [one["index"] for one in here.viewer.bindings if (one["kind"], one["participantId"]) == ("video", bent)]
        await until(lambda: here.told("bandwidth")["pausedByServer"] == slots)
        assert here.told("bandwidth")["paused"] == slots, "the page is told that it rests, and why"
        assert await here.metrics('vdx_overload_shed_total{what="video"}') >= 1

        async with connected(here.server, guest) as erik:
            assert (await erik.join("Erik"))["type"] == "joined", "pictures go before newcomers"
            await erik.cut()
        await here.force(Level.NEWCOMERS)
        assert await here.metrics("vdx_overload_level") == 3
        with pytest.raises(Refused, match="server_busy"):
            await connect(here.generator, here.server.url, here.room["guestUrl"], "Dorte")
        assert await here.metrics('vdx_overload_shed_total{what="newcomers"}') == 1
        async with connected(here.server, guest) as back:
            resume = {"session": erik.joined["session"], "sequence": 0}
            assert (await back.join("Erik", resume=resume))["participantId"] == erik.id
            await back.command("leave")

        heard = await here.sound()
        assert len(heard) == 6, "everybody hears both others, through it all"
        assert all(slot.findings["lost"] == 0 and slot.longest_gap_us < MAX_SILENCE_US for slot in heard), heard

        await here.force(Level.NORMAL)
        await here.until_pictures(Anna=2, Bent=2)
        assert here.told("bandwidth")["paused"] == here.told("bandwidth")["pausedByServer"] == []
        assert await here.metrics("vdx_overload_level") == 0
        async with connected(here.server, guest) as late:
            assert (await late.join("Dorte"))["type"] == "joined"
            await late.command("leave")
        assert all(slot.findings["lost"] == 0 for slot in await here.sound())
