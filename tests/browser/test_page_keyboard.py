"""The page without a mouse: everything is reached, seen, said, and the focus never falls into nothing."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.browser.pages import eventually
from tests.browser.stories import DESKTOP, PHONE, open_stories

ACTIVE = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    tag: element.tagName.toLowerCase(), name: element.textContent.trim().replace(/\\s+/g, ' ') || element.id,
    outline: parseFloat(style.outlineWidth) * (style.outlineStyle === 'none' ? 0 : 1),
    seen: element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
    top: box.top, bottom: box.bottom,
  };
}"""


async def active(page: Page) -> dict[str, object]:
    row: dict[str, object] = await page.evaluate(ACTIVE)
    return row


async def is_at(page: Page, name: str) -> None:
    """The focus is there, or comes once the page is drawn anew."""
    await eventually(lambda: active(page), lambda stop: stop["name"] == name)


async def tab_through(page: Page, limit: int = 40) -> list[dict[str, object]]:
    """Every stop of the Tab key, until it leaves the page."""
    stops: list[dict[str, object]] = []
    for _ in range(limit):
        await page.keyboard.press("Tab")
        stop = await active(page)
        if stop["tag"] == "body" or (stops and stop["name"] == stops[0]["name"]):
            break
        stops.append(stop)
    return stops


