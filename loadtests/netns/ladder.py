"""The ladder of networks: two people in one call, whose wires become bad in every way in turn, and good in between.

Anna publishes a film of 30 frames per second and a voice; Bent watches. Loss, bursts, delay and jitter are on both
directions of both wires, so that what asks for lost packets is lost, too; a rate is one person's. Opening a call costs
more than what is tried in it: two Chromiums do for all rungs, and two Firefoxes for theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from loadtests.netns.call import HTTPS_PORT, MEDIA_PORT, Call, Person, Viewer, call
from loadtests.netns.camera import HEIGHT
from loadtests.netns.conditions import BASE, Blocked, Conditions
from loadtests.netns.network import RELAY_ADDRESS, SERVER_ADDRESS
from loadtests.netns.readings import tallest
from loadtests.netns.verdict import Seen, Verdict, judge
from tests.browser.pages import eventually

SETTLE_S, RATE_SETTLE_S = 4.0, 8.0
"""Until a change has been taken in; a rate has to be found."""
WINDOW_S = 10.0
SHOWS_AGAIN_S = 30.0
"""After a change of the way; more is never."""
JOIN_LIMIT_S = 20.0
RECOVER_LIMIT_S = 30.0
JUDGED_SLOWDOWN = 4.0
MEDIA_WAYS = (f"{SERVER_ADDRESS}:{MEDIA_PORT}", f"{RELAY_ADDRESS}:{HTTPS_PORT}")
"""The second is for those who have nothing but TCP 443."""


@dataclass(frozen=True)
class Row:
    """Of the table."""

    group: str
    name: str
    seen: Seen
    at_change_s: float | None = None
    """The longest stand-still until it had settled; of a join, until the picture was there."""
    note: str = ""
    load: float = 0.0
    """Of the machine, at the end."""
    slowdown: float = 1.0
    """By which browsers and server were slower than on a machine that has time for them."""

    @property
    def verdict(self) -> Verdict | None:
        """None: the machine had so little time for it that the network is not to be judged by it."""
        return judge(self.seen) if self.slowdown <= JUDGED_SLOWDOWN else None


@dataclass(frozen=True)
class Rung:
    """What is done to wires that stay what they are otherwise. Absent: BASE."""

    group: str
    name: str
    both: Conditions | None = None
    """Each direction of Anna's wire and of Bent's."""
    uplink: Conditions | None = None
    """Of her who publishes."""
    downlink: Conditions | None = None
    """Of him who watches."""
    settle_s: float = SETTLE_S


LOSSES = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20)
BURSTS = (0.02, 0.05)
BURST_PACKETS = 4.0
RTTS_MS = (100, 300, 500)
JITTER_MS = 30.0
DOWN_KBPS = (2000, 1000, 500, 300, 150)
UP_KBPS = (1000, 500, 300, 150)
NOTHING = Rung("nothing", "nothing wrong")


def rungs() -> list[Rung]:
    """Those on which a call goes on by the same way."""
    made = [NOTHING]
    made += [Rung("loss", f"{share:.0%} lost", replace(BASE, loss=share)) for share in LOSSES]
    made += [
        Rung(
            "loss",
            f"{share:.0%} lost in bursts of {BURST_PACKETS:g}",
            replace(BASE, loss=share, burst_packets=BURST_PACKETS),
        )
        for share in BURSTS
    ]
    made += [Rung("delay", f"{rtt} ms to the server and back", replace(BASE, delay_ms=rtt / 2)) for rtt in RTTS_MS]
    made += [Rung("delay", f"jitter of {JITTER_MS:g} ms", replace(BASE, jitter_ms=JITTER_MS))]
    made += [
        Rung("rate", f"viewer's downlink of {kbps} kbit/s", downlink=_narrow(kbps), settle_s=RATE_SETTLE_S)
        for kbps in DOWN_KBPS
    ]
    made += [
        Rung("rate", f"publisher's uplink of {kbps} kbit/s", uplink=_narrow(kbps), settle_s=RATE_SETTLE_S)
        for kbps in UP_KBPS
    ]
    return made


def _narrow(kbps: int) -> Conditions:
    return replace(BASE, rate_bps=1000.0 * kbps)


@dataclass
class Table:
    """Rows as they come."""

    said: Callable[[Row], None]
    only: str = ""
    """Rows whose name contains this; all by default."""
    rows: list[Row] = field(default_factory=list)

    def is_wanted(self, name: str) -> bool:
        return self.only in name

    def add(self, row: Row, slowdown: float) -> None:
        self.rows.append(replace(row, load=os.getloadavg()[0], slowdown=slowdown))
        self.said(self.rows[-1])

    def amend(self, note: str) -> None:
        """Of the row that came last."""
        self.rows[-1] = replace(self.rows[-1], note=note)
        self.said(self.rows[-1])


async def climb(table: Table) -> None:
    """All rungs; raises: Unsuitable."""
    async with _room() as made:
        anna = await made.join("Anna", up=BASE, down=BASE)
        bent = await made.join("Bent", watches_only=True, up=BASE, down=BASE)
        await _shows(bent)
        for rung in rungs():
            if table.is_wanted(rung.name):
                await _try(table, rung, anna, bent)
        await _new_ways(table, "", anna, bent)
        await _joins(table, "", anna, bent)
        await bent.leave()
        await _with_firefox(table, made, anna)


def _room() -> contextlib.AbstractAsyncContextManager[Call]:
    return call({"VDX_MEDIA_BINDS": ",".join(MEDIA_WAYS)})


async def _with_firefox(table: Table, made: Call, anna: Person) -> None:
    watching = [NOTHING, _loss_5()]
    names = [f"Firefox watches: {name}" for name in (*(rung.name for rung in watching), NEW_ADDRESS, NO_UDP, ONLY_443)]
    if any(map(table.is_wanted, names)):
        async with made.firefox("Bent", watches_only=True, up=BASE, down=BASE) as bent:
            await _shows(bent)
            for rung in watching:
                if table.is_wanted(f"Firefox watches: {rung.name}"):
                    await _try(table, rung, anna, bent, prefix="Firefox watches: ")
            await _new_ways(table, "Firefox watches: ", anna, bent)
        for name, blocked in CLOSED:
            if table.is_wanted(f"Firefox watches: {name}"):
                shut = replace(BASE, blocked=blocked)
                async with made.firefox("Bent", watches_only=True, up=shut, down=shut) as bent:
                    await _joined(table, f"Firefox watches: {name}", anna, bent)
    await anna.leave()
    publishing = [NOTHING, _loss_5()]
    if any(table.is_wanted(f"Firefox publishes: {rung.name}") for rung in publishing):
        async with made.firefox("Bent", up=BASE, down=BASE) as bent:
            clara = await made.join("Clara", watches_only=True, up=BASE, down=BASE)
            await _shows(clara)
            for rung in publishing:
                if table.is_wanted(f"Firefox publishes: {rung.name}"):
                    await _try(table, rung, bent, clara, prefix="Firefox publishes: ")


def _loss_5() -> Rung:
    return next(rung for rung in rungs() if rung.name == "5% lost")


async def _shows(viewer: Viewer) -> None:
    await viewer.time_to_picture_s()
    await asyncio.sleep(SETTLE_S)


async def _both(anna: Viewer, bent: Viewer, during: Callable[[], Awaitable[None]]) -> tuple[float, Seen, float, float]:
    """What was seen in the last WINDOW_S of a recording of what happens: with the longest stand-still before that,
    the slowdown of the machine, and when it began on Bent's clock."""
    began = await bent.start()
    await anna.start()
    await during()
    settled, hers = await bent.now(), await anna.now()
    await asyncio.sleep(WINDOW_S)
    told, published = await bent.stop(), (await anna.stop()).reading(hers)
    before = told.reading(began, settled).longest_freeze_s if settled - began > 1 else 0.0
    return before, Seen.of(told.reading(settled), published), told.machine.slowdown, began


