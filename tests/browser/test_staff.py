"""The staff page before a real server: from signing in to the room in which the citizen waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, expect

from tests.browser.conftest import OpenPerson
from tests.server import Server

DANISH = ZoneInfo("Europe/Copenhagen")


async def test_staff_signs_in_books_sees_who_waits_and_opens_the_room(
    server: Server, chromium: Browser, person: OpenPerson
) -> None:
    context = await chromium.new_context(locale="da-DK", permissions=["camera", "microphone"])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{server.base_url}/staff")
    await expect(page.get_by_text("Alle på denne maskine kan logge ind her uden kode")).to_be_visible()
    await page.get_by_role("button", name="Log ind som Udviklerkommunen").click()
    await expect(page.get_by_text("Ingen flere møder i dag")).to_be_visible()

    await page.get_by_role("link", name="Book møde").click()
    await expect(page.get_by_role("heading", name="Book et møde")).to_be_focused()
    await page.get_by_role("button", name="Book mødet").click()
    await expect(page.get_by_label("Emne")).to_be_focused()
    await expect(page.locator("#subject-problem")).to_have_text("Skriv, hvad mødet handler om.")
    await page.get_by_label("Emne").fill("Opfølgning")
    await page.get_by_label("Mobilnummer").fill("20 12 34 56")
    # Less than the quarter of an hour before which a room opens: it is there at once, at any minute of the hour.
    soon = datetime.now(DANISH) + timedelta(minutes=10)
    soon -= timedelta(minutes=soon.minute % 5)
    day = soon.date()
    await page.locator("#day").fill(str(day))
    await page.locator("#clock").fill(f"{soon:%H:%M}")
    await page.get_by_role("button", name="Book mødet").click()
    await expect(page.get_by_role("heading", name="Mødet er booket")).to_be_focused()
    await expect(page.get_by_text(re.compile(r"^Videomøde med Udviklerkommunen"))).to_be_visible()
    await expect(page.get_by_text("+45 •• •• •• 56")).to_be_visible()
    link = await page.locator(".address").inner_text()
    # The form is not what one comes back to.
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Book et møde")

    await page.goto(f"{server.base_url}/staff#/day/{day}")
    await expect(page.get_by_role("heading", name="Opfølgning")).to_be_visible()
    await person("Bent", link, width=390, height=844)
    await expect(page.get_by_text("1 venter", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile("^Bent (er lige kommet|har ventet)"))).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="Bent venter til mødet kl.")).to_be_attached()
    await expect(page).to_have_title(re.compile(r"^\(1\) venter"))
    async with context.expect_page() as opened:
        await page.get_by_role("link", name="Gå ind: Opfølgning").click()
    room = await opened.value
    await expect(room).to_have_url(re.compile(r"/(i|r/\w+)$"))
    await expect(room.get_by_role("heading", level=1)).to_be_visible()
    assert "Opfølgning" not in await room.title()

    await page.get_by_role("button", name="Log ud").click()
    await expect(page.get_by_role("heading", name="Log ind")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Log ind som Udviklerkommunen")).to_be_visible()
    await context.close()
    assert complaints == []
