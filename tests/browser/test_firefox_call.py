"""A citizen's whole call in Firefox with a host in Chromium: from the SMS's link to the question after the call."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.firefox import FirefoxPage, run_firefox
from tests.browser.flow import Read, flows
from tests.browser.pages import OBSERVE, eventually
from tests.browser.test_entrances import book
from tests.server import Server

CITIZENS: dict[str, bool | int | str] = {
    "intl.accept_languages": "da-DK,da",
    "media.autoplay.default": 1,
    "media.cubeb.force_mock_context": True,
}
"""Sound plays only where the person has allowed something, as Firefox has it by itself; and there is a loudspeaker:
without one no `AudioContext` of Firefox runs, and no meter moves."""
COMPLAINTS = """
  window.complaints = [];
  addEventListener('error', (event) => complaints.push(String(event.message)));
  addEventListener('unhandledrejection', (event) => complaints.push(String(event.reason)));
"""
FIND = """((name, kinds) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((element) => [
    ...(element.matches(kinds) ? [element] : []),
    ...(element.shadowRoot ? all(element.shadowRoot) : []),
  ]);
  const named = (element) =>
    element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const said = (element) => named(element).trim().replace(/\\s+/g, ' ');
  const found = all(document).find((element) => element.checkVisibility() && said(element).startsWith(name));
  if (!found) return null;
  found.scrollIntoView({ block: 'nearest' });
  const box = found.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})"""
AUDIBLE = "[...document.querySelectorAll('audio')].filter((one) => one.srcObject && !one.paused && !one.muted).length"


class Citizen:
    """Reads the page and presses what it shows, with a mouse."""

    def __init__(self, page: FirefoxPage) -> None:
        self.page = page

    async def find(self, name: str, kinds: str) -> Any:
        """The middle of what is called so, once it stands still."""

        async def twice() -> Any:
            before = await self.page.evaluate(f"{FIND}({name!r}, {kinds!r})")
            return before if before == await self.page.evaluate(f"{FIND}({name!r}, {kinds!r})") else None

        return await eventually(twice, lambda at: at is not None)

    async def reads(self, heading: str) -> None:
        await self.find(heading, "h1, h2, p")

    async def press(self, name: str, kinds: str = "button") -> None:
        await self.page.tap(*await self.find(name, kinds))

    def read(self, what: str) -> Read:
        async def rows(kind: str) -> list[dict[str, Any]]:
            got: list[dict[str, Any]] = await self.page.evaluate(f"observe.{what}('{kind}')")
            return got

        return rows


async def hears_more(read: Read) -> None:
    async def energy() -> float:
        return float(sum(row["totalAudioEnergy"] for row in await read("audio")))

    before = await energy()
    await eventually(energy, lambda now: now > before)


async def test_citizen_in_firefox_goes_from_the_link_to_the_question_after_the_call(
    server: Server, person: OpenPerson
) -> None:
    made = await book(server)
    host = await person("Anna", made["hostUrl"])
    async with run_firefox(preferences=CITIZENS) as firefox:
        page = await firefox.open(made["shortUrl"], before=OBSERVE + COMPLAINTS)
        await page.resize(390, 844)
        bent = Citizen(page)
        await bent.press("Kom i gang")
        await bent.press("Tænd kamera og mikrofon")
        await bent.reads("Kan du se dig selv?")
        await bent.press("Ja")
        await bent.reads("Vi kan høre dig.")
        await bent.press("Gå videre")
        await bent.press("Spil musik")
        await bent.reads("Kan du høre musikken?")
        await bent.press("Ja")
        await bent.press("Dit navn", "input")
        await page.type("Bent")
        await bent.press("Gå ind")
        await bent.reads("Du er i venteværelset")

        await host.page.get_by_role("button", name="Deltagere, 1 venter").click()
        await host.page.get_by_role("button", name="Luk ind: Bent").click()
        await host.showing(1)
        await flows(host.inbound, bent.read("outbound"))
        await flows(bent.read("inbound"), host.outbound)
        await hears_more(host.inbound)
        await hears_more(bent.read("inbound"))
        assert await page.evaluate(AUDIBLE) > 0

        await bent.press("Mikrofon")
        await bent.reads("Din mikrofon er slukket")
        await expect(host.page.locator("vdx-stage")).to_contain_text("Bent")
        await bent.press("Forlad")
        await bent.reads("Du har forladt mødet")
        await bent.press("Godt")
        await bent.reads("Tak for dit svar")
        await host.showing(0)
        assert await page.evaluate("complaints") == []
