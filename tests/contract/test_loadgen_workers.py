"""A room over several workers, through the real server: every packet is looked at, wherever its publisher lives."""

from __future__ import annotations

import asyncio
import contextlib

from loadtests import native
from loadtests.participant import MICROPHONE, camera, join, simulcast
from tests.contract.test_loadgen import SETTLE_TIMEOUT_S, binary, until
from tests.machine import udp_overflows
from tests.server import run_server
from tests.spread import SPREAD_MODULE

__all__ = ["binary"]
WORKERS = 3
NAMES = ("Anna", "Bent", "Clara", "Dorte", "Erik", "Freja")


async def test_people_on_three_workers_hear_and_see_each_other_unchanged_and_others_stay_when_some_leave() -> None:
    overflows = udp_overflows()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(module=SPREAD_MODULE, workers=WORKERS))
        generator = await stack.enter_async_context(native.run_generator())
        room = await server.create_room()
        people = [
            await stack.enter_async_context(
                join(generator, server.base_url, room["hostUrl" if name == "Anna" else "guestUrl"], name, video_slots=3)
            )
            for name in NAMES
        ]
        anna, bent, *viewers = people
        options = native.Options(sample=3, nack=True)
        encodings = anna.joined["media"]["camera"]
        await anna.connect_media(microphone=MICROPHONE, picture=simulcast(encodings), options=options)
        await bent.connect_media(microphone=MICROPHONE, picture=camera(400_000), options=options)
        for one in viewers:
            await one.connect_media(options=options)
        for one in people:
            await generator.until_connected(one.peer)
            await one.show_all(640, 360)
        ports = {one.answer.addresses[0][1] for one in people if one.answer is not None}
        assert len(ports) == WORKERS
        # Each viewer two voices and two pictures, the two who publish one of each.
        stats = await until(generator, 4 * len(viewers) + 4)
        assert stats.faults == 0, stats.findings
        assert stats.findings["lost"] == 0 or udp_overflows() > overflows, stats.findings
        assert stats.strays == 0
        assert {(slot.kind, slot.source) for slot in stats.slots if slot.peer != anna.peer and slot.source} >= {
            ("speaker", anna.source_id("microphone")),
            ("video", anna.source_id("camera")),
        }
        # A publisher goes; the others, on his worker and elsewhere, go on.
        bent.leave_media()
        await generator.stats(reset=True)
        stats = await until(generator, 2 * len(viewers))
        assert stats.faults == 0, stats.findings
        assert stats.findings["lost"] == 0 or udp_overflows() > overflows, stats.findings
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while (await server.metrics())["vdx_media_peers"] != len(people) - 1:
                await asyncio.sleep(0.05)
        assert not generator.failures
