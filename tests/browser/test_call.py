"""The call itself: real pages, a real server, one real UDP port."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.flow import CAMERA_MID, flows
from tests.browser.pages import COLOURS, Person, eventually, is_near
from tests.server import Server

LOOKS = 15
"""At a page in each turn of who speaks."""
STOPPED_BYTES = 20_000
"""So much of the smallest encoding takes a second or more: of one that still ran some would have come too."""


async def tile_owner_names(someone: Person) -> dict[str, str]:
    """participant id to the name that the page writes on the tile."""
    owners: dict[str, str] = await someone.page.evaluate("observe.names()")
    return owners


async def assert_no_picture_under_another_name(someone: Person) -> int:
    """Every visible remote camera picture has the colour of the person whose name it stands under."""
    checked = 0
    for picture in await someone.pictures():
        if not picture["visible"] or picture["isSelf"] or picture["kind"] != "camera":
            continue
        name = picture["name"]
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
        await flows(someone.inbound, *(other.outbound for other in people if other is not someone))
    for someone in people:
        await eventually(
            lambda someone=someone: someone.inbound("audio"),  # type: ignore[misc]
            lambda rows: sum(row["totalAudioEnergy"] > 0 for row in rows) == 2,
        )


async def test_call_every_picture_stands_under_its_own_name(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    people = [
        await person("Anna", room["hostUrl"]),
        await person("Bent", room["guestUrl"]),
        await person("Clara", room["guestUrl"]),
    ]
    for someone in people:
        await someone.showing(2)
        await eventually(
            lambda someone=someone: assert_no_picture_under_another_name(someone),  # type: ignore[misc]
            lambda checked: checked == 2,
        )


async def layers_stop(publisher: Person) -> None:
    """What nobody takes is not sent: all but the smallest encoding is off, and not a byte of it goes.

    What had been coded before still leaves, later on a busy machine: so it is a stretch that must come in which
    the smallest is sent, and nothing else."""

    async def camera() -> dict[str, dict[str, Any]]:
        return {row["rid"]: row for row in await publisher.outbound("video") if row["mid"] == CAMERA_MID}

    def only_smallest(rows: dict[str, dict[str, Any]]) -> bool:
        return {rid: row["active"] for rid, row in rows.items()} == {"q": True, "h": False, "f": False}

    async def stretch() -> list[int]:
        before = await camera()
        after = await eventually(camera, lambda rows: rows["q"]["bytesSent"] > before["q"]["bytesSent"] + STOPPED_BYTES)
        return [after[rid]["bytesSent"] - before[rid]["bytesSent"] for rid in ("h", "f")]

    stopped = await eventually(camera, only_smallest)
    assert stopped["h"]["bytesSent"] + stopped["f"]["bytesSent"] > 0, "they were sent while somebody took them"
    await eventually(stretch, lambda sent: sent == [0, 0])


async def test_call_small_tile_gets_low_layer_and_large_tile_high(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], large=True)
    bent = await person("Bent", room["guestUrl"], width=1400, height=900)

    async def times_the_smallest() -> float:
        """How high the picture is, by the smallest encoding: a busy machine's camera shrinks, and all with it."""
        smallest = [row["frameHeight"] for row in await anna.outbound("video") if row["rid"] == "q"]
        seen = max(row["frameHeight"] for row in await bent.inbound("video"))
        return seen / smallest[0] if smallest and smallest[0] else 0.0

    await bent.decoding(1)
    await eventually(times_the_smallest, lambda times: times > 1.5)
    await bent.page.set_viewport_size({"width": 320, "height": 300})
    await eventually(times_the_smallest, lambda times: 0.9 < times < 1.1)
    await layers_stop(anna)
    negotiations = await bent.negotiations()
    await bent.page.set_viewport_size({"width": 1400, "height": 900})
    await eventually(times_the_smallest, lambda times: times > 1.5)
    assert await bent.negotiations() == negotiations == await anna.negotiations() == 1


async def speaking(viewer: Person, speaker: Person) -> None:
    """Waits until the viewer's page marks this one as speaking, and nobody else."""
    marked = viewer.page.locator("vdx-tile[speaking][data-kind=camera]:not([data-self])")

    async def names() -> list[str]:
        found: list[str] = await marked.evaluate_all("tiles => tiles.map((tile) => tile.dataset.name)")
        return found

    await eventually(names, lambda found: found == [speaker.name])


async def test_call_speaker_change_and_churn_never_renegotiate_nor_mislabel(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], width=390, height=844)
    bent = await person("Bent", room["guestUrl"])
    clara = await person("Clara", room["guestUrl"])
    await anna.decoding(2)
    looks = 0

    async def watch(until: asyncio.Event) -> None:
        nonlocal looks
        while not until.is_set():
            looks += bool(await assert_no_picture_under_another_name(anna))
            await asyncio.sleep(0.03)

    async def looked() -> int:
        return looks

    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch(done), name="looking")
        try:
            for quiet, loud in ((bent, clara), (clara, bent), (bent, clara)):
                await quiet.page.evaluate("setTone(false)")
                await loud.page.evaluate("setTone(true)")
                await speaking(anna, loud)
                since = looks
                await eventually(looked, lambda count, since=since: count >= since + LOOKS)  # type: ignore[misc]
            await bent.page.reload()
            await bent.showing(2)
            await flows(anna.inbound, bent.outbound)
        finally:
            done.set()
    assert await anna.negotiations() == 1


async def test_call_reload_returns_to_the_same_seat(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    await bent.showing(1)
    await anna.showing(1)
    before = await tile_owner_names(anna)
    assert "#" not in bent.page.url
    assert "t=" not in bent.page.url
    await bent.page.reload()
    await bent.decoding(1)
    await flows(anna.inbound, bent.outbound)
    await eventually(lambda: tile_owner_names(anna), lambda after: after == before)


@pytest.mark.parametrize("codec", ["H264", *(pytest.param(name, marks=pytest.mark.long) for name in ("VP9", "AV1"))])
async def test_call_room_with_another_codec_is_decoded_in_chromium(
    server: Server, person: OpenPerson, codec: str
) -> None:
    room = await server.create_room(codec=codec)
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"])
    for someone, other in ((anna, bent), (bent, anna)):
        await flows(someone.inbound, other.outbound)
        codecs = await someone.page.evaluate(
            """async () => { const s = [...(await observe.live().getStats()).values()];
            return s.filter(r => r.type === 'inbound-rtp' && r.kind === 'video' && r.framesDecoded)
                    .map(r => s.find(c => c.id === r.codecId).mimeType) }"""
        )
        assert codecs == [f"video/{codec}"]
        await eventually(
            lambda someone=someone: assert_no_picture_under_another_name(someone),  # type: ignore[misc]
            lambda checked: checked == 1,
        )
