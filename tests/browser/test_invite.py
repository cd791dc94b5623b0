"""A host in a booked call sends an SMS by the button in the list of people."""

from __future__ import annotations

import aiohttp
from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.test_entrances import PHONE, book
from tests.browser.test_supplier import until
from tests.server import Server

NUMBER = "24 68 13 57"


async def test_host_in_a_booked_call_sends_an_sms_and_sees_what_becomes_of_it(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server)
    host = await person("Anna", made["hostUrl"], **PHONE)
    await host.page.get_by_role("button", name="Deltagere").click()
    await host.page.get_by_role("button", name="Inviter med sms").click()
    field, send = host.page.get_by_label("Mobilnummer"), host.page.get_by_role("button", name="Send sms", exact=True)
    await expect(field).to_be_focused()

    await field.fill("112")
    await field.press("Enter")
    await expect(host.page.get_by_role("alert").get_by_text("Nummeret kan ikke få sms")).to_be_visible()
    await field.fill(NUMBER)
    await send.click()
    await expect(host.page.locator("vdx-invite li .fate")).to_have_text("Sendt")
    await expect(host.page.locator("vdx-invite #news")).to_have_text("Nummeret, der ender på 57: Sendt.")
    await expect(field).to_have_value("")

    async def inbox() -> str:
        async with aiohttp.ClientSession() as http, http.get(f"{server.base_url}/dev/sms") as answer:
            text = await answer.text()
        return text if NUMBER in text else ""

    assert made["shortUrl"] in await until(inbox)
    kept = await host.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, location.href])")
    for place in (kept, *server.output):
        assert "681357" not in place.replace(" ", "")
