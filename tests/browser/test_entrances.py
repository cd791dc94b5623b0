"""From a booking to a call, as people come: the short link on a phone, the hosts' link, a portal link with a PIN."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.conftest import OpenPerson
from tests.browser.looks import AXE, RUN_AXE
from tests.browser.pages import go_in
from tests.server import Server

PHONE = {"width": 390, "height": 844}


async def book(server: Server, **fields: Any) -> dict[str, Any]:
    """It has begun, so its room is there within a moment."""
    now = datetime.now(UTC)
    times = {"startTime": now.isoformat(), "endTime": (now + timedelta(hours=1)).isoformat()}
    body = {"organisation": "dev", "subject": "Hemmelig sag", **times, **fields}
    async with server.http() as http, http.post(f"{server.base_url}/api/v1/meetings", json=body) as answer:
        made: dict[str, Any] = await answer.json()
        assert answer.status == 201, made
        return made


async def path_of(page: Page) -> str:
    path: str = await page.evaluate("location.pathname + location.search + location.hash")
    return path


async def test_citizen_comes_by_the_short_link_knocks_and_is_let_in_by_the_host(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server)
    guest = await person("Bent", made["shortUrl"], join=False, **PHONE)
    await go_in(guest.page, "Bent")
    await expect(guest.page.get_by_role("heading", name="Du er i venteværelset")).to_be_visible()
    assert await guest.negotiations() == 0, "who waits offers no media"
    host = await person("Anna", made["hostUrl"])
    await host.page.get_by_role("button", name="Deltagere, 1 venter").click()
    await host.page.get_by_role("button", name="Luk ind: Bent").click()
    await guest.decoding(1)
    await host.decoding(1)
    for one in (guest, host):
        assert (await path_of(one.page)).startswith("/r/")
        assert "#" not in await path_of(one.page)
        assert "Hemmelig" not in await one.page.title()


async def test_citizen_tries_one_thing_after_the_other_and_goes_in_with_sound_only(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server)
    bo = {"role": "host", "name": "Bo Ås", "function": "læge"}
    async with server.http() as http:
        await http.post(f"{server.base_url}/api/v1/meetings/{made['uuid']}/invitations", json=bo)
    guest = await person("Bent", made["guestUrl"], join=False, **PHONE)
    page = guest.page

    async def heading(text: str) -> None:
        await expect(page.get_by_role("heading", name=text)).to_be_visible()

    async def press(text: str) -> None:
        await page.get_by_role("button", name=text, exact=True).click()

    await expect(page.locator(".facts")).to_contain_text("Bo Ås")
    assert "Hemmelig" not in await page.content()
    assert await page.evaluate("document.querySelector('vdx-app').call.getState().phase") == "idle", "nothing runs yet"
    await press("Kom i gang")
    await heading("Kan du se dig selv?")
    await press("Ja")
    await expect(page.get_by_text("Vi kan høre dig.")).to_be_visible()
    await press("Gå videre")
    await press("Spil musik")
    await expect(page.get_by_text("Musikken spiller")).to_be_visible()
    await heading("Kan du høre musikken?")
    await press("Ja")
    await expect(page.locator(".network")).to_contain_text("Din forbindelse er")
    await page.reload()
    await heading("Klar til at gå ind")
    await page.get_by_role("radio", name="Kun lyd").check()
    await page.get_by_label("Dit navn").fill("Bent")
    await press("Gå ind")
    await heading("Værten er her ikke endnu")
    host = await person("Anna", made["hostUrl"])
    await host.decoding(0)
    await expect(page.locator("vdx-call")).to_be_visible()
    await expect(page.get_by_role("button", name="Kamera")).to_have_attribute("aria-pressed", "false")
    # The same link again: what was tried is not tried again, and the link still opens.
    await page.goto(made["guestUrl"])
    await press("Gå videre")
    await heading("Klar til at gå ind")


async def test_portal_link_asks_again_for_a_wrong_pin_and_leaves_nothing_in_the_address(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server, guestPin=2468, hostPin=975310)
    host = await person("Anna", f"{server.base_url}/?url={quote(made['uri'])}&pin=975310&name=Anna&join=1", join=False)
    await expect(host.page.locator("vdx-call")).to_be_visible()
    link = (
        f"{server.base_url}/?url={quote(made['uri'])}&pin=1111&start_dato=2026-11-24T10:00:00&join=1&microphone=muted"
    )
    guest = await person("Bent", f"{link}&name=Bent", join=False, **PHONE)
    field = guest.page.get_by_label("Pinkode")
    await expect(field).to_be_visible()
    assert await path_of(guest.page) == "/"
    await expect(guest.page.locator("#problem")).to_contain_text("Du har 4 forsøg tilbage")
    await field.fill("2468")
    await field.press("Enter")
    await guest.decoding(1)
    await expect(guest.page.get_by_role("button", name="Mikrofon", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )


async def test_page_goes_on_to_where_the_organisation_allows_after_the_call_and_nowhere_else(
    server: Server, person: OpenPerson
) -> None:
    pages, portal = "/api/v1/organisations/dev/pages", "https://portal.example.dk"
    async with server.http() as http:
        http.headers.update(await server.bearer())
        async with http.patch(f"{server.base_url}{pages}", json={"returnOrigins": [portal]}) as answer:
            assert answer.status == 200, await answer.text()
    made = await book(server, guestPin=2468, hostPin=975310)
    link = f"{server.base_url}/?url={quote(made['uri'])}&pin=975310&join=1"
    asked: list[str] = []

    async def elsewhere(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(content_type="text/html", body="<h1>Portal</h1>")

    guests = []
    for name, origin in (("Anna", portal), ("Bent", "https://evil.example.dk")):
        one = await person(name, f"{link}&name={name}&returnUrl={quote(origin + '/dagens', safe='')}", join=False)
        await one.page.route("https://*.example.dk/**", elsewhere)
        await expect(one.page.locator("vdx-call")).to_be_visible()
        assert "returnUrl" not in await path_of(one.page)
        guests.append(one)
    for one in guests:
        await one.decoding(1)
    async with server.http() as http:
        body = {"endTime": datetime.now(UTC).isoformat()}
        async with http.patch(f"{server.base_url}/api/v1/meetings/{made['uuid']}", json=body) as answer:
            assert answer.status == 200, await answer.text()
    allowed, foreign = (one.page for one in guests)
    await expect(allowed.get_by_role("heading", name="Portal")).to_be_visible()
    await expect(foreign.get_by_role("heading", name="Mødet er slut")).to_be_visible()
    assert asked == [portal + "/dagens"]


AARHUS = {"organisation": "Aarhus Kommune", "helpLine": "87 65 43 21", "opensAt": None, "startsAt": None,
          "triesLeft": None, "token": None, "invitation": None, "returnUrl": None}  # fmt: skip
STATES: dict[str, dict[str, Any]] = {
    "Du er tidligt på den": {"state": "notYet", "opensAt": "2026-12-01T09:45:00Z", "startsAt": "2026-12-01T10:00:00Z"},
    "Mødet er slut": {"state": "closed"},
    "Linket virker ikke": {"state": "unknown"},
    "Skriv mødets pinkode": {"state": "wrongPin", "triesLeft": 2},
    "Vent lidt": {"status": 429, "retryAfter": 600},
    "Vi kan ikke få forbindelse": {"status": 503},
}


@pytest.mark.parametrize("size", [(360, 640), (1440, 900)], ids=["phone", "desktop"])
async def test_every_state_of_the_way_in_has_nothing_serious_for_axe_and_fits(
    server: Server, chromium: Browser, size: tuple[int, int]
) -> None:
    scheme: Literal["dark", "light"] = "dark" if size[0] > 1000 else "light"
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = await chromium.new_context(
        viewport=viewport, color_scheme=scheme, locale="da-DK", bypass_csp=True, reduced_motion="reduce"
    )
    page = await context.new_page()
    told: dict[str, Any] = {}

    async def answer(route: Route) -> None:
        await route.fulfill(status=told.get("status", 200), json=AARHUS | told)

    await page.route("**/api/v1/entrances", answer)
    for heading, state in [("Kom ind til dit møde", {}), *STATES.items()]:
        told.clear()
        told.update(state)
        await page.goto(f"{server.base_url}/m/{'' if not state else '0123456789ab'}")
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        await page.add_script_tag(content=AXE)
        assert await page.evaluate(RUN_AXE) == [], heading
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, heading
        assert "Aarhus" not in await page.title()
        # By keyboard alone: language, field or button, in this order.
        if heading == "Kom ind til dit møde":
            await page.keyboard.press("Tab")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await expect(page.locator("#problem")).to_contain_text("Skriv den adresse eller kode")
            await expect(page.get_by_label("Mødets adresse eller kode")).to_be_focused()
    await context.close()
