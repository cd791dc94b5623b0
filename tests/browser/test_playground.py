"""The playground of `/docs/embed`: a room is made, a button is a command, and what the call tells scrolls by."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.server import Server


async def test_playground_makes_a_room_sends_a_command_and_tells_what_happens(
    server: Server, chromium: Browser
) -> None:
    context = await chromium.new_context(permissions=["camera", "microphone"], viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{server.base_url}/docs/embed")
    await page.get_by_role("button", name="getState", exact=True).click()
    log = page.get_by_role("log")
    await expect(log).to_contain_text("make a new room first")

    await page.get_by_role("button", name="New room").click()
    await expect(log).to_contain_text("ready")
    await expect(page.locator("#markup")).to_contain_text("t=TOKEN")
    await page.get_by_role("button", name="join", exact=True).click()
    await expect(log).to_contain_text("joined")
    await page.get_by_role("button", name="theme=").click()
    await page.get_by_role("button", name="setMicrophone: off").click()
    await expect(log).to_contain_text('microphoneChanged {"on":false}')
    await page.get_by_role("button", name="raiseHand").click()
    await expect(log).to_contain_text("ownFloorChanged")
    await expect(page.frame_locator("vdx-meeting iframe").locator("html")).to_have_attribute("data-theme", "dark")
    assert faults == []
    await context.close()
