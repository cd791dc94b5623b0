"""Redundant sound between browsers: Chromium sends and takes it, Firefox is sent it without. Chromium's statistics name
the codec within, so the relay's counters tell."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.firefox import run_firefox
from tests.browser.pages import OBSERVE, eventually
from tests.machine import udp_overflows
from tests.server import Server


async def redundant_packets(server: Server) -> tuple[int, int]:
    """From publishers, and to subscribers."""
    async with aiohttp.ClientSession() as http, http.get(f"{server.base_url}/metrics") as answer:
        text = await answer.text()
    found = dict(re.findall(r"^vdx_relay_red_packets_(in|out)_total (\S+)", text, re.MULTILINE))
    return int(float(found["in"])), int(float(found["out"]))


def heard(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["totalAudioEnergy"] > 0]


@pytest.mark.long
async def test_redundant_sound_between_two_chromiums(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    (before,) = heard(await eventually(lambda: anna.inbound("audio"), lambda rows: len(heard(rows)) == 1))
    sent_before = await redundant_packets(server)
    await eventually(lambda: redundant_packets(server), lambda now: now[1] - sent_before[1] > 200)
    (after,) = heard(await anna.inbound("audio"))
    samples = after["totalSamplesReceived"] - before["totalSamplesReceived"]
    concealed = after["concealedSamples"] - before["concealedSamples"]
    assert samples > 48_000
    assert concealed <= 0.1 * samples, f"{concealed} of {samples}"
    assert len(heard(await bent.inbound("audio"))) == 1


async def test_redundant_sound_of_a_chromium_is_heard_in_firefox_and_the_other_way_round(
    server: Server, person: OpenPerson
) -> None:
    room = await server.create_room()
    before, overflows = await redundant_packets(server), udp_overflows()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    async with run_firefox() as browser:
        address, _, token = room["guestUrl"].partition("#")
        freja = await browser.open(f"{address}?join=1&name=Freja#{token}", before=OBSERVE)

        async def inbound() -> list[dict[str, Any]]:
            return heard(await freja.evaluate("observe.inbound('audio')"))

        (row,) = await eventually(inbound, lambda rows: len(rows) == 1 and rows[0]["packetsReceived"] > 200)
        assert row["packetsLost"] == 0 or udp_overflows() > overflows
        await eventually(lambda: anna.inbound("audio"), lambda rows: len(heard(rows)) == 1)
        await eventually(lambda: redundant_packets(server), lambda now: now[0] - before[0] > 200)
        assert (await redundant_packets(server))[1] == before[1]
