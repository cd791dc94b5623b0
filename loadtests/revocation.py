"""How soon nothing more of a speaker leaves once a host has taken the floor from him, in a room of hundreds.

    python -m loadtests.revocation [--people 500] [--hearing 40] [--turns 120] [--json]

A moderated room of real signalling; `--hearing` of them also have a media connection and hear the one speaker, who
sends a packet every 4 ms all the time. In each turn a host gives him the floor, all hear him, and the host takes it
back while somebody writes to everyone. Timed is from the moment before the host's message is sent to the moment when
the generator has read the last packet of that voice, at whichever listener that was: more than the server takes, by
the message's way and by what the two processes wait for the processor. Less than nothing (the last packet came before)
counts as 0. The exit code is 1 when the demand is not met, when somebody did not hear the speaker, or when anything
that came was wrong.

Left out: pictures, and the other ways to lose the floor, which end in the same command to the relay.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import msgspec

from loadtests import native
from loadtests.audience import run_audience
from loadtests.columns import columns
from loadtests.join import quantile
from loadtests.participant import MICROPHONE, Participant, connect
from tests.server import Server, run_server

VOICE = msgspec.structs.replace(MICROPHONE, frames_per_s=250)
"""Five times as often as a microphone: the last packet is known to 4 ms."""
WRITES_EVERY_S = 0.5
SETTLE_S = 2.0
HEARD_S = 0.3
"""He speaks so long, at most until all have heard him."""
STOPPED_S = 0.25
"""What comes within it after the host's message is seen; a voice that never stops is as late as this."""
TURN_S = 1.1
"""One may ask for the floor once a second (`signalling/areas/floor.py`)."""
MUST_P99_MS = 20.0
ANSWER_TIMEOUT_S = 20.0


class Outcome(msgspec.Struct, frozen=True):
    people: int
    hearing: int
    turns: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    answered_p50_ms: float
    """The host's message until its answer."""
    answered_p99_ms: float
    deaf: int
    """Turns in which somebody did not hear the speaker."""
    faults: int
    must_p99_ms: float = MUST_P99_MS

    @property
    def is_held(self) -> bool:
        return not self.deaf and not self.faults and self.p99_ms <= self.must_p99_ms


class Chair:
    """The host, who knows the number of the speaker's request."""

    def __init__(self, host: Participant) -> None:
        self._host = host
        self._told: asyncio.Queue[int] = asyncio.Queue()
        host.on_event = self._on_event

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "floor":
            for place in event["speech"]["queue"]:
                self._told.put_nowait(place["request"])

    async def give(self, speaker: Participant) -> int:
        """The request's number."""
        while not self._told.empty():
            self._told.get_nowait()
        await speaker.send({"type": "requestFloor"})
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            request = await self._told.get()
        await self._host.send({"type": "grantFloor", "request": request})
        return request

    async def take(self, request: int) -> tuple[int, int]:
        """When the message was sent, and when it was answered."""
        sent_ns = time.monotonic_ns()
        await self._host.send({"type": "revokeFloor", "request": request})
        return sent_ns, time.monotonic_ns()

    async def write(self) -> None:
        """To everyone, until cancelled."""
        number = 0
        while True:
            number += 1
            await self._host.send({"type": "typeText", "to": "all", "keep": number, "text": "x"})
            await asyncio.sleep(WRITES_EVERY_S)


async def heard_us(generator: native.Generator, but: int) -> list[int]:
    """When each listener heard the voice last; 0: never. `but`: the speaker himself."""
    stats = await generator.stats(peers=True)
    latest: dict[int, int] = {}
    for slot in stats.slots:
        if slot.peer != but:
            latest[slot.peer] = max(latest.get(slot.peer, 0), slot.heard_us)
    return list(latest.values())


@contextlib.asynccontextmanager
async def seated(
    generator: native.Generator, server: Server, http: aiohttp.ClientSession, link: str, name: str
) -> AsyncIterator[Participant]:
    one = await connect(generator, server.base_url, link, name, video_slots=1, http=http)
    try:
        yield one
    finally:
        await one.disconnect()


async def measure(people: int, hearing: int, turns: int) -> Outcome:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server())
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        audience = await stack.enter_async_context(run_audience(server.base_url))
        room = await server.create_room(maximum=people, floorPolicy="moderated")

        async def one(link: str, name: str) -> Participant:
            return await stack.enter_async_context(seated(generator, server, http, link, name))

        host = await one(room["hostUrl"], "Ordstyrer")
        speaker = await one(room["guestUrl"], "Taler")
        await speaker.connect_media(microphone=VOICE)
        await generator.until_connected(speaker.peer)
        for number in range(hearing):
            listener = await one(room["guestUrl"], f"Lytter {number}")
            await listener.connect_media(slots=(1, 0))
            await generator.until_connected(listener.peer)
        entered = await audience.enter([room["guestUrl"]] * (people - hearing - 2))
        assert not entered.refused, entered.refused
        await asyncio.sleep(SETTLE_S)
        chair = Chair(host)
        writing = asyncio.create_task(chair.write(), name="writing")
        took_ms, answered_ms, deaf = [], [], 0
        try:
            for _ in range(turns):
                began_s = time.monotonic()
                request = await chair.give(speaker)
                await asyncio.sleep(HEARD_S)
                heard = await heard_us(generator, speaker.peer)
                deaf += len(heard) < hearing or min(heard) < began_s * 1e6
                sent_ns, answered_ns = await chair.take(request)
                await asyncio.sleep(STOPPED_S)
                last_us = max(await heard_us(generator, speaker.peer))
                took_ms.append(max(0.0, last_us / 1e3 - sent_ns / 1e6))
                answered_ms.append((answered_ns - sent_ns) / 1e6)
                await asyncio.sleep(max(0.0, began_s + TURN_S - time.monotonic()))
        finally:
            writing.cancel()
            await asyncio.wait([writing])
        stats = await generator.stats()
        return Outcome(
            people=people,
            hearing=hearing,
            turns=turns,
            p50_ms=quantile(took_ms, 0.5),
            p99_ms=quantile(took_ms, 0.99),
            worst_ms=max(took_ms),
            answered_p50_ms=quantile(answered_ms, 0.5),
            answered_p99_ms=quantile(answered_ms, 0.99),
            deaf=deaf,
            faults=stats.faults,
        )


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    mark = "✓" if outcome.p99_ms <= outcome.must_p99_ms else "✗"
    return [
        ("people in the room, of these hear by media", f"{outcome.people}, {outcome.hearing}"),
        ("times the floor was taken", str(outcome.turns)),
        (
            f"host's message sent to the speaker's last packet read, p50 / p99, at most {outcome.must_p99_ms:g} ms",
            f"{outcome.p50_ms:.1f} / {outcome.p99_ms:.1f} ms {mark}",
        ),
        ("  worst", f"{outcome.worst_ms:.1f} ms"),
        (
            "host's message to its answer, p50 / p99",
            f"{outcome.answered_p50_ms:.1f} / {outcome.answered_p99_ms:.1f} ms",
        ),
        ("times when somebody did not hear him before", str(outcome.deaf)),
        ("faults in what arrived", str(outcome.faults)),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How soon a speaker is silent when the floor is taken from him.")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--hearing", type=int, default=40)
    parser.add_argument("--turns", type=int, default=120)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args(arguments)
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    native.build()
    outcome = asyncio.run(measure(given.people, given.hearing, given.turns))
    print(msgspec.json.encode(outcome).decode() if given.json else columns(rows(outcome)))
    return 0 if outcome.is_held else 1


if __name__ == "__main__":
    sys.exit(main())
