"""A client process: many participants in one event loop, with a native generator of their own.

    python -m loadtests.run.client      (started by `clients`; lines as in `wire`)

Each request is a task, so that a slow join holds up nobody. Left out: what the participants do, which the engine says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec
from socketio.exceptions import SocketIOError

from loadtests import native
from loadtests.participant import MICROPHONE, Participant, Refused, camera, connect, simulcast
from loadtests.run import wire
from loadtests.run.distribution import Distribution, of_buckets
from loadtests.run.level import CLIENTS, GENERATORS
from loadtests.run.opened import Opener

HEARTBEAT_S = 1.0
TICK_S = 0.05
"""Between two looks at how late this process's own event loop is."""
KEPT_EVENTS = 256
"""Of a seat, for `Await`."""
CHAT = "load test "
"""What a timed line begins with; the rest is when it was written."""
FRAMES_PER_S = 30
BITRATES_BPS = {180: 150_000, 360: 500_000, 540: 900_000, 720: 1_500_000, 1080: 3_000_000}
"""Of a picture of this height without simulcast."""
SCREEN_BPS = 300_000
SCREEN_FRAMES_PER_S = 5
TILE_RATIO = 16 / 9


class Seat:
    """One participant here."""

    def __init__(self, number: int, participant: Participant) -> None:
        self.number = number
        self.participant = participant
        self.events: deque[tuple[int, dict[str, Any]]] = deque(maxlen=KEPT_EVENTS)
        self.changed = asyncio.Event()
        self.bound: dict[tuple[str, int], tuple[int, int]] = {}
        """Source and since when, of each slot."""
        self.bind(participant.bindings)

    def bind(self, bindings: list[dict[str, Any]]) -> None:
        now_ns = time.monotonic_ns()
        for one in bindings:
            place, source = (one["kind"], one["index"]), one["source"]
            if self.bound.get(place, (None, 0))[0] != source:
                self.bound[place] = (source, now_ns)

    def keep(self, event: dict[str, Any]) -> None:
        self.events.append((time.monotonic_ns(), event))
        self.changed.set()
        self.changed = asyncio.Event()


