"""A publisher who asks receivers to hold pictures back: they do, and stop with the next one's pictures.

libwebrtc publishes a playout delay only when told so from outside, by the field trial used here.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import OpenPerson, launch_chromium
from tests.browser.pages import COLOURS, eventually, is_near, open_person
from tests.browser.test_codecs import CENTRE
from tests.browser.test_media_quality import bare_page
from tests.server import Server

MINIMUM_MS = 300
WITH_DELAY = f"--force-fieldtrials=WebRTC-ForceSendPlayoutDelay/min_ms:{MINIMUM_MS},max_ms:2000/"
WATCHED_S = 3.0
TOLERANCE_MS = 60.0
"""Of the mean delay from one measurement to another of the same: a jitter buffer on a busy machine."""
BUFFERED = """async () => {
  const rows = [...(await bare.slots[0].receiver.getStats()).values()];
  const row = rows.find((row) => row.type === 'inbound-rtp');
  return { delay: row.jitterBufferDelay, target: row.jitterBufferTargetDelay,
           emitted: row.jitterBufferEmittedCount };
}"""


async def delays_ms(page: Any) -> dict[str, float]:
    """Means over some seconds, per frame, of the slot of a stranger's page."""
    before: dict[str, float] = await page.evaluate(BUFFERED)
    await asyncio.sleep(WATCHED_S)
    after: dict[str, float] = await page.evaluate(BUFFERED)
    frames = after["emitted"] - before["emitted"]
    assert frames > 10, "a picture that moves"
    return {name: 1000 * (after[name] - before[name]) / frames for name in ("delay", "target")}


@pytest.mark.long
async def test_playout_delay_of_a_publisher_holds_its_pictures_and_not_the_next_ones(
    server: Server, person: OpenPerson, chromium: Browser
) -> None:
    room = await server.create_room()
    bent = await person("Bent", room["hostUrl"])
    page = await bare_page(chromium, server, room["guestUrl"], 1)
    await page.evaluate("bare.send({type: 'setTiles', tiles: [{slot: 0, width: 640, height: 360}]})")

    async def shows(name: str) -> None:
        await eventually(lambda: page.evaluate(CENTRE), lambda pixel: is_near(pixel, COLOURS[name]))

    await shows("Bent")
    before = await delays_ms(page)
    async with launch_chromium(WITH_DELAY) as other:
        anna = await open_person(other, "Anna", room["hostUrl"])
        await bent.page.close()
        await shows("Anna")
        held = await delays_ms(page)
        await person("Clara", room["guestUrl"])
        await anna.page.close()
        await shows("Clara")
    after = await delays_ms(page)
    told = f"before {before}, held {held}, after {after}"
    assert min(held["target"], held["delay"]) >= MINIMUM_MS - TOLERANCE_MS, told
    assert all(after[name] <= before[name] + TOLERANCE_MS for name in after), told
    await page.context.close()
