"""The operator's page before a real server: by keyboard from the key to a drain and back, clean and in the window."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.looks import AXE, RUN_AXE
from tests.browser.test_page_looks import sideways
from tests.server import Server


async def test_operator_sees_the_server_drains_it_and_undoes_it_by_keyboard(server: Server, chromium: Browser) -> None:
    room = await server.create_room(subject="Hemmeligt emne")
    for width, height, scheme, lang in ((1440, 900, "light", "en"), (390, 844, "dark", "da")):
        context = await chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
        )
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error, complaints=complaints: complaints.append(str(error)))  # type: ignore[misc]
        await page.goto(f"{server.base_url}/operator?lang={lang}")
        await page.locator("#development").press("Enter")
        await expect(page.locator(".tile")).to_have_count(8)
        await page.evaluate(AXE)
        assert await page.evaluate(RUN_AXE) == []
        assert await sideways(page) <= 0
        if lang == "en":
            await page.get_by_role("button", name="Drain the server").press("Enter")
            await expect(page.locator("#sure")).to_be_focused()
            await page.get_by_role("button", name="Yes, drain").press("Enter")
            await expect(page.get_by_text("Draining: nobody new")).to_be_visible()
            await expect(page.locator("#undo")).to_be_focused()
            await page.locator("#undo").press("Enter")
            await expect(page.get_by_text("Takes everybody")).to_be_visible()
        else:
            await page.reload()
            await expect(page.locator(".tile")).to_have_count(8)
            await page.get_by_role("button", name="Glem nøglen").press("Enter")
            await expect(page.locator("#key")).to_be_visible()
        assert room["roomId"] not in (await page.content())
        assert complaints == []
        await context.close()
