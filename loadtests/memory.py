"""What a participant takes of the server's memory: the slope between N and 2N of them, in two shapes, and per layer.

    python -m loadtests.memory [--participants 50] [--layers 8] [--json]

Starts a server of its own (`watched.py`: garbage is collected before each look) and the generator. The first N warm
everything up that is made once; then N more join, which is *signalling*, and connect their media, which is *media*:
relay, DTLS and what Python keeps of the offer. One publisher sends sound and a small picture to everyone, so the
subscribers' streams, reports and feedback are real. A layer is what is kept of a picture that comes: it sends for long
enough to fill its history. With few layers it may find its place in what joining gave back, and seem smaller.

Counted are the process's own pages (RssAnon): as a whole, so with what the allocators keep for later. Left out: what
the kernel keeps for sockets, and the first N's share, which is not linear.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

import aiohttp
import msgspec

from loadtests import native
from loadtests.columns import columns
from loadtests.participant import MICROPHONE, Participant, camera, join
from loadtests.processor import WATCHED_MODULE, ask, resident_bytes
from tests.server import Server, run_server

PUBLISHED_BPS = 120_000
"""A small picture: what is measured does not hang on its size."""
AT_ONCE = 8
"""Who connects at the same time: peaks beyond what a call needs would stay in the allocators."""
SETTLE_S = 1.5
"""What was freed has been given back, and feedback comes."""
HISTORY_LAYER = native.Layer(frames_per_s=50, packets=6, bytes=1_100)
HISTORY_S = 4.0
"""1,200 packets: more than twice the history."""
SMALL, FULL = (1, 1), (4, 9)
"""Slots for sound and for pictures; the first as other servers are measured, the second a desktop's page."""
SMALL_MEDIA_MUST_BYTES, FULL_MUST_BYTES, LAYER_MUST_BYTES = 130_000, 260_000, 1_500_000


class Slope(msgspec.Struct, frozen=True):
    """Bytes for each participant more."""

    sounds: int
    pictures: int
    signalling_bytes: float
    media_bytes: float
    """Relay, DTLS, and what Python keeps of the offer."""
    total_bytes: float


class Outcome(msgspec.Struct, frozen=True):
    participants: int
    """N; the slope is between N and 2N."""
    small: Slope
    full: Slope
    objects: float
    """That Python's garbage collector follows, for each participant of the full shape."""
    layers: int
    layer_bytes: float
    faults: int
    small_media_must_bytes: int = SMALL_MEDIA_MUST_BYTES
    full_must_bytes: int = FULL_MUST_BYTES
    layer_must_bytes: int = LAYER_MUST_BYTES


class Crowd:
    """Those who have joined one server; the same for everyone."""

    def __init__(
        self, server: Server, generator: native.Generator, http: aiohttp.ClientSession, stack: contextlib.AsyncExitStack
    ) -> None:
        self.server = server
        self._generator = generator
        self._http = http
        self._stack = stack

    async def join(self, count: int, link: str, video_slots: int = 9) -> list[Participant]:
        people: list[Participant] = []
        for _ in range(count):
            coming = join(
                self._generator, self.server.base_url, link, "Member", video_slots=video_slots, http=self._http
            )
            people.append(await self._stack.enter_async_context(coming))
        return people

    async def subscribe(self, people: list[Participant], slots: tuple[int, int]) -> None:
        """Connects those, a few at once, each until its first packet has come."""

        async def one(participant: Participant) -> None:
            await participant.connect_media(slots=slots)
            await self._generator.until_first_packet(participant.peer)

        for first in range(0, len(people), AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for participant in people[first : first + AT_ONCE]:
                    group.create_task(one(participant))

    async def look(self) -> tuple[int, int]:
        """Bytes and objects, after a collection."""
        await asyncio.sleep(SETTLE_S)
        objects = (await ask(self.server)).objects
        return resident_bytes(self.server.pid), objects


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[tuple[Crowd, native.Generator]]:
    """A server, a generator, nobody in it."""
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(module=WATCHED_MODULE))
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        yield Crowd(server, generator, http, stack), generator


