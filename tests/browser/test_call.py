"""The call itself: real pages, a real server, one real UDP port."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.pages import COLOURS, Person, eventually, is_near
from tests.server import Server

MIN_FRAMES_PER_SECOND = 15.0
CAMERA_MID = "1"
"""M-lines begin with microphone, camera, screen."""
STOPPED_BYTES = 20_000
"""So much of the smallest encoding takes a second or more: of one that still ran some would have come too."""


def names_and_colours(people: list[Person]) -> dict[str, tuple[int, int, int]]:
    return {someone.name: COLOURS[someone.name] for someone in people}


async def tile_owner_names(someone: Person) -> dict[str, str]:
    """participant id to the name that the page writes on the tile."""
    owners: dict[str, str] = await someone.page.evaluate("observe.names()")
    return owners


async def assert_no_picture_under_another_name(someone: Person) -> int:
    """Every visible remote camera picture has the colour of the person whose name it stands under."""
    owners = await tile_owner_names(someone)
    checked = 0
    for picture in await someone.pictures():
        if not picture["visible"] or picture["isSelf"] or picture["kind"] != "camera":
            continue
        name = owners[picture["participant"]]
        assert is_near(picture["colour"], COLOURS[name]), f"{someone.name} sees {picture['colour']} under {name}"
        checked += 1
    return checked


async def test_call_three_pages_each_decodes_the_others(server: Server, person: OpenPerson) -> None:
    """With Chromium's own fake camera (20 fps), which costs the machine least."""
    room = await server.create_room()
    people = [
        await person("Anna", room["hostUrl"], synthetic=False),
        await person("Bent", room["guestUrl"], synthetic=False),
        await person("Clara", room["guestUrl"], synthetic=False),
    ]
    for someone in people:
        await someone.decoding(2)
    for someone in people:
        rates = await someone.frame_rates()
        assert len(rates) == 2
        assert min(rates) >= MIN_FRAMES_PER_SECOND, f"{someone.name}: {rates}"
    for someone in people:
        heard = [row for row in await someone.inbound("audio") if row["totalAudioEnergy"] > 0]
        assert len(heard) == 2, f"{someone.name} hears {len(heard)}"


async def test_call_every_picture_stands_under_its_own_name(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    people = [
        await person("Anna", room["hostUrl"]),
        await person("Bent", room["guestUrl"]),
        await person("Clara", room["guestUrl"]),
    ]
    for someone in people:
        await someone.decoding(2)
        await eventually(someone.pictures, lambda rows: sum(row["visible"] and not row["isSelf"] for row in rows) == 2)
        assert await assert_no_picture_under_another_name(someone) == 2


async def layers_stop(publisher: Person) -> None:
    """What nobody takes is not sent: all but the smallest encoding is off, and not a byte of it goes."""

    async def camera() -> dict[str, dict[str, Any]]:
        return {row["rid"]: row for row in await publisher.outbound("video") if row["mid"] == CAMERA_MID}

    def only_smallest(rows: dict[str, dict[str, Any]]) -> bool:
        return {rid: row["active"] for rid, row in rows.items()} == {"q": True, "h": False, "f": False}

    before = await eventually(camera, only_smallest)
    assert before["f"]["bytesSent"] > 0, "it was sent while somebody took it"
    after = await eventually(camera, lambda rows: rows["q"]["bytesSent"] > before["q"]["bytesSent"] + STOPPED_BYTES)
    assert [after[rid]["bytesSent"] - before[rid]["bytesSent"] for rid in ("h", "f")] == [0, 0]


async def test_call_small_tile_gets_low_layer_and_large_tile_high(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], large=True)
    bent = await person("Bent", room["guestUrl"], width=1400, height=900)

    def height_is(lowest: int, highest: int):  # type: ignore[no-untyped-def]
        return lambda rows: any(lowest <= row["frameHeight"] <= highest for row in rows)

    await bent.decoding(1)
    await eventually(lambda: bent.inbound("video"), height_is(360, 720))
    await bent.page.set_viewport_size({"width": 320, "height": 300})
    await eventually(lambda: bent.inbound("video"), height_is(90, 200))
    await layers_stop(anna)
    negotiations = await bent.negotiations()
    await bent.page.set_viewport_size({"width": 1400, "height": 900})
    await eventually(lambda: bent.inbound("video"), height_is(360, 720))
    assert await bent.negotiations() == negotiations == await anna.negotiations() == 1


async def test_call_speaker_change_and_churn_never_renegotiate_nor_mislabel(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], width=390, height=844)
    bent = await person("Bent", room["guestUrl"])
    clara = await person("Clara", room["guestUrl"])
    await anna.decoding(2)

    async def watch(until: asyncio.Event) -> int:
        checked = 0
        while not until.is_set():
            checked += await assert_no_picture_under_another_name(anna)
            await asyncio.sleep(0.03)
        return checked

    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch(done))
        try:
            for quiet, loud in ((bent, clara), (clara, bent), (bent, clara)):
                await quiet.page.evaluate("setTone(false)")
                await loud.page.evaluate("setTone(true)")
                await asyncio.sleep(1.0)
            await bent.page.reload()
            await eventually(bent.pictures, lambda rows: sum(row["visible"] and not row["isSelf"] for row in rows) == 2)
            await anna.decoding(2)
        finally:
            done.set()
    assert watching.result() > 40
    assert await anna.negotiations() == 1


async def test_call_reload_returns_to_the_same_seat(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    await anna.decoding(1)
    await bent.decoding(1)
    before = await tile_owner_names(anna)
    assert "#" not in bent.page.url
    assert "t=" not in bent.page.url
    await bent.page.reload()
    await bent.decoding(1)
    await eventually(anna.frame_rates, lambda rates: len(rates) == 1 and rates[0] > 5)
    assert await tile_owner_names(anna) == before


@pytest.mark.parametrize("codec", ["H264", *(pytest.param(name, marks=pytest.mark.long) for name in ("VP9", "AV1"))])
async def test_call_room_with_another_codec_is_decoded_in_chromium(
    server: Server, person: OpenPerson, codec: str
) -> None:
    room = await server.create_room(codec=codec)
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    for someone in (anna, bent):
        await someone.decoding(1)
        assert min(await someone.frame_rates()) >= MIN_FRAMES_PER_SECOND
        codecs = await someone.page.evaluate(
            """async () => { const s = [...(await observe.live().getStats()).values()];
            return s.filter(r => r.type === 'inbound-rtp' && r.kind === 'video' && r.framesDecoded)
                    .map(r => s.find(c => c.id === r.codecId).mimeType) }"""
        )
        assert codecs == [f"video/{codec}"]
        assert await assert_no_picture_under_another_name(someone) == 1
