"""A browser that UDP does not reach is in the call by TCP, on the same number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.firefox import run_firefox
from tests.browser.flow import flows
from tests.browser.pages import OBSERVE, WITHOUT_UDP, Person, eventually
from tests.server import Server

SELECTED = """
(async () => {
  for (const pc of observe.connections) {
    const reports = [...(await pc.getStats()).values()];
    const byId = new Map(reports.map((report) => [report.id, report]));
    const pair = reports.find((report) => report.type === 'candidate-pair' && report.nominated
      && report.state === 'succeeded' && report.bytesReceived > 0);
    if (pair) return byId.get(pair.remoteCandidateId).protocol;
  }
  return '';
})()
"""


async def protocol(person: Person) -> str:
    name: str = await eventually(lambda: person.page.evaluate(SELECTED), lambda name: name != "")
    return name


async def test_chromium_without_udp_sees_is_seen_and_heard_by_tcp(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], udp=False)
    bent = await person("Bent", room["guestUrl"])
    for someone in (anna, bent):
        await someone.decoding(1)
    assert (await protocol(anna), await protocol(bent)) == ("tcp", "udp")
    await flows(anna.inbound, bent.outbound)
    await flows(bent.inbound, anna.outbound)
    for someone in (anna, bent):
        await eventually(
            lambda someone=someone: someone.inbound("audio"),  # type: ignore[misc]
            lambda rows: any(row["totalAudioEnergy"] > 0.01 for row in rows),
        )


@pytest.mark.long
async def test_firefox_without_udp_sees_and_is_seen_by_tcp(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    address, _, token = room["guestUrl"].partition("#")
    async with run_firefox() as firefox:
        page = await firefox.open(f"{address}?join=1&name=Freja#{token}", before=WITHOUT_UDP + OBSERVE)
        await anna.decoding(1)

        async def inbound() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = await page.evaluate("observe.inbound('video')")
            return rows

        await eventually(inbound, lambda rows: any(row["framesDecoded"] > 30 for row in rows))
        await eventually(lambda: page.evaluate(SELECTED), lambda name: name == "tcp")