async def _try(table: Table, rung: Rung, anna: Viewer, bent: Viewer, *, prefix: str = "") -> None:
    async def change() -> None:
        anna.client.wire.set(up=rung.uplink or rung.both or BASE, down=rung.both or BASE)
        bent.client.wire.set(up=rung.both or BASE, down=rung.downlink or rung.both or BASE)
        await asyncio.sleep(rung.settle_s)

    before_s, seen, slowdown, _ = await _both(anna, bent, change)
    table.add(Row(rung.group, prefix + rung.name, seen, before_s), slowdown)
    back_s = await _recover(anna, bent, HEIGHT if not prefix else 1)
    if back_s is None:
        stood = "; ".join([f"{one.name} {await _standing(one)}" for one in (anna, bent)])
        table.amend(f"not as before {RECOVER_LIMIT_S:g} s after: {stood}")
        for someone in (anna, bent):
            if isinstance(someone, Person):
                await someone.load_again()
        await _shows(bent)


async def _standing(someone: Viewer) -> str:
    """What the page takes its call for, and the browser its connections."""
    phase = await someone.page.evaluate("document.querySelector('vdx-app').call.getState().phase")
    states = await someone.page.evaluate("observe.connections.map((one) => one.connectionState)")
    return ", ".join([phase, *states])