async def measure_participants(count: int, slots: tuple[int, int]) -> tuple[Slope, float, int]:
    """The slope, Python's objects of each, and faults in what arrived."""
    async with running() as (crowd, generator):
        room = await crowd.server.create_room(maximum=2 * count + 1)
        (publisher,) = await crowd.join(1, room["hostUrl"])
        await publisher.connect_media(microphone=MICROPHONE, picture=camera(PUBLISHED_BPS, 15))
        await generator.until_connected(publisher.peer)
        await crowd.subscribe(await crowd.join(count, room["guestUrl"], slots[1]), slots)
        before, objects_before = await crowd.look()
        people = await crowd.join(count, room["guestUrl"], slots[1])
        joined, _ = await crowd.look()
        await crowd.subscribe(people, slots)
        connected, objects = await crowd.look()
        slope = Slope(*slots, (joined - before) / count, (connected - joined) / count, (connected - before) / count)
        return slope, (objects - objects_before) / count, (await generator.stats()).faults


async def measure_layers(count: int) -> tuple[float, int]:
    """Bytes of each layer, and faults in what arrived. They are in pairs, so that each is watched."""
    async with running() as (crowd, generator):
        people: list[Participant] = []
        for _ in range(count):
            room = await crowd.server.create_room()
            people += await crowd.join(1, room["hostUrl"], 1) + await crowd.join(1, room["guestUrl"], 1)
        for person in people:
            await person.connect_media(picture=[HISTORY_LAYER], slots=(1, 1), is_waiting=True)
            await generator.until_connected(person.peer)
        sizes: list[int] = []
        for half in (people[:count], people[count:]):
            for person in half:
                await person.publish()
            await asyncio.sleep(HISTORY_S)
            sizes.append((await crowd.look())[0])
        return (sizes[1] - sizes[0]) / count, (await generator.stats()).faults


async def measure(participants: int, layers: int) -> Outcome:
    small, _, small_faults = await measure_participants(participants, SMALL)
    full, objects, full_faults = await measure_participants(participants, FULL)
    layer_bytes, layer_faults = await measure_layers(layers)
    faults = small_faults + full_faults + layer_faults
    return Outcome(participants, small, full, objects, layers, layer_bytes, faults)


def lines(outcome: Outcome) -> list[tuple[str, str, str]]:
    def kB(number: float) -> str:
        return f"{number / 1e3:,.0f} kB"

    rows = [
        (
            f"{slope.sounds} + {slope.pictures} slots: {part}",
            kB(number),
            kB(must) if must else "",
        )
        for slope, musts in ((outcome.small, (0, SMALL_MEDIA_MUST_BYTES, 0)), (outcome.full, (0, 0, FULL_MUST_BYTES)))
        for part, number, must in zip(
            ("signalling", "relay and DTLS", "together"),
            (slope.signalling_bytes, slope.media_bytes, slope.total_bytes),
            musts,
            strict=True,
        )
    ]
    rows += [
        ("published layer", kB(outcome.layer_bytes), kB(LAYER_MUST_BYTES)),
        ("objects that Python's collector follows", f"{outcome.objects:,.0f}", ""),
        ("faults in what arrived", str(outcome.faults), "0"),
    ]
    return [("each participant more", "measured", "at most"), *rows]


def main() -> int:
    parser = argparse.ArgumentParser(description="What a participant takes of the server's memory.")
    parser.add_argument("--participants", type=int, default=50, help="N: the slope is between N and 2N")
    parser.add_argument("--layers", type=int, default=8, help="the same, of published layers")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args()
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    native.build()
    outcome = asyncio.run(measure(given.participants, given.layers))
    print(msgspec.json.encode(outcome).decode() if given.json else columns(lines(outcome), are_numbers=True))
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