async def test_prejoin_leads_from_the_welcome_to_the_call_by_keyboard_alone(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        page = await stories.show("prejoin-welcome")
        for heading, button in [
            ("Videomøde med Aarhus Kommune", "Kom i gang"),
            ("Tænd kamera og mikrofon", "Tænd kamera og mikrofon"),
            ("Kan du se dig selv?", "Ja"),
            ("Sig hej", "Gå videre"),
            ("Nu prøver vi lyden", "Spil musik"),
            ("Kan du høre musikken?", "Ja"),
            ("Klar til at gå ind", "Gå ind"),
        ]:
            title = page.get_by_role("heading", name=heading)
            await expect(title).to_be_visible()
            if button != "Kom i gang":
                await expect(title).to_be_focused()
            stops = await tab_through(page)
            assert all(stop["outline"] == 3 and stop["seen"] for stop in stops), (heading, stops)
            assert button in [stop["name"] for stop in stops]
            await page.get_by_role("button", name=button, exact=True).press("Enter")
        await stories.sent("join")


async def test_prejoin_goes_back_by_its_own_button_and_by_the_browsers(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        page = await stories.show("prejoin-camera")
        await page.get_by_role("button", name="Nej").click()
        await expect(page.get_by_role("heading", name="Prøv det her")).to_be_focused()
        await page.get_by_role("button", name="Tilbage").click()
        await expect(page.get_by_role("heading", name="Kan du se dig selv?")).to_be_focused()
        await page.get_by_role("button", name="Ja").click()
        await expect(page.get_by_role("heading", name="Sig hej")).to_be_focused()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Kan du se dig selv?")).to_be_focused()
        await page.get_by_role("button", name="Spring over").click()
        await expect(page.get_by_role("heading", name="Klar til at gå ind")).to_be_focused()
        await page.get_by_role("button", name="Tilbage").click()
        await expect(page.get_by_role("heading", name="Videomøde med Aarhus Kommune")).to_be_focused()


async def test_prejoin_enter_in_the_name_joins_and_an_empty_name_is_asked_for(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("prejoin-ready-name")
        name = page.get_by_label("Dit navn")
        await name.focus()
        await page.keyboard.press("Enter")
        await expect(name).to_be_focused()
        await expect(name).to_have_attribute("aria-invalid", "true")
        await expect(name).to_have_accessible_description("Skriv dit navn, så de andre kan se, hvem du er.")
        await page.keyboard.type("Inger Marie Holm")
        await expect(name).to_have_value("Inger Marie Holm")
        await page.keyboard.press("Enter")
        await stories.sent("join")


async def test_prejoin_way_of_being_there_is_chosen_by_the_arrow_keys(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        page = await stories.show("prejoin-ready")
        way = page.get_by_role("radio", name="Billede og lyd")
        await expect(way).to_be_checked()
        await way.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("radio", name="Lyt og skriv")).to_be_checked()
        await stories.sent("setWay sound", "setWay listen")


async def test_call_tab_reaches_every_button_and_shows_where_it_is(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-2", pictures=True)
        stops = await tab_through(page)
        assert [stop["name"] for stop in stops] == [
            "Flyt",
            "Skjul",
            "Mikrofon",
            "Kamera",
            "Chat",
            "Mere",
            "Forlad",
        ]
        assert all(stop["outline"] == 3 and stop["seen"] for stop in stops), stops


async def test_call_toggle_keeps_its_name_and_says_its_state(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-2")
        microphone = page.get_by_role("button", name="Mikrofon")
        await expect(microphone).to_have_attribute("aria-pressed", "true")
        await microphone.focus()
        await page.keyboard.press("Space")
        await expect(microphone).to_have_attribute("aria-pressed", "false")
        await expect(microphone).to_have_accessible_name("Mikrofon")
        await expect(page.get_by_text("Din mikrofon er slukket", exact=True)).to_be_visible()
        await stories.sent("setMicrophone false")


async def test_call_panel_takes_the_focus_and_gives_it_back(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-2")
        more = page.get_by_role("button", name="Mere")
        await expect(more).to_have_attribute("aria-expanded", "false")
        await more.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Lyd og billede")).to_be_visible()
        await is_at(page, "Lyd og billede")
        await page.keyboard.press("Tab")
        for name in ("Luk", "Deltagere", "Del skærm"):
            await is_at(page, name)
            await page.keyboard.press("Tab")
        await page.keyboard.press("ArrowDown")
        await stories.sent("chooseDevice camera c2")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(more).to_be_focused()


async def test_call_leaving_leads_to_the_next_heading_and_back(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-2")
        await page.get_by_role("button", name="Forlad").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Du har forladt mødet")).to_be_focused()
        await page.keyboard.press("Tab")
        await is_at(page, "Deltag igen")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Vi forbinder dig til mødet")).to_be_focused()


async def test_own_picture_moves_and_hides_by_buttons_and_tells(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-1", pictures=True)
        own = page.locator("vdx-self-view")
        status = page.locator("vdx-announcer [role=status]")
        await expect(own).to_have_attribute("corner", "bottomRight")
        await own.get_by_role("button", name="Flyt").press("Enter")
        await expect(own).to_have_attribute("corner", "bottomLeft")
        await expect(status).to_contain_text("Dit billede er nu nederst til venstre")
        await own.get_by_role("button", name="Skjul").press("Enter")
        back = own.get_by_role("button", name="Vis mig selv")
        await expect(back).to_be_focused()
        await expect(status).to_contain_text("De andre kan stadig se dig")
        await back.press("Enter")
        await expect(own.get_by_role("button", name="Flyt")).to_be_focused()


async def test_own_picture_dragged_snaps_to_the_nearest_corner(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("call-1", pictures=True)
        own = page.locator("vdx-self-view")
        box = await own.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 12, box["y"] + 12)
        await page.mouse.down()
        await page.mouse.move(300, 200, steps=5)
        await page.mouse.up()
        await expect(own).to_have_attribute("corner", "topLeft")
        await eventually(own.bounding_box, lambda box: box is not None and box["x"] < 40 and box["y"] < 40)


async def test_blocked_sound_is_one_button_away(chromium: Browser) -> None:
    async with open_stories(chromium, DESKTOP) as stories:
        page = await stories.show("call-blocked")
        unmute = page.get_by_role("button", name="Slå lyden til")
        await unmute.press("Enter")
        await expect(unmute).to_have_count(0)
        await stories.sent("resumeAudio")


async def test_language_switch_changes_words_document_and_title(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        page = await stories.show("prejoin-idle")
        await page.get_by_role("button", name="English").press("Enter")
        await expect(page.get_by_role("button", name="Turn on camera and microphone")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "en"
        await expect(page).to_have_title("Ready for the meeting – Aarhus Kommune")
