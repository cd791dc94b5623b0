"""An organisation's look and terms on the real pages: from what its administrator says to the guest who waits."""

from __future__ import annotations

import aiohttp
from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import eventually
from tests.browser.test_entrances import PHONE, book, path_of
from tests.browser.test_supplier import Supplier
from tests.server import Server

LOOK = {
    "background": "#ffe600",
    "accent": "#12356b",
    "waiting": "Hent et glas vand, mens du venter.",
    "privacyText": "Vores rådgiver hedder Bo.",
    "termsTitle": "Det skal du vide",
    "termsText": "Samtalen bliver ikke optaget.",
    "termsDemanded": True,
}
PAPER = "getComputedStyle(document.body).backgroundColor"
YELLOW = "rgb(255, 230, 0)"


async def test_guest_sees_the_organisations_colours_and_comes_no_further_than_its_terms(
    server: Server, person: OpenPerson
) -> None:
    async with aiohttp.ClientSession() as http:
        supplier = Supplier(server.base_url, http, await server.bearer())
        await supplier.call("PUT", "/api/v1/organisations/dev/branding", LOOK)
        frames = {"frameOrigins": ["https://journal.example.dk"]}
        await supplier.call("PATCH", "/api/v1/organisations/dev/pages", frames)
        made = await book(server)
        below = made["shortUrl"].replace(server.base_url, f"{server.base_url}/o/dev")

        for path, allows in (("/o/dev/", True), ("/o/nobody/", False), ("/", False)):
            async with http.get(server.base_url + path) as page:
                policy = page.headers["Content-Security-Policy"]
            assert ("https://journal.example.dk" in policy.rpartition("frame-ancestors")[2]) is allows

    guest = await person("Bent", below, join=False, **PHONE)
    await eventually(lambda: guest.page.evaluate(PAPER), lambda colour: colour == YELLOW)
    assert (await path_of(guest.page)).startswith("/o/dev/r/")
    await guest.page.get_by_role("button", name="Spring prøven over").click()
    await expect(guest.page.get_by_role("heading", name="Det skal du vide")).to_be_visible()
    await guest.page.get_by_role("button", name="Jeg siger ja").click()
    await guest.page.get_by_label("Dit navn").fill("Bent")
    await guest.page.get_by_role("button", name="Gå ind").click()
    await expect(guest.page.get_by_text(LOOK["waiting"])).to_be_visible()

    # A link that skips everything asks the server at once, and is sent back to the terms.
    hasty = await person("Clara", f"{made['shortUrl']}?join=1&name=Clara", join=False)
    await expect(hasty.page.get_by_role("heading", name="Det skal du vide")).to_be_visible()
    assert await hasty.negotiations() == 0
    await eventually(lambda: hasty.page.evaluate(PAPER), lambda colour: colour == YELLOW)

    async with hasty.page.context.expect_page() as opened:
        await hasty.page.get_by_role("link", name="Privatliv").click()
    privacy = await opened.value
    await expect(privacy.get_by_text(LOOK["privacyText"])).to_be_visible()
    assert (await path_of(privacy)).startswith("/o/dev/privacy")
    assert await hasty.page.evaluate("location.pathname.startsWith('/r/')")
