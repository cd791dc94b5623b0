"""Floor control between real pages: what is heard, by the audio level at the receiver, in each policy."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.pages import Person, eventually
from tests.server import Server

HEARD = 0.001
"""Energy (W3C `totalAudioEnergy`) that one beep of Chromium's fake microphone has many times over."""
SILENCE_S = 2.5
"""The fake microphone beeps once a second."""


async def energy(listener: Person) -> float:
    return float(sum(row["totalAudioEnergy"] for row in await listener.inbound("audio")))


async def packets(listener: Person) -> int:
    return int(sum(row["packetsReceived"] for row in await listener.inbound("audio")))


async def is_heard(listener: Person) -> None:
    before = await energy(listener)
    await eventually(lambda: energy(listener), lambda now: now > before + HEARD)


async def is_silent(listener: Person) -> None:
    """Not one packet arrives while the microphone would beep more than twice, and so not a sound.

    What the jitter buffer still plays is made up from what came before: on a busy machine that takes longer than
    the packets, so both must rest in the same window.
    """
    await eventually(lambda: _grown(listener), lambda grown: grown[0] == 0 and grown[1] < HEARD)


async def _grown(listener: Person) -> tuple[int, float]:
    """Packets and energy that came while one window of silence went by."""
    before = await packets(listener), await energy(listener)
    await asyncio.sleep(SILENCE_S)
    return await packets(listener) - before[0], await energy(listener) - before[1]


async def meeting(server: Server, person: OpenPerson, policy: str) -> tuple[Person, Person]:
    """A host whose microphone is off, and a guest who speaks all the time."""
    room = await server.create_room(floorPolicy=policy)
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    await anna.page.get_by_role("button", name="Mikrofon").first.click()
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    await anna.decoding(1)
    return anna, bent


async def press(someone: Person, name: str) -> None:
    await someone.page.locator("vdx-control#floor").get_by_role("button", name=name).click()


async def chair(host: Person, what: str) -> None:
    await host.page.locator(f"vdx-floor-queue [data-do={what}]").first.click()


async def reads(someone: Person, text: str) -> None:
    await someone.page.locator("vdx-floor section").get_by_text(text).wait_for()


@pytest.mark.long
async def test_free_everybody_is_heard_and_nobody_asks(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "free")
    await is_heard(anna)
    assert await bent.page.locator("vdx-control#floor").count() == 0


@pytest.mark.long
async def test_hands_are_in_order_and_everybody_is_heard(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "hands")
    await is_heard(anna)
    await press(bent, "Ræk hånden")
    await reads(bent, "Du er den næste")
    await anna.page.locator("vdx-control#people button").click()
    await anna.page.locator("vdx-floor-queue li").get_by_text("1. Bent").wait_for()
    await is_heard(anna)
    await press(bent, "Tag hånden ned")
    await eventually(lambda: anna.page.locator("vdx-floor-queue li").count(), lambda count: count == 0)


async def test_queue_only_who_has_the_floor_is_heard(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "queue")
    await reads(bent, "Du høres først, når du får ordet")
    await is_silent(anna)
    await press(bent, "Bed om ordet")
    await reads(bent, "Du har ordet")
    await is_heard(anna)
    await press(bent, "Jeg er færdig")
    await is_silent(anna)


@pytest.mark.long
async def test_moderated_only_whom_the_host_gives_the_floor_is_heard(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "moderated")
    await press(bent, "Bed om ordet")
    await reads(bent, "Du er den næste")
    await is_silent(anna)
    await anna.page.locator("vdx-control#people button").click()
    await chair(anna, "grant")
    await reads(bent, "Du har ordet")
    await is_heard(anna)
    await chair(anna, "revoke")
    await reads(bent, "Ordstyreren har taget ordet")
    await is_silent(anna)


@pytest.mark.long
async def test_grant_asks_for_a_closed_microphone_and_opens_none(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "queue")
    await bent.page.get_by_role("button", name="Mikrofon").first.click()
    await press(bent, "Bed om ordet")
    await reads(bent, "Du har ordet. Din mikrofon er slukket.")
    await is_silent(anna)
    await bent.page.locator("vdx-floor").get_by_role("button", name="Tænd mikrofonen").click()
    await is_heard(anna)


@pytest.mark.long
async def test_when_control_ends_nobody_is_heard_by_surprise(server: Server, person: OpenPerson) -> None:
    anna, bent = await meeting(server, person, "moderated")
    await is_silent(anna)
    await anna.page.locator("vdx-control#people button").click()
    await anna.page.locator("vdx-floor-rules #policy").select_option("Alle taler frit")
    await bent.page.get_by_text("Din mikrofon er slukket").first.wait_for()
    await is_silent(anna)
    await bent.page.get_by_role("button", name="Mikrofon").first.click()
    await is_heard(anna)
