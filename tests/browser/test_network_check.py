"""People try their equipment at `/test`: own sound and picture come back through the relay, by the way there is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.firefox import run_firefox
from tests.browser.pages import WITHOUT_UDP, eventually
from tests.machine import Machine, udp_overflows, watched
from tests.server import Server

CHECK_WITHIN_S = 8.0
"""Of the check itself, by the page's own clock."""
OPENED, HANDSHAKES = "vdx_hub_echoes_opened_total", 'vdx_dtls_handshakes_total{result="done"}'
RESULT = "(() => { const { screen } = document.querySelector('vdx-test'); return screen.result ?? null; })()"
ROOT = "document.querySelector('vdx-test')?.shadowRoot"
BACK = """async () => {
  const video = document.querySelector('vdx-test').shadowRoot.querySelector('video');
  const track = video?.srcObject?.getAudioTracks()[0];
  if (!video || !track) return null;
  return { height: video.videoHeight, frames: video.getVideoPlaybackQuality().totalVideoFrames };
}"""


async def try_out(page: Page, address: str) -> tuple[dict[str, Any], Machine]:
    """The result; the person looks at what comes back until it moves, and presses on. And what the machine was like
    while it checked: what comes too late by the page's own clock it calls closed, however open it is."""
    await page.goto(address)
    async with watched() as machine:
        await page.get_by_role("button", name="Start prøven").click()
        await page.get_by_role("heading", name="Sig noget højt").wait_for()
    await eventually(lambda: page.evaluate(BACK), lambda seen: seen and seen["height"] >= 180 and seen["frames"] > 20)
    await page.get_by_role("button", name="Vis resultatet").click()
    result: dict[str, Any] = await eventually(lambda: page.evaluate(RESULT), lambda found: found is not None)
    took_s = result["check"]["tookMs"] / 1000
    assert took_s <= machine.at_most(CHECK_WITHIN_S), f"{took_s} s; {machine}"
    return result, machine


async def test_own_sound_and_picture_come_back_by_udp(server: Server, chromium: Browser) -> None:
    context = await chromium.new_context(permissions=["camera", "microphone"], locale="da-DK")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    before, overflows = await server.metrics(), udp_overflows()
    result, machine = await try_out(page, f"{server.base_url}/test")
    assert (result["camera"], result["microphone"], result["webSocket"]) == ("works", "works", True)
    # Loopback carries it all; a machine that is too slow to paint the picture is no weak way.
    if not machine.is_slow:
        assert result["check"]["ways"] == {"udp": True, "tcp": True, "tls": None}
        assert result["check"]["verdict"] in ("good", "weak")
        assert result["check"]["lossRatio"] in (None, 0) or udp_overflows() > overflows
    metrics = await server.metrics()
    assert metrics[OPENED] - before.get(OPENED, 0) == 2
    # What only tries a way costs no handshake.
    assert metrics[HANDSHAKES] - before.get(HANDSHAKES, 0) == 2
    await eventually(server.metrics, lambda seen: seen["vdx_media_conferences"] == 0)
    assert complaints == []


@pytest.mark.long
async def test_result_reaches_who_has_booked_days_before_and_without_udp(server: Server, chromium: Browser) -> None:
    context = await chromium.new_context(permissions=["camera", "microphone"], locale="da-DK")
    await context.add_init_script(WITHOUT_UDP)
    page = await context.new_page()
    starts = datetime.now(UTC) + timedelta(days=4)
    times = {"startTime": starts.isoformat(), "endTime": (starts + timedelta(hours=1)).isoformat()}
    body = {"organisation": "dev", "subject": "Hemmelig sag", **times}
    async with server.http() as http:
        async with http.post(f"{server.base_url}/api/v1/meetings", json=body) as answer:
            meeting = await answer.json()
        token = meeting["guestUrl"].partition("#")[2]
        result, machine = await try_out(page, f"{server.base_url}/test#{token}")
        if not machine.is_slow:
            assert result["check"]["ways"] == {"udp": False, "tcp": True, "tls": None}
        assert "#" not in page.url
        await page.get_by_text("kan se, at du har prøvet").wait_for()
        async with http.get(f"{server.base_url}/api/v1/meetings/{meeting['uuid']}/invitations") as answer:
            kept = {one["id"]: one["lastTest"] for one in (await answer.json())["invitations"]}
    assert kept["guest"]["verdict"] == result["check"]["verdict"]
    assert (kept["guest"]["picture"], kept["guest"]["sound"], kept["guest"]["device"]) == (True, True, "computer")
    assert kept["host"] is None


@pytest.mark.long
async def test_firefox_sees_itself_and_tries_ways_without_a_handshake(server: Server) -> None:
    before = await server.metrics()
    async with run_firefox() as firefox:
        page = await firefox.open(f"{server.base_url}/test")
        await eventually(lambda: page.evaluate(f"!!{ROOT}?.querySelector('button')"), bool)
        await page.evaluate(f"({ROOT}.querySelector('button').click(), true)")
        result: str = await eventually(
            lambda: page.evaluate(f"JSON.stringify({RESULT})"), lambda found: found != "null"
        )
        found = json.loads(result)
    assert found["check"]["ways"] == {"udp": True, "tcp": True, "tls": None}
    assert found["camera"] == "works"
    assert (await server.metrics())[HANDSHAKES] - before.get(HANDSHAKES, 0) == 2