class Client:
    """All of this process."""

    def __init__(
        self, generator: native.Generator, http: aiohttp.ClientSession, say: Callable[[wire.Line], None]
    ) -> None:
        self._generator = generator
        self._http = http
        self._say = say
        self._seats: dict[int, Seat] = {}
        self._by_peer: dict[int, int] = {}
        self._began_ns: dict[int, int] = {}
        """Of each generator's client whose first packet has not been counted."""
        self._measures: dict[str, Distribution] = {}
        self._opener = Opener()
        self._asking = asyncio.Lock()
        """The generator answers one question at a time."""
        self._packets = self._lost = self._faults = 0
        """Of earlier reports."""
        generator.tapped = self._opener.take
        generator.removed = self._on_removed
        self._leaving: dict[int, Seat] = {}
        """By the generator's client, until it has told its last."""
        self._failed: list[str] = []
        """Media of those who left later: who left before has not failed, for the server may say goodbye as well."""
        self._gone: list[wire.SeatFound] = []
        """Of those who left since the last report."""

    def note(self, name: str, seconds: float) -> None:
        self._measures.setdefault(name, Distribution()).record(seconds)

    async def serve(self, request: wire.Request) -> None:
        """Answers it, whatever happens."""
        try:
            body = await self._do(request)
            reply = wire.Reply(id=request.id, body=msgspec.Raw(msgspec.json.encode(body)))
        except Refused as error:
            reply = wire.Reply(id=request.id, error=f"refused {error}")
        except TimeoutError:
            reply = wire.Reply(id=request.id, error="timeout")
        except native.GeneratorFailed as error:
            reply = wire.Reply(id=request.id, error=f"media: {error}")
        except KeyError as error:
            reply = wire.Reply(id=request.id, error=f"nobody has {error}")
        except (SocketIOError, aiohttp.ClientError, OSError, ValueError) as error:
            reply = wire.Reply(id=request.id, error=f"{type(error).__name__}: {error}"[:200])
        self._say(reply)

    async def _do(self, request: wire.Request) -> object:
        match request:
            case wire.Join():
                return await self._join(request)
            case wire.Send():
                return await self._seats[request.seat].participant.send(request.message)
            case wire.SetSource():
                await self._seats[request.seat].participant.set_source(request.kind, active=request.active)
            case wire.Talk():
                self._seats[request.seat].participant.talk("microphone", sends=request.sends)
            case wire.Chat():
                text = f"{CHAT}{time.monotonic_ns()}"
                await self._seats[request.seat].participant.send({"type": "writeChat", "to": "all", "text": text})
            case wire.Leave():
                await self._leave(request)
            case wire.RestartIce():
                await self._seats[request.seat].participant.restart_ice(moves=request.moves)
            case wire.Await():
                return await self._await(request)
            case wire.AskReport():
                return await self._report()
            case wire.Quit():
                for seat in list(self._seats.values()):
                    with contextlib.suppress(TimeoutError, SocketIOError, OSError):
                        await seat.participant.disconnect()
        return None

    async def _join(self, request: wire.Join) -> wire.Joined:
        participant = await connect(
            self._generator, request.url, request.link, request.name,
            video_slots=request.video_slots, http=self._http, session=request.session,
        )  # fmt: skip
        try:
            if participant.joined["type"] != "joined":
                raise Refused(participant.joined["type"])
            seat = Seat(request.seat, participant)
            participant.on_event = lambda event: self._on_event(seat, event)
            participant.on_disconnect(lambda: seat.keep({"type": "disconnected"}))
            self.note("join_s", (participant.joined_ns - participant.began_ns) / 1e9)
            if request.media:
                await self._connect_media(participant, request)
        except BaseException:
            await participant.disconnect()
            raise
        self._seats[request.seat] = seat
        joined = participant.joined
        kinds = request.publishes if request.media else ()
        return wire.Joined(
            participant=joined["participantId"],
            session=joined["session"],
            sources={kind: participant.source_id(kind) for kind in kinds},
            slots=joined["media"]["slots"] if request.media and request.subscribes else {},
        )

    async def _connect_media(self, participant: Participant, request: wire.Join) -> None:
        encodings = participant.joined["media"]["camera"]
        if request.simulcast and len(encodings) > 1:
            wanted = [one for one in encodings if request.height / one["scaleResolutionDownBy"] >= 90]
            picture = simulcast(wanted or encodings[:1])
        else:
            nearest = min(BITRATES_BPS, key=lambda height: abs(height - request.height))
            picture = camera(BITRATES_BPS[nearest], FRAMES_PER_S)
        self._by_peer[participant.peer] = request.seat
        if request.expects_packets:
            self._began_ns[participant.peer] = participant.began_ns
        await participant.connect_media(
            microphone=MICROPHONE if "microphone" in request.publishes else None,
            picture=picture if "camera" in request.publishes else (),
            screen=camera(SCREEN_BPS, SCREEN_FRAMES_PER_S) if "screen" in request.publishes else (),
            options=native.Options(
                nack=True, tap=request.tap, lose_incoming=request.lose_incoming, lose_outgoing=request.lose_outgoing
            ),
            slots=None if request.subscribes else (0, 0),
        )
        if request.subscribes:
            await participant.show_all(round(request.tile_height * TILE_RATIO), request.tile_height)
        connected = await self._generator.until_connected(participant.peer)
        if request.tap:
            self._opener.begin(connected)
        self.note("media_s", (connected.at_ns - participant.began_ns) / 1e9)

    def _on_event(self, seat: Seat, event: dict[str, Any]) -> None:
        if event["type"] == "bindings":
            seat.bind(event["bindings"])
        elif event["type"] == "chat" and event["text"].startswith(CHAT):
            if event["participantId"] != seat.participant.joined["participantId"]:
                self.note("signalling_delay_s", (time.monotonic_ns() - int(event["text"][len(CHAT) :])) / 1e9)
            return
        seat.keep(event)

    async def _leave(self, request: wire.Leave) -> None:
        seat = self._seats.pop(request.seat)
        self._count_first_packets()
        self._opener.end(seat.participant.peer)
        peer = seat.participant.peer
        self._failed += [str(one) for one in self._generator.failures if getattr(one, "peer", None) == peer]
        if self._by_peer.pop(peer, None) is not None:
            self._leaving[seat.participant.peer] = seat
        self._began_ns.pop(seat.participant.peer, None)
        if not request.says_goodbye:
            await seat.participant.vanish()
            return
        try:
            await seat.participant.leave()
        finally:
            await seat.participant.disconnect()

    async def _await(self, request: wire.Await) -> wire.Event:
        seat = self._seats[request.seat]
        async with asyncio.timeout(request.within_s):
            while True:
                for at_ns, event in list(seat.events):
                    is_it = at_ns >= request.since_ns and event["type"] == request.event
                    if is_it and all(event.get(name) == value for name, value in request.fields.items()):
                        return wire.Event(at_ns=at_ns, body=event)
                await seat.changed.wait()

    def _count_first_packets(self) -> None:
        for peer, began_ns in list(self._began_ns.items()):
            first = self._generator.first_packets.get(peer)
            if first is not None:
                self.note("first_packet_s", (first.at_ns - began_ns) / 1e9)
                del self._began_ns[peer]

    async def _report(self) -> wire.Report:
        self._count_first_packets()
        async with self._asking:
            stats = await self._generator.stats(peers=True, reset=True)
            self._packets += stats.findings["packets"]
            self._lost += stats.findings["lost"]
            self._faults += stats.faults
        measures = self._measures
        opener = self._opener
        for name, delay in (("one_way_s", stats.delay), *lateness(stats)):
            if delay.count:
                measures[name] = of_buckets(delay.buckets, delay.mean_us, delay.max_us)
        findings = {
            **stats.findings,
            "strays": stats.strays,
            "libsrtp_opened": opener.opened,
            "libsrtp_refused": opener.refused,
            "libsrtp_wrong": opener.wrong,
        }
        report = wire.Report(
            at_ns=time.monotonic_ns(),
            cpu_ns=time.process_time_ns(),
            generator_cpu_ns=stats.cpu_ns,
            findings=findings,
            faults=stats.faults + opener.refused + opener.wrong,
            sent=stats.sent,
            measures=measures,
            failures=[*self._failed, *(str(one) for one in self._generator.failures if self._is_here(one))],
            seats=self._found(stats),
            gone=self._gone,
        )
        # Each is told once.
        self._measures, self._gone = {}, []
        opener.opened = opener.refused = opener.wrong = 0
        return report

    def _found(self, stats: native.Stats) -> list[wire.SeatFound]:
        by_seat: dict[int, list[wire.SlotFound]] = {}
        for slot in stats.slots:
            seat = self._seats.get(self._by_peer.get(slot.peer, -1))
            if seat is not None:
                by_seat.setdefault(seat.number, []).append(slot_found(seat, slot))
        return [wire.SeatFound(number, slots) for number, slots in by_seat.items()]

    def _is_here(self, failure: native.Failed | native.RefusedLine) -> bool:
        return isinstance(failure, native.RefusedLine) or failure.peer in self._by_peer

    def _on_removed(self, gone: native.Gone) -> None:
        seat = self._leaving.pop(gone.peer, None)
        if seat is not None:
            self._gone.append(wire.SeatFound(seat.number, [slot_found(seat, slot) for slot in gone.slots]))

    async def tick(self) -> None:
        """Until cancelled: how much later than asked for this loop comes back."""
        while True:
            due_s = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            self.note(CLIENTS, max(0.0, time.monotonic() - due_s))

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            async with self._asking:
                stats = await self._generator.stats()
            self._say(
                wire.Heartbeat(
                    at_ns=time.monotonic_ns(),
                    cpu_ns=time.process_time_ns(),
                    generator_cpu_ns=stats.cpu_ns,
                    seats=len(self._seats),
                    connected=stats.connected,
                    packets=self._packets + stats.findings["packets"],
                    lost=self._lost + stats.findings["lost"],
                    faults=self._faults + stats.faults,
                )
            )


