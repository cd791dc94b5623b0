"""What happens when something goes away for a while, and what starts in the middle of a call."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.cuttable import run_cuttable
from tests.browser.firefox import run_firefox
from tests.browser.flow import FRAMES, Window, flows, is_whole
from tests.browser.pages import OBSERVE, Person, eventually, is_near
from tests.server import Server

CUT_S = 10.0
GAP_LIMIT_MS = 1_000.0
SCREEN_MID = "2"
"""M-lines begin with microphone, camera, screen."""
FOLLOW = """() => {
  const shown = observe.videos().filter((one) => one.srcObject);
  const pictures = { other: shown.find((one) => !observe.isSelf(one)), own: shown.find(observe.isSelf) };
  if (!pictures.other || !pictures.own) return false;
  const follow = (video) => {
    let last = performance.now();
    let longest = 0;
    const look = (now) => {
      longest = Math.max(longest, now - last);
      last = now;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    return () => Math.max(longest, performance.now() - last);
  };
  const [other, own] = [follow(pictures.other), follow(pictures.own)];
  window.longestGapsMs = () => ({ other: other(), own: own() });
  return true;
}"""
"""From now on: the longest time between two frames of the other's picture and of the own, which needs no call: it
stands still when the machine does. False: they are decoded, but not yet shown."""
STATES = "observe.connections.map((pc) => [pc.connectionState, pc.iceConnectionState])"
CREDENTIALS = """(() => {
  const { localDescription, remoteDescription } = observe.live();
  return [localDescription, remoteDescription].flatMap(({ sdp }) => [
    /a=ice-ufrag:(.*)/.exec(sdp)[1], /a=ice-pwd:(.*)/.exec(sdp)[1],
  ]);
})()"""

CANVAS_COLOUR = (190, 160, 30)
SHARED_CANVAS = """
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1280, 720];
    const context = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    setInterval(() => {
      frame += 1;
      context.fillStyle = 'rgb(190,160,30)';
      context.fillRect(0, 0, 1280, 720);
      context.fillStyle = 'rgb(40,40,40)';
      context.fillRect((frame * 9) % 1280, 0, 60, 120);
    }, 66);
    return canvas.captureStream(15);
  };
