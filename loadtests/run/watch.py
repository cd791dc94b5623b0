"""What is found while a scenario plays: the client processes' reports added up, each seat compared with who is there.

Left out: what of it is good enough (`level`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from loadtests.run import wire
from loadtests.run.clients import ClientProcess
from loadtests.run.distribution import Distribution
from loadtests.run.hub import Hub
from loadtests.run.level import GENERATORS, SERVER
from loadtests.run.results import Moment, Spent
from loadtests.run.seat import Seat
from loadtests.run.waits import Waits

HOLDING = "holding"
"""The phase whose one-way delays and losses are judged."""
MOMENT_S = 1.0
SETTLE_NS = 3_000_000_000
"""After a change in a room, until everybody must have got what he is to get."""
HEARD_AT_ONCE = 3
"""Others, in full; of more the loudest."""
MAX_COMPLAINTS = 50
KINDS = {"speaker": ("microphone",), "programme": ("screenAudio",), "video": ("camera", "screen")}
"""What may come in a slot."""


class Look(msgspec.Struct, frozen=True):
    """All so far."""

    at_s: float
    packets: int
    lost: int
    spent: Spent


class Watch:
    """Not task-safe but for looks, which wait for one another."""

    def __init__(self, hub: Hub, clients: Sequence[ClientProcess]) -> None:
        self._hub = hub
        self._clients = clients
        self.began_s = time.monotonic()
        self.counts: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.measures: dict[str, Distribution] = {}
        self.failures: dict[int, list[str]] = {}
        """Of each generator's clients."""
        self.complaints: dict[str, list[str]] = {"foreign": [], "missing": []}
        self.complained: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        """Packets and losses of the phases that are judged."""
        self.moments: list[Moment] = []
        self.judges_next = False
        """At the next look, everybody is to have got what he is to get."""
        self._seats: dict[int, Seat] = {}
        self._owners: dict[int, tuple[Seat, str]] = {}
        self._foreign: set[tuple[int, int]] = set()
        self._looking = asyncio.Lock()
        self._looked_ns = time.monotonic_ns()
        self.waits = Waits(hub)

    def add(self, seat: Seat) -> None:
        self._seats[seat.number] = seat
        for kind, source in seat.sources.items():
            self._owners[source] = (seat, kind)

    def note(self, name: str, seconds: float) -> None:
        self.measures.setdefault(name, Distribution()).record(seconds)

    async def look(self, phase: str) -> Look:
        """Asks all clients, and adds what they found to what is known. Raises: ClientFailed."""
        async with self._looking:
            asked = [client.ask(wire.AskReport(id=client.next_id()), wire.Report) for client in self._clients]
            reports = await asyncio.gather(*asked)
            python_s, relay_s = await self._hub.spent_s()
            self._keep(self.waits.take(), phase)
            for at, report in enumerate(reports):
                self._take(at, report, phase)
            self._compare(reports)
            self._looked_ns = min(report.at_ns for report in reports)
            spent = Spent(
                python_s,
                relay_s,
                sum(report.cpu_ns for report in reports) / 1e9,
                sum(report.generator_cpu_ns for report in reports) / 1e9,
            )
            return Look(time.monotonic(), self.counts["packets"], self.counts["lost"], spent)

    def _take(self, at: int, report: wire.Report, phase: str) -> None:
        self.counts.update(report.findings)
        self.counts["faults"] += report.faults
        self.sent.update(report.sent)
        self.failures[at] = report.failures
        if phase == HOLDING:
            self.held.update({name: report.findings[name] for name in ("packets", "lost")})
            pictures = [slot for found in report.seats for slot in found.slots if slot.kind == "video"]
            self.held["picture_packets"] += sum(slot.packets for slot in pictures)
            self.held["picture_lost"] += sum(slot.lost for slot in pictures)
        self._keep(report.measures, phase)

    def _keep(self, measures: Mapping[str, Distribution], phase: str) -> None:
        """Lateness by itself, too, of the phases whose pauses are judged."""
        for name, measure in measures.items():
            told = f"one_way_{phase}_s" if name == "one_way_s" and phase != HOLDING else name
            self.measures.setdefault(told, Distribution()).add(measure)
            if name in (GENERATORS, SERVER) and (phase == HOLDING or self.judges_next):
                self.measures.setdefault(f"{name}_{HOLDING}", Distribution()).add(measure)

    # ── Who got what ───────────────────────────────────────────────────────────────────────────────────────────────

    def _compare(self, reports: Sequence[wire.Report]) -> None:
        judges, self.judges_next = self.judges_next, False
        for report in reports:
            for found in (*report.seats, *report.gone):
                seat = self._seats[found.seat]
                for slot in found.slots:
                    self._look_for_foreign(seat, slot)
            for found in report.seats:
                seat = self._seats[found.seat]
                if judges and seat in seat.room.seats:
                    self._note_gaps(found)
                    if report.at_ns - seat.since_ns > SETTLE_NS:
                        self._look_for_missing(seat, found, report.at_ns)

    def _look_for_foreign(self, seat: Seat, slot: wire.SlotFound) -> None:
        for source in slot.heard:
            owner, kind = self._owners.get(source, (None, ""))
            is_right = (
                owner is not None
                and owner.room is seat.room
                and owner is not seat
                and kind in KINDS[slot.kind]
                and seat.room.may_get(seat, owner)
            )
            if not is_right and (seat.number, source) not in self._foreign:
                self._foreign.add((seat.number, source))
                whose = f"{kind} of {owner.name}" if owner is not None else "a source that nobody has"
                self._complain("foreign", f"{seat.name} got {whose} in {slot.kind} slot {slot.index}")

    def _note_gaps(self, found: wire.SeatFound) -> None:
        """Of pictures that were in their slot all the time."""
        for slot in found.slots:
            if slot.kind == "video" and slot.bound and slot.bound_ns < self._looked_ns and slot.packets:
                self.note("gap_s", slot.longest_gap_us / 1e6)

    def _look_for_missing(self, seat: Seat, found: wire.SeatFound, at_ns: int) -> None:
        others = [other for other in seat.room.seats if other is not seat and seat.room.may_get(seat, other)]
        shown = sum(
            slot.kind == "video" and slot.bound != 0 and (slot.packets > 0 or at_ns - slot.bound_ns < SETTLE_NS)
            for slot in found.slots
        )
        cameras = sum("camera" in other.active for other in others)
        screens = any("screen" in other.active for other in others)  # Of several the newest has a place in any case.
        due = min(seat.slots.get("video", 0), cameras + screens)
        if shown < due:
            self._complain("missing", f"{seat.name} got {shown} of {due} pictures", due - shown)
        if at_ns - seat.room.talked_ns < SETTLE_NS:
            return
        speakers = [slot for slot in found.slots if slot.kind == "speaker"]
        talking = [other for other in others if "microphone" in other.active and other.is_talking]
        heard = sum(slot.packets > 0 for slot in speakers)
        due = min(len(speakers), len(talking), HEARD_AT_ONCE)
        if heard < due:
            self._complain("missing", f"{seat.name} got {heard} of {due} voices", due - heard)
        if len(others) <= HEARD_AT_ONCE:
            known = {source for slot in speakers for source in slot.heard}
            silent = [other.name for other in talking if other.sources["microphone"] not in known]
            if silent and speakers:
                self._complain("missing", f"{seat.name} never heard {', '.join(silent)}", len(silent))

    def _complain(self, kind: str, text: str, count: int = 1) -> None:
        self.complained[kind] += count
        if len(self.complaints[kind]) < MAX_COMPLAINTS:
            self.complaints[kind].append(text)

    # ── Second by second ───────────────────────────────────────────────────────────────────────────────────────────

    async def sample(self, tell: asyncio.Queue[Moment] | None = None) -> None:
        """A moment each second, until cancelled; `tell` gets it when it has room."""
        for client in self._clients:
            await client.has_beaten.wait()
        spent, beats, at_s = await self._spent(), self._beats(), time.monotonic()
        while True:
            await asyncio.sleep(MOMENT_S)
            before, beats_before, before_s = spent, beats, at_s
            spent, beats, at_s = await self._spent(), self._beats(), time.monotonic()
            took_s = at_s - before_s
            of = spent.since(before)
            moment = Moment(
                at_s=at_s - self.began_s,
                seats=beats["seats"],
                packets_per_s=max(0, beats["packets"] - beats_before["packets"]) / took_s,
                lost_per_s=max(0, beats["lost"] - beats_before["lost"]) / took_s,
                faults=beats["faults"],
                python=of.python_s / took_s,
                relay=of.relay_s / took_s,
                clients=max(0.0, of.clients_s / took_s),
                generators=max(0.0, of.generators_s / took_s),
            )
            self.moments.append(moment)
            if tell is not None and not tell.full():
                tell.put_nowait(moment)

    def _beats(self) -> Counter[str]:
        sums: Counter[str] = Counter()
        for client in self._clients:
            if (beat := client.heartbeat) is not None:
                sums.update(
                    seats=beat.seats, packets=beat.packets, lost=beat.lost, faults=beat.faults,
                    cpu_ns=beat.cpu_ns, generator_cpu_ns=beat.generator_cpu_ns,
                )  # fmt: skip
        return sums

    async def _spent(self) -> Spent:
        python_s, relay_s = await self._hub.spent_s()
        beats = self._beats()
        return Spent(python_s, relay_s, beats["cpu_ns"] / 1e9, beats["generator_cpu_ns"] / 1e9)