async def _recover(anna: Viewer, bent: Viewer, lines: int) -> float | None:
    """Every wire is good again: how long until the picture has its size; none when it never has."""
    for someone in (anna, bent):
        someone.client.wire.set(up=BASE, down=BASE)
    began = asyncio.get_running_loop().time()

    async def seen() -> int:
        return tallest(await bent.sample())

    with contextlib.suppress(AssertionError):
        await eventually(seen, lambda now: now >= lines, within_s=RECOVER_LIMIT_S)
        return asyncio.get_running_loop().time() - began
    return None


# ── another way in the middle of a call ───────────────────────────────────────────────────────────────────────────

NEW_ADDRESS, REBOUND, TOLD = "another address", "NAT forgets its mappings", "another address, and the browser says so"


async def _new_ways(table: Table, prefix: str, anna: Viewer, bent: Viewer) -> None:
    async def move() -> None:
        bent.client.change_address()

    async def move_and_tell() -> None:
        bent.client.change_address()
        await bent.page.evaluate("void dispatchEvent(new Event('online'))")

    async def rebind() -> None:
        bent.client.wire.rebind()

    changes = [(NEW_ADDRESS, move), (TOLD, move_and_tell)]
    for name, change in changes:
        if table.is_wanted(prefix + name):
            await _moves(table, prefix + name, anna, bent, change)
    if table.is_wanted(prefix + REBOUND):
        # A NAT that comes into being is a way that changes, too.
        bent.client.put_behind_nat()
        await _again(bent, await bent.now())
        await asyncio.sleep(SETTLE_S)
        await _moves(table, prefix + REBOUND, anna, bent, rebind)


async def _moves(table: Table, name: str, anna: Viewer, bent: Viewer, change: Callable[[], Awaitable[None]]) -> None:
    gap_s: float | None = None

    async def during() -> None:
        nonlocal gap_s
        moved = await bent.now()
        await change()
        gap_s = await _again(bent, moved)
        await asyncio.sleep(SETTLE_S)

    before_s, seen, slowdown, _ = await _both(anna, bent, during)
    note = "never shown again" if gap_s is None else f"shown again after {before_s:.1f} s"
    table.add(Row("way", name, seen, before_s, note), slowdown)


STANDS_S = 1.5
"""By then the picture stands, if it will."""


async def _again(bent: Viewer, moved: float) -> float | None:
    """How long until frames come again after a stand-still; none when they never do."""
    await asyncio.sleep(STANDS_S)

    async def is_moving() -> bool:
        shown: bool = await bent.page.evaluate("recorder.firstSince(recorder.now() - 0.3) !== null")
        return shown

    with contextlib.suppress(AssertionError):
        await eventually(is_moving, bool, within_s=SHOWS_AGAIN_S)
        return await bent.now() - moved
    return None


# ── a way that is closed from the beginning ───────────────────────────────────────────────────────────────────────

NO_UDP, ONLY_443 = "UDP blocked", "all but TCP 443 blocked"
CLOSED: Sequence[tuple[str, Blocked]] = ((NO_UDP, Blocked.UDP), (ONLY_443, Blocked.ALL_BUT_TCP_443))


async def _joins(table: Table, prefix: str, anna: Viewer, bent: Person) -> None:
    for name, blocked in CLOSED:
        if table.is_wanted(prefix + name):
            shut = replace(BASE, blocked=blocked)
            bent.client.wire.set(up=shut, down=shut)
            await bent.load_again()
            await _joined(table, prefix + name, anna, bent)
            bent.client.wire.set(up=BASE, down=BASE)


async def _joined(table: Table, name: str, anna: Viewer, bent: Viewer) -> None:
    took_s = float("inf")
    with contextlib.suppress(AssertionError):
        took_s = await bent.time_to_picture_s(within_s=JOIN_LIMIT_S)

    async def settle() -> None:
        await asyncio.sleep(SETTLE_S)

    _, seen, slowdown, _ = await _both(anna, bent, settle)
    pair = (await bent.sample())["pair"] or {}
    way = pair.get("relayProtocol") or pair.get("protocol")
    table.add(Row("way", name, seen, took_s, f"picture after {took_s:.1f} s, over {way}"), slowdown)
