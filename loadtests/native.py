"""The load generator's process: starts it, sends commands, waits for reports. The lines are those of `src/loadgen`.

Left out: signalling, which is `participant.py`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from loadtests.child import beside, first_line, run_child

ROOT = Path(__file__).parents[1]
BINARY = ROOT / "target" / "release" / "vdx-loadgen"
BUILD = ("cargo", "build", "--quiet", "--release", "--locked", "--package", "vdx-loadgen")
REPORT_TIMEOUT_S = 20.0
"""Longer than ICE and DTLS give up after."""
END_TIMEOUT_S = 5.0
MAX_LINE_BYTES = 64 * 1024 * 1024
"""Statistics of 3000 clients with 13 slots each are 20 MB."""


class Slot(msgspec.Struct, frozen=True):
    kind: str
    index: int
    mid: str
    ssrc: int
    rtx_ssrc: int


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of a source and its pace; the packets of a frame leave evenly over `spread_ms`, 0: at once."""

    rid: str = ""
    ssrc: int = 0
    rtx_ssrc: int = 0
    frames_per_s: int
    packets: int = 1
    bytes: int
    spread_ms: int = 0
    keyframe_packets: int = 0
    level: int = 25


class Source(msgspec.Struct, frozen=True):
    mid: str
    is_audio: bool
    layers: Sequence[Layer]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a client behaves; 0 ms: never."""

    sample: int = 100
    feedback_ms: int = 100
    report_ms: int = 1000
    nack: bool = False
    gro: bool = False
    picture_loss_ms: int = 0
    lose_incoming: int = 0
    """So many of 1000 packets that come are thrown away, as if lost on the way; the first of each slot is not."""
    lose_outgoing: int = 0
    tap: bool = False
    """Each packet that is opened is handed to `Generator.tapped` as it came, with the key in `Connected`."""


class Add(msgspec.Struct, frozen=True, kw_only=True, tag="add"):
    peer: int
    remote: str
    remote_ufrag: str
    remote_pwd: str
    remote_fingerprint: str
    local_ufrag: str
    cname: str
    payloads: dict[str, int]
    extensions: dict[str, int]
    slots: Sequence[Slot]
    sources: Sequence[Source]
    options: Options


class Start(msgspec.Struct, frozen=True, tag="start"):
    peer: int
    mid: str
    source: int


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    peer: int
    mid: str


class Choose(msgspec.Struct, frozen=True, tag="choose"):
    """The layers that are sent, by their place."""

    peer: int
    mid: str
    layers: Sequence[int]


class Bind(msgspec.Struct, frozen=True, tag="bind"):
    peer: int
    mid: str
    source: int


class Restart(msgspec.Struct, frozen=True, tag="restart"):
    peer: int
    remote_ufrag: str
    remote_pwd: str
    local_ufrag: str
    moves: bool
    """From another port, as after a change of network."""


class Remove(msgspec.Struct, frozen=True, tag="remove"):
    peer: int


class AskStats(msgspec.Struct, frozen=True, tag="stats"):
    peers: bool = False
    reset: bool = False


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    pass


Command = Add | Start | Stop | Choose | Bind | Restart | Remove | AskStats | Quit


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    fingerprint: str


class Connected(msgspec.Struct, frozen=True, tag="connected"):
    peer: int
    profile: int
    at_ns: int
    ice_us: int
    dtls_us: int
    key: str = ""
    """The server's master key and salt, hex, of a client with `tap`."""


class Packet(msgspec.Struct, frozen=True, tag="packet"):
    """Of a client with `tap`: one that is opened, hex."""

    peer: int
    mid: str
    is_again: bool
    """A retransmission (RFC 4588)."""
    data: str


class FirstPacket(msgspec.Struct, frozen=True, tag="first_packet"):
    peer: int
    mid: str
    source: int
    at_ns: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    peer: int
    reason: str
    detail: str


class RefusedLine(msgspec.Struct, frozen=True, tag="refused"):
    detail: str


class Delay(msgspec.Struct, frozen=True):
    count: int
    mean_us: int
    p50_us: int
    p95_us: int
    p99_us: int
    max_us: int
    buckets: Sequence[tuple[int, int]] = ()
    """Largest value and count of each that has any, so that several generators' can be added."""


class SlotStats(msgspec.Struct, frozen=True):
    peer: int
    mid: str
    kind: str
    index: int
    source: int
    longest_gap_us: int
    findings: dict[str, int]
    heard: Sequence[int] = ()
    """Every CSRC that came, right or not."""
    heard_us: int = 0
    """When the last packet with a source was read, monotonic; 0: none."""


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """The last of one who was removed."""

    peer: int
    slots: Sequence[SlotStats]


