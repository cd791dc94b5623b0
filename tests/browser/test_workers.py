"""People of one room on different workers of the relay see and hear each other, each under the right name."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.flow import flows
from tests.browser.pages import Person, eventually
from tests.browser.test_call import assert_no_picture_under_another_name
from tests.server import run_server
from tests.spread import SPREAD_MODULE

WORKERS = 3
PORT = """
(async () => {
  const reports = [...(await observe.live().getStats()).values()];
  const transport = reports.find((report) => report.type === 'transport');
  const pair = reports.find((report) => report.id === transport?.selectedCandidatePairId);
  return reports.find((report) => report.id === pair?.remoteCandidateId)?.port ?? 0;
})()
"""


async def worker_port(person: Person) -> int:
    """Which of the relay's ports the page sends to: each worker has its own."""
    port: int = await eventually(lambda: person.page.evaluate(PORT), lambda port: port != 0)
    return port


@pytest.mark.long
async def test_three_people_on_three_workers_see_and_hear_each_other(person: OpenPerson) -> None:
    async with run_server(module=SPREAD_MODULE, workers=WORKERS) as server:
        room = await server.create_room()
        people = [
            await person("Anna", room["hostUrl"]),
            await person("Bent", room["guestUrl"], frequency=660),
            await person("Clara", room["guestUrl"], frequency=880),
        ]
        for someone in people:
            await someone.decoding(2)
        ports = [await worker_port(someone) for someone in people]
        assert len(set(ports)) == WORKERS, ports
        for someone in people:
            await flows(someone.inbound, *(other.outbound for other in people if other is not someone))
            await eventually(
                lambda someone=someone: assert_no_picture_under_another_name(someone),  # type: ignore[misc]
                lambda checked: checked == 2,
            )
            await eventually(
                lambda someone=someone: someone.inbound("audio"),  # type: ignore[misc]
                lambda rows: sum(row["totalAudioEnergy"] > 0.01 for row in rows) == 2,
            )
        relay = await server.metrics()
        assert [relay[f'vdx_relay_worker_peers{{worker="{worker}"}}'] for worker in range(WORKERS)] == [1] * WORKERS
