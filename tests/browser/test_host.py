"""What a host opens in a call, against the real server: a diagnosis read by its code, a link for one person."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import eventually
from tests.browser.test_entrances import PHONE, book
from tests.server import Server


async def test_diagnosis_of_a_real_call_is_read_by_its_code_and_a_personal_link_leads_in(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server)
    host = await person("Anna", made["hostUrl"], **PHONE)
    page = host.page
    await page.get_by_role("button", name="Deltagere").click()
    await page.get_by_role("button", name="Link eller QR-kode").click()
    await expect(page.locator("#shared-url")).to_have_value(made["shortUrl"])
    await page.get_by_label("Navn i mødet").fill("Bent Jensen")
    await page.get_by_role("button", name="Lav link").click()
    address = await eventually(page.locator("#personal-url").input_value, lambda value: "/i#" in value)
    qr = page.locator("section[aria-labelledby=personal] img")
    await eventually(lambda: qr.evaluate("(image) => image.complete && image.naturalWidth > 0"), bool)

    guest = await person("Bent", address, join=False, **PHONE)
    await guest.page.get_by_role("button", name="Spring prøven over").click()
    await guest.page.get_by_role("button", name="Gå ind").click()
    await host.decoding(1)

    await page.get_by_role("button", name="Mere").click()
    await page.get_by_role("button", name="Om mødet").click()
    await expect(page.locator("vdx-details li", has_text="Bent Jensen")).to_contain_text("Er her")
    await page.get_by_role("button", name="Mere").click()
    await page.get_by_role("button", name="Teknik").click()
    await page.get_by_role("button", name="Send til support").click()
    code = (await page.locator("vdx-technique .code").inner_text()).split()[2]
    async with server.http() as http, http.get(f"{server.base_url}/api/v1/diagnoses/{code}") as answer:
        assert answer.status == 200, await answer.text()
        told = (await answer.json())["diagnosis"]
    assert (told["way"], told["browser"], told["media"], told["device"]) == ("udp", "chrome", "connected", "computer")
    assert told["audioCodec"] == "opus"
    assert told["roundTripMs"] is not None
