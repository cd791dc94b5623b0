"""Rooms of VP9 and AV1: a slot that gets another source goes on without a break."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import OpenPerson
from tests.browser.pages import COLOURS, eventually, is_near
from tests.browser.test_media_quality import bare_page
from tests.server import Server

CENTRE = """() => {
  const pen = new OffscreenCanvas(8, 8).getContext('2d');
  pen.drawImage(bare.video, 0, 0, 8, 8);
  return [...pen.getImageData(1, 1, 1, 1).data].slice(0, 3);
}"""
RECEIVED = """async () => {
  const rows = [...(await bare.pc.getStats()).values()];
  const row = rows.find((row) => row.type === 'inbound-rtp' && row.kind === 'video');
  return { codec: rows.find((other) => other.id === row.codecId)?.mimeType, decoded: row.framesDecoded,
           dropped: row.framesReceived - row.framesDecoded, keyframes: row.keyFramesDecoded };
}"""


@pytest.mark.long
@pytest.mark.parametrize("codec", ["VP9", "AV1"])
async def test_slot_in_a_room_of_another_codec_shows_the_next_source(
    server: Server, person: OpenPerson, chromium: Browser, codec: str
) -> None:
    room = await server.create_room(codec=codec)
    anna = await person("Anna", room["hostUrl"])
    page = await bare_page(chromium, server, room["guestUrl"], 1)
    await page.evaluate("bare.send({type: 'setTiles', tiles: [{slot: 0, width: 320, height: 180}]})")

    async def shows(name: str) -> None:
        await eventually(lambda: page.evaluate(CENTRE), lambda pixel: is_near(pixel, COLOURS[name]))

    await shows("Anna")
    await person("Bent", room["guestUrl"])
    await anna.page.close()
    await shows("Bent")
    before: dict[str, Any] = await page.evaluate(RECEIVED)
    assert before["codec"] == f"video/{codec}"
    await eventually(lambda: page.evaluate(RECEIVED), lambda now: now["decoded"] >= before["decoded"] + 20)
    after: dict[str, Any] = await page.evaluate(RECEIVED)
    assert after["keyframes"] >= 2
    assert after["dropped"] <= 5, "nothing waits for a frame that will not come"
    await page.context.close()
