"""Coming in by PIN and by way of the lobby, in real Chromium with the real server and relay."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import SECONDS, is_near
from tests.server import Server

MIDDLE = """async (image) => {
  await image.decode();
  const size = { width: image.naturalWidth, height: image.naturalHeight };
  const canvas = Object.assign(document.createElement('canvas'), size);
  const drawing = canvas.getContext('2d');
  drawing.drawImage(image, 0, 0);
  return [...drawing.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}"""
"""The colour in the middle of a picture."""


async def open_room(server: Server, **fields: object) -> dict[str, str]:
    return await server.create_room(**fields)


async def test_guest_types_the_pin_and_is_in_the_call(server: Server, person: OpenPerson) -> None:
    room = await open_room(server, hostPin="975310", guestPin="2468")
    host = await person("Anna", room["hostUrl"])
    await expect(host.page.locator("vdx-call")).to_be_visible()
    address = room["guestUrl"].partition("#")[0]
    guest = await person("Bent", address, join=False)
    field = guest.page.get_by_label("Pinkode")
    await expect(field).to_be_visible()
    await field.fill("1111")
    await guest.page.get_by_role("button", name="Gå videre").click()
    await expect(guest.page.locator("#problem")).to_contain_text("ikke den rigtige pinkode")
    await field.fill("2468")
    await field.press("Enter")
    await guest.page.get_by_role("button", name="Spring prøven over").click()
    await guest.page.get_by_label("Dit navn").fill("Bent")
    await guest.page.get_by_label("Din rolle i mødet").select_option("tolk")
    await guest.page.get_by_role("button", name="Gå ind").click()
    await guest.decoding(1)
    await host.decoding(1)
    await host.page.get_by_role("button", name="Deltagere").click()
    await expect(host.page.locator("vdx-people")).to_contain_text("Tolk")
    # A reload of a page in a call needs no PIN.
    await guest.page.reload()
    await guest.decoding(1)


async def test_guest_waits_unseen_until_the_host_lets_him_in_and_is_muted_by_him(
    server: Server, person: OpenPerson
) -> None:
    room = await open_room(server, lobby="knock")
    host = await person("Anna", room["hostUrl"], before=SECONDS)
    guest = await person("Bent", room["guestUrl"])
    await expect(guest.page.get_by_role("heading", name="Du er i venteværelset")).to_be_visible()
    assert await guest.negotiations() == 0, "who waits offers no media"
    people = host.page.get_by_role("button", name="Deltagere, 1 venter")
    await guest.page.get_by_role("button", name="Tag og vis et billede").click()
    await expect(guest.page.get_by_text("Værten kan se dette billede af dig.")).to_be_visible()
    await people.click()
    picture = host.page.locator("vdx-lobby img.still")
    await expect(picture).to_be_visible()
    assert is_near(await picture.evaluate(MIDDLE), guest.colour), "the host sees who it is"
    await host.page.get_by_label("Besked til dem, der venter").fill("To minutter")
    await host.page.get_by_role("button", name="Send", exact=True).click()
    await expect(guest.page.get_by_text("To minutter")).to_be_visible()
    await host.page.get_by_role("button", name="Luk ind: Bent").click()
    await guest.decoding(1)
    await host.decoding(1)
    await host.page.get_by_role("button", name="Muligheder for Bent").click()
    await host.page.get_by_role("button", name="Sluk mikrofon").click()
    await expect(guest.page.get_by_role("button", name="Mikrofon", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    await host.page.get_by_role("button", name="Muligheder for Bent").click()
    await host.page.get_by_role("button", name="Bed om at tænde mikrofon").click()
    await guest.page.get_by_role("button", name="Tænd", exact=True).click()
    await expect(guest.page.get_by_role("button", name="Mikrofon", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await host.page.get_by_role("button", name="Muligheder for Bent").click()
    await host.page.evaluate("seconds.stand()")
    await host.page.get_by_role("button", name="Fjern fra mødet").click()
    await expect(host.page.locator("vdx-undo[waiting]")).to_contain_text("Bent bliver fjernet om")
    await host.page.get_by_role("button", name="Fortryd", exact=True).wait_for()
    # Closed, there is nothing to be taken back any more.
    await host.page.get_by_role("button", name="Muligheder for Bent").click()
    await expect(guest.page.get_by_role("heading", name="Du er ikke længere med i mødet")).to_be_visible()