def lateness(stats: native.Stats) -> list[tuple[str, native.Delay]]:
    """By the measure's name."""
    return [(GENERATORS if name == "own" else f"{name}_s", delay) for name, delay in stats.lateness.items()]


def slot_found(seat: Seat, slot: native.SlotStats) -> wire.SlotFound:
    bound, bound_ns = seat.bound.get((slot.kind, slot.index), (0, 0))
    findings = slot.findings
    return wire.SlotFound(
        slot.kind, slot.index, findings["packets"], findings["lost"], slot.longest_gap_us, tuple(slot.heard),
        bound, bound_ns,
    )  # fmt: skip


def say(line: wire.Line) -> None:
    """Blocking, as the engine reads at once."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


async def run() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=wire.MAX_LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    decoder = msgspec.json.Decoder(wire.Request)
    async with (
        native.run_generator() as generator,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        asyncio.TaskGroup() as tasks,
    ):
        client = Client(generator, http, say)
        say(wire.Ready(pid=os.getpid()))
        own = [tasks.create_task(work, name="own") for work in (client.beat(), client.tick())]
        while line := await reader.readline():
            request = decoder.decode(line)
            if isinstance(request, wire.Quit):
                for task in own:
                    task.cancel()
                await client.serve(request)
                break
            tasks.create_task(client.serve(request), name=type(request).__name__)
        for task in own:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(run())
