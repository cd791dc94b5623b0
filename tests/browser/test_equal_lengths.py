"""Pictures' packets that the relay made one length by RTP padding, in the middle of frames: browsers miss nothing."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from loadtests.netns.camera import write_camera_film
from tests.browser.conftest import OpenPerson, launch_chromium
from tests.browser.firefox import run_firefox
from tests.browser.pages import OBSERVE, eventually, open_person
from tests.server import Server

WINDOW_S = 6.0
"""At least."""
MIN_PADDED = 100
"""Packets to all: then the case has been tried."""
MIN_FRAMES_PER_S = 12

Read = Callable[[], Awaitable[list[dict[str, Any]]]]


async def padded_packets(server: Server) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"{server.base_url}/metrics") as answer:
        text = await answer.text()
    return int(float(re.findall(r"^vdx_relay_equalised_packets_out_total (\S+)", text, re.MULTILINE)[0]))


async def shown(read: Read) -> dict[str, Any]:
    """The picture that has decoded most."""
    rows = await eventually(read, lambda rows: any(row["framesDecoded"] > 30 for row in rows), within_s=40)
    return max(rows, key=lambda row: int(row["framesDecoded"]))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture whose frames are several packets."""
    path = tmp_path_factory.mktemp("camera") / "film.y4m"
    write_camera_film(path)
    return path


async def assert_nothing_is_missing(server: Server, read: Read) -> None:
    before, padded_before, began_s = await shown(read), await padded_packets(server), time.monotonic()
    await asyncio.sleep(WINDOW_S)
    # How many packets a frame has is the coder's choice: on a busy machine, or at first, there are few of several.
    await eventually(lambda: padded_packets(server), lambda count: count - padded_before >= MIN_PADDED, within_s=60)
    after, took_s = await shown(read), time.monotonic() - began_s
    more = {key: after[key] - before[key] for key in ("framesDecoded", "packetsReceived", "packetsLost", "pliCount")}
    assert more["packetsReceived"] - more["framesDecoded"] >= MIN_PADDED, "frames of several packets"
    assert more["framesDecoded"] >= MIN_FRAMES_PER_S * took_s, more
    assert (more["packetsLost"], more["pliCount"]) == (0, 0), more


@pytest.mark.long
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_padded_packets_are_decoded_without_loss_in_chromium(
    server: Server, person: OpenPerson, film: Path, codec: str
) -> None:
    room = await server.create_room(codec=codec)
    async with launch_chromium(f"--use-file-for-fake-video-capture={film}") as camera:
        await open_person(camera, "Anna", room["hostUrl"], synthetic=False)
        bent = await person("Bent", room["guestUrl"])
        await assert_nothing_is_missing(server, lambda: bent.inbound("video"))


@pytest.mark.long
async def test_padded_packets_are_decoded_without_loss_in_firefox(server: Server, film: Path) -> None:
    """VP8: Debian's Firefox has no decoder of H.264 for calls."""
    room = await server.create_room()
    async with launch_chromium(f"--use-file-for-fake-video-capture={film}") as camera, run_firefox() as firefox:
        await open_person(camera, "Anna", room["hostUrl"], synthetic=False)
        address, _, token = room["guestUrl"].partition("#")
        freja = await firefox.open(f"{address}?join=1&name=Freja#{token}", before=OBSERVE)
        await assert_nothing_is_missing(server, lambda: freja.evaluate("observe.inbound('video')"))