class Stats(msgspec.Struct, frozen=True, tag="stats"):
    at_ns: int
    cpu_ns: int
    peers: int
    connected: int
    findings: dict[str, int]
    faults: int
    delay: Delay
    lateness: dict[str, Delay]
    """`reordered`, `overtaken`, `recovered`: packets behind later ones, by how they came; `backwards`: content that was
    older than the one before; `own`: the generator's timers."""
    sent: dict[str, int]
    strays: int
    slots: Sequence[SlotStats]


Report = Hello | Connected | FirstPacket | Packet | Gone | Failed | RefusedLine | Stats
T = TypeVar("T", Connected, FirstPacket)


class GeneratorFailed(Exception):
    """The process ended, refused a command, or a client of it failed."""


class Generator:
    """A running generator. Not task-safe but for waiting."""

    def __init__(self, process: asyncio.subprocess.Process, fingerprint: str) -> None:
        self._process = process
        self.fingerprint = fingerprint
        """For the offers of all its clients."""
        self.failures: list[Failed | RefusedLine] = []
        self.connected: dict[int, Connected] = {}
        self.first_packets: dict[int, FirstPacket] = {}
        """The first of each client, of any slot."""
        self.tapped: Callable[[Packet], None] | None = None
        self.removed: Callable[[Gone], None] | None = None
        self._stats: asyncio.Queue[Stats] = asyncio.Queue(1)
        self._changed = asyncio.Condition()
        self._has_ended = False
        self._peers = 0

    def next_peer(self) -> int:
        """A name that was not used."""
        self._peers += 1
        return self._peers

    def send(self, command: Command) -> None:
        """Queues one command."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(command) + b"\n")

    async def until_connected(self, peer: int) -> Connected:
        """Raises: GeneratorFailed, TimeoutError."""
        return await self._until(peer, self.connected)

    async def until_first_packet(self, peer: int) -> FirstPacket:
        """Raises: GeneratorFailed, TimeoutError."""
        return await self._until(peer, self.first_packets)

    async def stats(self, *, peers: bool = False, reset: bool = False) -> Stats:
        """One question at a time. Raises: GeneratorFailed, TimeoutError."""
        self.send(AskStats(peers, reset))
        async with asyncio.timeout(REPORT_TIMEOUT_S):
            return await self._stats.get()

    async def _until(self, peer: int, told: dict[int, T]) -> T:
        def has_news() -> bool:
            return peer in told or self._has_ended or self._failure(peer) is not None

        async with asyncio.timeout(REPORT_TIMEOUT_S), self._changed:
            await self._changed.wait_for(has_news)
        if peer not in told:
            raise GeneratorFailed(str(self._failure(peer) or "the generator has ended"))
        return told[peer]

    def _failure(self, peer: int) -> Failed | None:
        failures = (failure for failure in self.failures if isinstance(failure, Failed) and failure.peer == peer)
        return next(failures, None)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        decoder = msgspec.json.Decoder(Report)
        while line := await self._process.stdout.readline():
            match decoder.decode(line):
                case Packet() as packet:
                    if self.tapped is not None:
                        self.tapped(packet)
                    continue
                case Gone() as gone:
                    if self.removed is not None:
                        self.removed(gone)
                case Connected() as connected:
                    self.connected[connected.peer] = connected
                case FirstPacket() as first:
                    self.first_packets.setdefault(first.peer, first)
                case (Failed() | RefusedLine()) as failure:
                    self.failures.append(failure)
                case Stats() as stats:
                    await self._stats.put(stats)
            async with self._changed:
                self._changed.notify_all()
        self._has_ended = True
        async with self._changed:
            self._changed.notify_all()


def build() -> None:
    """Builds the binary, which takes a minute the first time and nothing when it is there."""
    subprocess.run(BUILD, cwd=ROOT, check=True)


@contextlib.asynccontextmanager
async def run_generator() -> AsyncIterator[Generator]:
    """Starts the binary that has been built and ends it. Raises: GeneratorFailed when it is not there."""
    if not BINARY.exists():
        raise GeneratorFailed(f"the generator is not built: {' '.join(BUILD)}")
    async with run_child(BINARY, line_bytes=MAX_LINE_BYTES, directory=ROOT) as process:
        hello = msgspec.json.decode(await first_line(process, REPORT_TIMEOUT_S), type=Hello)
        generator = Generator(process, hello.fingerprint)
        async with beside(generator._read(), "generator-reports") as reader:
            yield generator
            generator.send(Quit())
            async with asyncio.timeout(END_TIMEOUT_S):
                await reader
                code = await process.wait()
            if code != 0:
                raise GeneratorFailed(f"the generator ended with {code}")
