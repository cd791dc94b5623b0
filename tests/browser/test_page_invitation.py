"""Before the call the page knows who invites and whom to phone; where it cannot be held, the address stays whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import OpenPerson
from tests.server import Server

HELP = "tel:70123456"


async def help_link(page: Page) -> str | None:
    href: str | None = await page.locator("footer a[href^=tel]").get_attribute("href")
    return href


async def test_page_before_joining_says_who_invites_and_whom_to_phone(server: Server, person: OpenPerson) -> None:
    opens = datetime.now(UTC) + timedelta(days=2)
    room = await server.create_room(opensAt=opens.isoformat())
    anna = await person("Anna", room["guestUrl"], synthetic=False, join=False)
    await expect(anna.page.locator("h1")).to_have_text("Videomøde med Testkommune")
    await expect(anna.page.locator(".lead")).to_contain_text("Mødet åbner")
    assert await help_link(anna.page) == HELP
    assert "Prøve" not in await anna.page.content()
    assert "t=" not in anna.page.url


async def test_page_of_a_link_that_leads_nowhere_says_so_at_once(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    address, _, token = room["guestUrl"].partition("#t=")
    anna = await person("Anna", f"{address}#t={token[:-8]}AAAAAAAA", synthetic=False, join=False)
    await expect(anna.page.locator("h1")).to_have_text("Linket virker ikke")


async def test_page_in_a_browser_without_calls_keeps_its_address_and_the_help_line(
    server: Server, chromium: Browser
) -> None:
    room = await server.create_room()
    context = await chromium.new_context(locale="da-DK")
    await context.add_init_script("delete window.RTCPeerConnection")
    page = await context.new_page()
    await page.goto(room["guestUrl"])
    await expect(page.locator("h1")).to_have_text("Browseren kan ikke vise video")
    await expect(page.locator("footer a[href^=tel]")).to_have_attribute("href", HELP)
    assert page.url == room["guestUrl"]
    await context.close()
