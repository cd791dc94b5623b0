"""Runs one scenario: server, client processes, the play, and the results. Left out: flags and files (`command`)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import msgspec

from loadtests import native
from loadtests.run import level, results
from loadtests.run.clients import run_client
from loadtests.run.flags import Flags
from loadtests.run.hub import Hub, known_hub, run_hub
from loadtests.run.results import Moment, Results
from loadtests.run.scenario import Scenario
from loadtests.run.stage import Stage
from loadtests.run.watch import HOLDING, Watch

BUSY_SHARE = 0.9
"""Of one core: a generator that takes more measures itself."""
ACCOUNT = {
    "vdx_relay_pictures_paused_total": "paused for want of bandwidth",
    "vdx_relay_pictures_shed_total": "ended until a keyframe",
    "vdx_relay_layer_downs_total": "layers down",
    "vdx_relay_layer_ups_total": "layers up",
    "vdx_media_freezes_total": "stood still for a second",
    'vdx_overload_shed_total{what="video"}': "given up for overload",
}
"""What a server says that it did to pictures, by which a pause is its own or not."""
SECRETS = ("key",)
"""Flags that no report has."""


async def run(scenario: Scenario, flags: Flags, tell: Callable[[Moment], None] = lambda _: None) -> Results:
    """Raises: what the server or a client process fails with; what befalls a participant is counted."""
    began, began_s = datetime.now(UTC), time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        settings = {**scenario.settings, **flags.settings}
        made = known_hub(flags.url, flags.key) if flags.url else run_hub(settings, flags.workers)
        hub: Hub = await stack.enter_async_context(made)
        clients = [await stack.enter_async_context(run_client()) for _ in range(flags.clients)]
        watch = Watch(hub, clients)
        stage = Stage(flags, hub, clients, watch)
        watching = [
            asyncio.create_task(_sample(watch, tell), name="moments"),
            asyncio.create_task(watch.waits.sample(), name="waits"),
        ]
        try:
            await scenario.play(stage)
            await watch.look("leaving")
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                stage.said = await hub.metrics()
        finally:
            for task in watching:
                task.cancel()
            await asyncio.wait(watching)
            if flags.url:
                for room in stage.rooms:
                    await hub.delete_room(room.id)
        return _results(scenario, stage, began, time.monotonic() - began_s)


async def _sample(watch: Watch, tell: Callable[[Moment], None]) -> None:
    moments: asyncio.Queue[Moment] = asyncio.Queue(10)
    sampling = asyncio.create_task(watch.sample(moments), name="samples")
    try:
        while True:
            tell(await moments.get())
    finally:
        sampling.cancel()
        await asyncio.wait([sampling])


def _results(scenario: Scenario, stage: Stage, began: datetime, took_s: float) -> Results:
    watch = stage.watch
    failures = [text for one in watch.failures.values() for text in one]
    failed_joins = sum(count for what, count in stage.failed.items() if what.startswith("join:"))
    held = watch.held
    found: dict[str, float] = {
        "failed_joins": failed_joins,
        "failures": len(failures) + stage.failed.total() - failed_joins,
        "faults": watch.counts["faults"],
        "strays": watch.counts["strays"],
        "foreign": watch.complained["foreign"],
        "missing": watch.complained["missing"],
    }
    for name, of in (("loss", ""), ("picture_loss", "picture_")):
        if packets := held[f"{of}packets"]:
            found[name] = held[f"{of}lost"] / (packets + held[f"{of}lost"])
    if (gap := watch.measures.get("gap_s")) is not None:
        found["gap_s"] = gap.max_s
    flags = msgspec.to_builtins(stage.flags)
    return Results(
        scenario=scenario.name,
        about=scenario.about,
        flags={name: value for name, value in flags.items() if name not in SECRETS},
        began=began.isoformat(timespec="seconds"),
        took_s=took_s,
        machine=results.machine(),
        rooms=len(stage.rooms),
        seats=stage.joins,
        is_own_server=stage.server.process is not None,
        phases=stage.phases,
        measures=watch.measures,
        counts={**watch.counts, **{f"sent_{name}": count for name, count in watch.sent.items()}},
        failed={**stage.failed, **{f"media: {text}": 1 for text in failures}},
        complaints=[text for texts in watch.complaints.values() for text in texts],
        checks=level.judge(scenario.level, watch.measures, found, scenario.bounds),
        moments=watch.moments,
        notes=notes(stage),
    )


def notes(stage: Stage) -> list[str]:
    """What makes the figures worse than the server is."""
    said = []
    for phase in stage.phases:
        share = phase.share(phase.spent.generators_s) / stage.flags.clients
        if phase.name == HOLDING and share > BUSY_SHARE:
            said.append(f"The generators took {share:.0%} of a core each: the delays are partly their own.")
    late = stage.watch.sent["late_frames"]
    if late:
        said.append(f"{late:,} frames left more than a frame late: the machine was too busy for the generators.")
    if told := [f"{stage.said[name]:,.0f} {words}" for name, words in ACCOUNT.items() if name in stage.said]:
        said.append(f"By the server's own account, pictures: {', '.join(told)}.")
    if stage.server.process is None:
        said.append("The server's processor time is what its metrics say, if they may be read; else it is 0.")
    else:
        said.append(
            "Server and participants share this machine; over loopback the sender pays for the receiver's part."
        )
    return said


def prepare() -> None:
    """Builds the generator when it is not there."""
    native.build()
