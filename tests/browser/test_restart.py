"""The server dies in the middle of a call and another begins on its store: people are back without doing anything."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.pages import Person, eventually, is_near
from tests.killable import development_server
from tests.server import free_port

BACK_WITHIN_S = 15.0
"""From the new server's first answer to pictures both ways (3 s on a quiet machine)."""


async def sees(viewer: Person, other: Person) -> None:
    await eventually(
        viewer.pictures,
        lambda shown: any(is_near(picture["colour"], other.colour) for picture in shown),
        within_s=BACK_WITHIN_S,
    )


@pytest.mark.long
async def test_two_people_see_each_other_again_after_the_server_was_killed(person: OpenPerson, tmp_path: Path) -> None:
    port, store = free_port(socket.SOCK_STREAM), tmp_path / "store.db"
    async with development_server(port, store) as server:
        _, room = await server.post(subject="Samtale")
        anna = await person("Anna", room["hostUrl"])
        bent = await person("Bent", room["guestUrl"])
        for viewer, other in ((anna, bent), (bent, anna)):
            await viewer.decoding(1)
            await sees(viewer, other)
        before = [await someone.page.evaluate("observe.negotiations()") for someone in (anna, bent)]
        await asyncio.sleep(1.0)  # so old may what is stored be
        server.process.kill()
        await server.process.wait()
    async with development_server(port, store):
        for someone, negotiations in zip((anna, bent), before, strict=True):
            await eventually(someone.negotiations, lambda count, was=negotiations: count > was)  # type: ignore[misc]
        for viewer, other in ((anna, bent), (bent, anna)):
            rates = await viewer.frame_rates(2.0)
            await sees(viewer, other)
            assert len(rates) == 1, rates
