"""A call in languages that are off by default: who is invited reads Arabic on a phone, the host Danish at a desk."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import eventually
from tests.server import Server, run_server

PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def many_languages() -> AsyncIterator[Server]:
    patch = pytest.MonkeyPatch()
    patch.setenv("VDX_PAGES_LANGUAGES", "da,en,de,ar")
    async with run_server() as running:
        patch.undo()  # the module's other server is as servers are
        yield running


async def box(page: Page, selector: str) -> dict[str, float]:
    found = await page.locator(selector).first.bounding_box()
    assert found is not None
    return {"left": found["x"], "right": found["x"] + found["width"], "width": found["width"]}


async def keep(page: Page, name: str) -> None:
    """For who wants to look, in a folder of his own."""
    if folder := os.environ.get("TEST_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.long
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
async def test_call_of_two_in_a_translation_is_led_from_the_waiting_room_to_its_end(
    many_languages: Server, person: OpenPerson, language: str, direction: str
) -> None:
    room = await many_languages.create_room(lobby="knock")
    host = await person("Anna", room["hostUrl"])
    address, _, token = room["guestUrl"].partition("#")
    guest = await person("Bent", f"{address}?lang={language}#{token}", join=False, **PHONE)
    page = guest.page
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("html")).to_have_attribute("dir", direction)
    await keep(page, f"{language}-welcome")
    await page.goto(f"{address}?lang={language}&join=1&name=Bent#{token}")
    await page.locator("vdx-waiting").wait_for()
    await page.locator("vdx-still #show").click()
    await expect(host.page.get_by_role("button", name="Deltagere, 1 venter")).to_be_visible()
    await keep(page, f"{language}-waiting")
    await host.page.get_by_role("button", name="Deltagere, 1 venter").click()
    await host.page.get_by_role("button", name="Luk ind: Bent").click()
    await guest.decoding(1)
    await host.decoding(1)
    await guest.showing(1)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    first, last = (
        await box(page, ".buttons vdx-control:first-child"),
        await box(page, ".buttons vdx-control:last-child"),
    )
    assert (first["left"] > last["left"]) is (direction == "rtl"), "the row of buttons turns with the language"
    name, tile = await box(page, "vdx-stage .name"), await box(page, "vdx-stage vdx-tile")
    gaps = name["left"] - tile["left"], tile["right"] - name["right"]
    assert (gaps[1] < gaps[0]) is (direction == "rtl"), "names stand where a line begins"
    await keep(page, f"{language}-call")
    await keep(host.page, f"{language}-host")
    await page.locator("#more").click()
    await page.get_by_role("dialog").wait_for()
    await keep(page, f"{language}-more")
    await page.get_by_role("dialog").get_by_role("button").first.click()
    await page.locator(".buttons vdx-control:last-child").click()
    await page.locator("vdx-message h1").wait_for()
    await keep(page, f"{language}-left")
    await eventually(host.pictures, lambda rows: not [row for row in rows if row["visible"] and not row["isSelf"]])


async def test_languages_that_are_off_are_not_spoken(server: Server, chromium: Browser) -> None:
    room = await server.create_room()
    address, _, token = room["guestUrl"].partition("#")
    context = await chromium.new_context(locale="ar", permissions=["camera", "microphone"])
    page = await context.new_page()
    await page.goto(f"{address}?lang=ar#{token}")
    await page.locator("vdx-frame h1").or_(page.locator("h1")).first.wait_for()
    await expect(page.locator("html")).to_have_attribute("lang", "da")
    await expect(page.locator("html")).not_to_have_attribute("dir", "rtl")
    await context.close()
