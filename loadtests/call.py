"""One publisher and many subscribers through a real server: what each side pays for a packet, and how late it comes.

    python -m loadtests.call --subscribers 50 --seconds 5 [--packets 10] [--bytes 1100] [--spread-ms 0] [--gro] [--json]

Signalling, ICE, DTLS and SRTP are real, and so are the subscribers' feedback and reports. The relay's time is its
threads in the server's process; on loopback it contains the kernel's delivery to the subscribers' sockets. Here the
generator shares the machine with the server: the delay means something while neither has a core for itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time

import aiohttp
import msgspec

from loadtests import native
from loadtests.columns import columns
from loadtests.participant import MICROPHONE, join
from loadtests.processor import RELAY_THREAD, threads
from tests.server import run_server

SETTLE_S = 2.0
"""From the last subscriber's first packet to the window: keyframes and estimates have settled."""
FRAMES_PER_S = 30


class Load(msgspec.Struct, frozen=True):
    subscribers: int
    seconds: float
    packets: int
    """Of a frame, of which there are 30 a second."""
    bytes: int
    spread_ms: int
    gro: bool


class Outcome(msgspec.Struct, frozen=True):
    load: Load
    packets_per_s: float
    relay_ns_per_packet: float
    """Of each packet that was forwarded, all work included."""
    generator_ns_per_packet: float
    """Of each packet that came, publishing and feedback included."""
    relay_share: float
    """Of a core."""
    generator_share: float
    server_share: float
    """The whole process, Python included."""
    lost: int
    faults: int
    opened: int
    delay: native.Delay


async def measure(load: Load) -> Outcome:
    picture = native.Layer(frames_per_s=FRAMES_PER_S, packets=load.packets, bytes=load.bytes, spread_ms=load.spread_ms)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server())
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        room = await server.create_room(maximum=load.subscribers + 1)
        url = server.base_url
        publisher = await stack.enter_async_context(join(generator, url, room["hostUrl"], "Publisher", http=http))
        await publisher.connect_media(microphone=MICROPHONE, picture=[picture])
        await generator.until_connected(publisher.peer)
        for number in range(load.subscribers):
            one = await stack.enter_async_context(
                join(generator, url, room["guestUrl"], f"Subscriber {number}", video_slots=1, http=http)
            )
            await one.connect_media(options=native.Options(gro=load.gro))
            await generator.until_first_packet(one.peer)
        await asyncio.sleep(SETTLE_S)
        before, began, began_s = await generator.stats(reset=True), threads(server.pid), time.monotonic()
        await asyncio.sleep(load.seconds)
        after, took_s = await generator.stats(), time.monotonic() - began_s
        spent = threads(server.pid).since(began)
        packets = after.findings["packets"]
        if packets == 0 or spent.relay_ns == 0:
            raise SystemExit(f"nothing was forwarded, or no thread is named {RELAY_THREAD}")
        relay_ns, generator_ns = spent.relay_ns, after.cpu_ns - before.cpu_ns
        return Outcome(
            load=load,
            packets_per_s=packets / took_s,
            relay_ns_per_packet=relay_ns / packets,
            generator_ns_per_packet=generator_ns / packets,
            relay_share=relay_ns / took_s / 1e9,
            generator_share=generator_ns / took_s / 1e9,
            server_share=(spent.python_ns + spent.relay_ns) / took_s / 1e9,
            lost=after.findings["lost"],
            faults=after.faults,
            opened=after.findings["opened"],
            delay=after.delay,
        )


def table(outcome: Outcome) -> str:
    delay = outcome.delay
    rows = [
        ("packets a second, to all subscribers", f"{outcome.packets_per_s:,.0f}"),
        ("relay, a forwarded packet", f"{outcome.relay_ns_per_packet:,.0f} ns"),
        ("generator, a received packet", f"{outcome.generator_ns_per_packet:,.0f} ns"),
        ("share of a core: relay, generator", f"{outcome.relay_share:.2f}, {outcome.generator_share:.2f}"),
        ("share of a core: the whole server", f"{outcome.server_share:.2f}"),
        ("delay p50 / p95 / p99", f"{delay.p50_us} / {delay.p95_us} / {delay.p99_us} µs, of {delay.count:,}"),
        ("lost, faults", f"{outcome.lost:,}, {outcome.faults:,}"),
    ]
    return columns(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description="One publisher, many subscribers, on loopback.")
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--packets", type=int, default=10, help="of a frame")
    parser.add_argument("--bytes", type=int, default=1100, help="of a packet's payload")
    parser.add_argument("--spread-ms", type=int, default=0, help="over which a frame leaves")
    parser.add_argument("--gro", action="store_true", help="subscribers take coalesced datagrams")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args()
    native.build()
    load = Load(given.subscribers, given.seconds, given.packets, given.bytes, given.spread_ms, given.gro)
    outcome = asyncio.run(measure(load))
    print(msgspec.json.encode(outcome).decode() if given.json else table(outcome))
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
