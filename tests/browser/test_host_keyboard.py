"""A host's whole call without a mouse, in real Chromium with the real server and relay."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import SECONDS, eventually
from tests.server import Server

FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const style = getComputedStyle(element);
  if (element === document.body) return { name: '', ring: 0, inWindow: true };
  const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const box = element.getBoundingClientRect();
  const shown = element.matches('input[type=radio]') ? element.parentElement : element;
  const ring = getComputedStyle(shown);
  return {
    name: name.trim().replace(/\\s+/g, ' '),
    ring: parseFloat(ring.outlineWidth) * (ring.outlineStyle === 'none' ? 0 : 1),
    inWindow: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
MAX_STOPS = 80
SETTLED_S = 0.7
"""A second press within it is part of a double-click."""


async def go_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """By the Tab key alone; each stop on the way is in the window and has a ring."""
    seen = []
    for _ in range(MAX_STOPS):
        await page.keyboard.press("Shift+Tab" if backwards else "Tab")
        stop = await page.evaluate(FOCUSED)
        seen.append(stop["name"][:40])
        if stop["name"]:  # a panel may still be on its way in
            await eventually(lambda: page.evaluate(FOCUSED), lambda stop: stop["ring"] >= 2 and stop["inWindow"])
        if stop["name"] == name or stop["name"].startswith(f"{name},"):
            return
    raise AssertionError(f"{name} is not reached: {seen}")


async def is_at(page: Page, name: str) -> None:
    """The focus is there, or comes: what closes gives it back once it is drawn anew."""
    await eventually(lambda: page.evaluate(FOCUSED), lambda stop: stop["name"].startswith(name))


async def do(page: Page, *names: str) -> None:
    for name in names:
        await go_to(page, name)
        await page.keyboard.press("Enter")


async def test_host_holds_a_whole_call_by_keyboard_alone(server: Server, person: OpenPerson) -> None:
    room = await server.create_room(lobby="knock")
    host = await person("Anna", room["hostUrl"], join=False, before=SECONDS)
    page = host.page
    await page.get_by_role("button", name="Gå ind").wait_for()
    await go_to(page, "Dit navn")
    await page.keyboard.type("Anna")
    await do(page, "Gå ind")
    await expect(page.get_by_role("group", name="Knapper til mødet")).to_be_visible()
    guest = await person("Bent", room["guestUrl"])

    # Somebody waits: said aloud and in the title, let in by a key.
    await page.locator("vdx-announcer [role=status]", has_text="Bent venter på at komme ind").wait_for()
    await eventually(page.title, lambda title: title.startswith("(1) "))
    await page.keyboard.press("l")
    await guest.decoding(1)
    await expect(page).not_to_have_title(re.compile(r"^\("))

    # The own microphone, by a key and by its button.
    microphone = page.get_by_role("button", name="Mikrofon", exact=True)
    await page.keyboard.press("m")
    await expect(microphone).to_have_attribute("aria-pressed", "false")
    await do(page, "Mikrofon")
    await expect(microphone).to_have_attribute("aria-pressed", "true")

    # Written words are words, and no keys.
    await page.keyboard.press("c")
    await go_to(page, "Din besked")
    await page.keyboard.type("mok")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(microphone).to_have_attribute("aria-pressed", "true")
    await is_at(page, "Chat")
    await guest.page.get_by_role("button", name="Chat, 1").wait_for()

    # What is done about a person: large for all, alone with him, and a slip that is taken back.
    await page.keyboard.press("d")
    await do(page, "Muligheder for Bent", "Vis for alle")
    await expect(page.locator("vdx-people .mark[title='vises for alle']")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.evaluate("seconds.stand()")
    await do(page, "Fjern fra mødet")
    await expect(page.locator("vdx-undo[waiting]")).to_contain_text("Bent bliver fjernet om")
    await asyncio.sleep(SETTLED_S)
    await page.keyboard.press("Enter")
    await expect(page.locator("vdx-undo[waiting]")).to_have_count(0)
    await page.evaluate("seconds.go()")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    # The keys are listed, and can be switched off.
    await page.keyboard.press("?")
    await page.get_by_label("Brug genveje").wait_for()
    await go_to(page, "Brug genveje")
    await page.keyboard.press("Space")
    await page.keyboard.press("Escape")
    await page.keyboard.press("m")
    await page.keyboard.press("d")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(microphone).to_have_attribute("aria-pressed", "true")

    # Layouts, then the end, from the panels of the bar.
    await is_at(page, "Mere")  # who closes what a key opened is among the buttons
    await page.keyboard.press("Enter")
    await go_to(page, "Alle lige store")
    await page.keyboard.press("ArrowRight")
    await is_at(page, "Den, der taler, stort")
    await page.keyboard.press("Escape")
    await go_to(page, "Deltagere", backwards=True)
    await page.keyboard.press("Enter")
    await do(page, "Afslut mødet for alle")
    await expect(guest.page.locator("vdx-ending")).to_contain_text("Værten afslutter mødet om")
    await page.keyboard.press("Escape")
    await go_to(page, "Forlad")
    await page.keyboard.press("Enter")
    await expect(page.locator("vdx-message")).to_be_visible()
