"""Where the page cannot go on it says why: browsers that are too old, files that do not come, apps, frames."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.pages import eventually
from tests.server import Server

IN_APP = "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 Version/4.0 Chrome/140.0 Mobile Safari/537.36"
SCRIPT = "**/assets/index-*.js"
WITHOUT_CAMERAS = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"


@contextlib.asynccontextmanager
async def opened(chromium: Browser, before: str = "", **settings: Any) -> AsyncIterator[tuple[BrowserContext, Page]]:
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="da-DK", **settings)
    if before:
        await context.add_init_script(before)
    yield context, await context.new_page()
    await context.close()


async def seen(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


async def is_copied(page: Page, text: str) -> None:
    await eventually(lambda: page.evaluate("navigator.clipboard.readText()"), lambda copied: copied == text)


async def test_page_is_never_blank_where_it_cannot_run(server: Server, chromium: Browser) -> None:
    room = await server.create_room()

    async def breaks(route: Route) -> None:
        await route.fulfill(body="class Newer { static { this.is = 'not understood' ", content_type="text/javascript")

    async def empty(route: Route) -> None:
        await route.fulfill(body="", content_type="text/javascript")

    async with opened(chromium, permissions=["clipboard-read", "clipboard-write"]) as (_, page):
        await page.route(SCRIPT, breaks)
        await page.goto(room["guestUrl"])
        await seen(page, "Browseren er for gammel til video")
        await page.get_by_role("button", name="Kopiér linket").click()
        await is_copied(page, room["guestUrl"])
    async with opened(chromium, "delete HTMLScriptElement.prototype.noModule;") as (_, page):
        await page.route(SCRIPT, empty)  # scripts of this kind are passed over there
        await page.goto(room["guestUrl"])
        await seen(page, "Browseren er for gammel til video")
    async with opened(chromium) as (_, page):
        await page.route(SCRIPT, lambda route: route.abort())
        await page.goto(room["guestUrl"])
        await seen(page, "Siden kunne ikke hentes")
        await page.unroute(SCRIPT)
        await page.get_by_role("button", name="Prøv igen").click()
        await page.locator("vdx-app").wait_for()
        await expect(page.get_by_role("heading", name="Siden kunne ikke hentes")).to_be_hidden()


@pytest.mark.long
async def test_link_can_be_carried_out_of_an_app_that_has_no_camera(server: Server, chromium: Browser) -> None:
    room = await server.create_room()
    allowed = ["clipboard-read", "clipboard-write"]
    async with opened(chromium, WITHOUT_CAMERAS, user_agent=IN_APP, permissions=allowed) as (_, page):
        await page.goto(room["guestUrl"])
        await seen(page, "Åbn mødet i din browser")
        await page.get_by_role("button", name="Kopiér linket").click()
        await expect(page.get_by_text("Linket er kopieret")).to_be_visible()
        await is_copied(page, room["guestUrl"])


@pytest.mark.long
async def test_frame_without_allow_says_so_and_opens_a_window_of_its_own(server: Server, chromium: Browser) -> None:
    room = await server.create_room()
    around = f"""<!doctype html><iframe src="{room["guestUrl"]}" allow="camera 'none'; microphone 'none'"
        style="width: 380px; height: 800px"></iframe>"""

    async def without_policy(route: Route) -> None:
        """A frame of an organisation that has been allowed."""
        answer = await route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        await route.fulfill(response=answer, headers=headers)

    async with opened(chromium) as (context, page):
        await context.route("**/r/*", without_policy)
        await context.route("**/around", lambda route: route.fulfill(body=around, content_type="text/html"))
        await page.goto(f"{server.base_url}/around")
        frame = page.frame_locator("iframe")
        await frame.get_by_role("button", name="Kom i gang").click()
        await frame.get_by_role("button", name="Tænd kamera og mikrofon").click()
        await expect(frame.get_by_text("Siden her lukker ikke op for kamera og mikrofon")).to_be_visible()
        link = frame.get_by_role("link", name="Åbn i eget vindue")
        assert await link.get_attribute("href") == room["guestUrl"]