"""
"""A screen to share where nobody can choose one: headless Firefox has no window for the question."""
PRESS = """((name) => {
  const buttons = (root) => [...root.querySelectorAll('*')].flatMap((element) => [
    ...(element.localName === 'button' ? [element] : []),
    ...(element.shadowRoot ? buttons(element.shadowRoot) : []),
  ]);
  const found = buttons(document).find((button) => name.test(button.textContent.trim()));
  found?.click();
  return found !== undefined;
})"""


async def test_signalling_cut_for_10_s_leaves_media_running(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    address = re.fullmatch(r"http://([^:/]+):(\d+)", server.base_url)
    assert address is not None
    async with run_cuttable(address.group(1), int(address.group(2))) as proxy:
        through = room["guestUrl"].replace(server.base_url, f"http://127.0.0.1:{proxy.port}")
        bent = await person("Bent", through)
        for someone in (anna, bent):
            await someone.decoding(1)
        windows = [Window(bent.inbound, [anna.outbound]), Window(anna.inbound, [bent.outbound])]
        proxy.cut()
        for window in windows:
            await window.open()
        await asyncio.sleep(CUT_S)
        for window in windows:
            assert is_whole(await window.shares()), await window.shares()
            assert min(await window.coded()) > FRAMES, "a picture that moves"
        assert await bent.page.evaluate("observe.connections.length") == 1
        proxy.mend()
        clara = await person("Clara", room["guestUrl"])
        await bent.decoding(2)
        await clara.decoding(2)
        assert await bent.page.evaluate("observe.connections.length") == 1
        assert await bent.negotiations() == 1


async def test_ice_restarts_when_the_network_changes_and_nothing_stands_still(
    server: Server, person: OpenPerson
) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    for someone in (anna, bent):
        await someone.decoding(1)
    await asyncio.gather(*(someone.page.wait_for_function(FOLLOW) for someone in (anna, bent)))
    before = await bent.page.evaluate(CREDENTIALS)
    await bent.page.evaluate("void dispatchEvent(new Event('online'))")
    await eventually(bent.negotiations, lambda count: count == 2)
    await eventually(lambda: bent.page.evaluate(STATES), lambda states: states == [["connected", "connected"]])
    # The page's negotiations are counted when they begin: both sides have new credentials once this one is over.
    await eventually(
        lambda: bent.page.evaluate(CREDENTIALS),
        lambda after: all(old != new for old, new in zip(before, after, strict=True)),
    )
    # The pictures of a second or two by the new way, then what was longest from before it until now.
    await flows(bent.inbound, anna.outbound)
    await flows(anna.inbound, bent.outbound)
    gaps_ms = await asyncio.gather(*(someone.page.evaluate("longestGapsMs()") for someone in (anna, bent)))
    machine_ms = sum(gap["own"] for gap in gaps_ms)
    assert max(gap["other"] for gap in gaps_ms) <= GAP_LIMIT_MS + machine_ms, gaps_ms
    assert await bent.page.evaluate(STATES) == [["connected", "connected"]], "the same connection"
    assert await anna.negotiations() == 1
    async with (
        server.http() as http,
        http.get(f"{server.base_url}/api/v1/rooms/{room['roomId']}/statistics") as answer,
    ):
        assert len((await answer.json())["connections"]) == 2


async def encodings_of_the_screen(outbound: Callable[[str], Awaitable[list[dict[str, Any]]]]) -> dict[str, int]:
    """By rid, how many frames of the shared screen were encoded."""
    rows = await outbound("video")
    return {row["rid"]: row["framesEncoded"] for row in rows if row["mid"] == SCREEN_MID and row["framesEncoded"]}


async def screens_of_others(viewer: Person) -> list[dict[str, Any]]:
    pictures = await viewer.pictures()
    return [row for row in pictures if row["kind"] == "screen" and row["visible"] and not row["isSelf"]]


async def test_screen_share_arrives_big_and_ends(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"])
    await bent.decoding(1)
    await anna.page.get_by_role("button", name="Del skærm").click()

    await eventually(lambda: screens_of_others(bent), lambda rows: len(rows) == 1)

    async def widths() -> dict[str, float]:
        return {row["kind"]: row["width"] for row in await bent.pictures() if row["visible"] and not row["isSelf"]}

    await eventually(widths, lambda by_kind: by_kind.get("screen", 0) > by_kind.get("camera", 0))
    sent = await eventually(
        lambda: encodings_of_the_screen(anna.outbound), lambda rows: len(rows) == 2 and all(rows.values())
    )
    assert set(sent) == {"h", "f"}, "one for small tiles, one for large"
    assert await bent.negotiations() == 1
    assert await anna.negotiations() == 1
    await anna.page.get_by_role("button", name=re.compile("^(Stop|Del)")).first.click()
    await eventually(lambda: screens_of_others(bent), lambda rows: not rows)


@pytest.mark.long
async def test_sound_of_a_shared_screen_arrives_beside_the_speakers(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    await bent.decoding(1)

    async def programme() -> float:
        # m-lines: four own sources, three speakers, then the programme.
        heard = [row["totalAudioEnergy"] for row in await bent.inbound("audio") if row["mid"] == "7"]
        return sum(heard)

    assert await programme() == 0
    await anna.page.get_by_role("button", name="Del skærm").click()
    await eventually(programme, lambda energy: energy > 0.05)
    assert await bent.negotiations() == 1


async def test_firefox_and_chromium_see_and_hear_each_other_and_a_screen_shared_later(
    server: Server, person: OpenPerson
) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    address, _, token = room["guestUrl"].partition("#")
    async with run_firefox() as firefox:
        page = await firefox.open(f"{address}?join=1&name=Freja#{token}", before=OBSERVE + SHARED_CANVAS)
        await anna.decoding(1)

        async def inbound(kind: str) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = await page.evaluate(f"observe.inbound('{kind}')")
            return rows

        async def outbound(kind: str) -> list[dict[str, Any]]:
            sent: list[dict[str, Any]] = await page.evaluate(f"observe.outbound('{kind}')")
            return sent

        await flows(inbound, anna.outbound)
        await flows(anna.inbound, outbound)
        await eventually(
            lambda: page.evaluate("observe.pictures()"),
            lambda rows: any(row["visible"] and not row["isSelf"] for row in rows),
        )
        assert await encodings_of_the_screen(outbound) == {}, "joined without"
        for name in ("Mere|More", "Del|Share"):
            await eventually(lambda name=name: page.evaluate(f"{PRESS}(/^({name})/)"), bool)  # type: ignore[misc]
        (screen, *_) = await eventually(
            lambda: screens_of_others(anna),
            lambda rows: any(row["videoHeight"] >= 360 and is_near(row["colour"], CANVAS_COLOUR) for row in rows),
        )
        assert is_near(screen["colour"], CANVAS_COLOUR)
        await eventually(lambda: encodings_of_the_screen(outbound), lambda frames: set(frames) == {"h", "f"})
        assert await page.evaluate("observe.negotiations()") == await anna.negotiations() == 1
