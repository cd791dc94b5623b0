"""The server dies in the middle of a call and another begins on its store: people are back without doing anything."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import pytest
from playwright.async_api import expect

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


@pytest.mark.long
@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGTERM"])
async def test_who_waits_knocks_again_by_himself_and_who_is_in_stays_after_a_restart(
    person: OpenPerson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signal_name: str
) -> None:
    """Also when the server takes its time: it tells everybody first, and ends their conference at its deadline."""
    monkeypatch.setenv("VDX_STOP_DEADLINE_S", "1")
    port, store = free_port(socket.SOCK_STREAM), tmp_path / "store.db"
    async with development_server(port, store) as server:
        _, room = await server.post(subject="Samtale", lobby="knock")
        anna = await person("Anna", room["hostUrl"])
        bent = await person("Bent", room["guestUrl"])
        await expect(bent.page.get_by_role("heading", name="Du er i venteværelset")).to_be_visible()
        await expect(anna.page.get_by_role("button", name="Deltagere, 1 venter")).to_be_visible()
        await asyncio.sleep(1.0)  # so old may what is stored be
        server.process.send_signal(getattr(signal, signal_name))
        await server.process.wait()
    async with development_server(port, store):
        # Until then her page shows what the old server told.
        await eventually(anna.negotiations, lambda count: count == 2, within_s=BACK_WITHIN_S)
        await anna.page.get_by_role("button", name="Deltagere, 1 venter").click(timeout=1000 * BACK_WITHIN_S)
        await expect(bent.page.get_by_role("heading", name="Du er i venteværelset")).to_be_visible()
        await anna.page.get_by_role("button", name="Luk ind: Bent").click()
        await bent.decoding(1)
        await anna.decoding(1)
