"""Every state of the page: nothing serious for axe, nothing outside the window, targets large enough, titles right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.looks import AXE, LOOKS, RUN_AXE, Run, show
from tests.browser.stories import DESKTOP, ON_ITS_SIDE, PHONE, SMALL_PHONE, Stories, open_stories

PAGES_AT_ONCE = 3
"""More than cores: a page waits for its next frame much of the time."""
Size = tuple[int, int]

CONTROLS = """() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches('button, select, input, summary, a[href]')) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const { left, top, width, height } = element.getBoundingClientRect();
      found.push({ name: element.textContent.trim() || element.id, left, top, width, height });
    }
  };
  walk(document);
  return found;
}"""


async def controls(page: Page) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await page.evaluate(CONTROLS)
    return rows


async def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    pixels: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return pixels


async def all_names(browser: Browser) -> list[str]:
    async with open_stories(browser) as stories:
        names = await stories.names()
    assert len(names) > 100
    return names


Visit = Callable[[Stories, str], Awaitable[None]]


async def visit_each(browser: Browser, names: Sequence[str], visit: Visit, size: Size, **settings: Any) -> None:
    """Visits every state, in some pages at once."""

    async def visit_some(some: Sequence[str]) -> None:
        async with open_stories(browser, size, **settings) as stories:
            for name in some:
                await visit(stories, name)

    async with asyncio.TaskGroup() as tasks:
        for index in range(PAGES_AT_ONCE):
            tasks.create_task(visit_some(names[index::PAGES_AT_ONCE]), name=f"states {index}")


async def axe_findings(browser: Browser, names: Sequence[str], size: Size, scheme: str, **shown: Any) -> dict[str, Any]:
    """By state, what axe has against it."""
    findings: dict[str, Any] = {}

    async def visit(stories: Stories, name: str) -> None:
        page = await stories.switch(name, **shown)
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(AXE)
        found = await page.evaluate(RUN_AXE)
        if found:
            findings[name] = found

    await visit_each(browser, names, visit, size, color_scheme=scheme)
    return findings


async def test_page_every_state_has_nothing_serious_or_moderate_for_axe(chromium: Browser) -> None:
    """A third on a phone in Danish by day, a third on a desk in English by night; the long run has all."""
    names = await all_names(chromium)
    assert await axe_findings(chromium, names[::3], PHONE, "light", language="da") == {}
    assert await axe_findings(chromium, names[1::3], DESKTOP, "dark", language="en") == {}


@pytest.mark.parametrize("state", ["panel", "choice"])
async def test_page_opened_parts_have_nothing_serious_for_axe(chromium: Browser, state: str) -> None:
    async with open_stories(chromium, PHONE) as stories:
        if state == "panel":
            page = await stories.show("call-2")
            await page.get_by_role("button", name="Mere").click()
            await page.get_by_role("dialog").wait_for()
        else:
            page = await stories.show("prejoin-host")
            await page.get_by_text("Vælg kamera og mikrofon").click()
        await page.evaluate(AXE)
        assert await page.evaluate(RUN_AXE) == []


HOST_PARTS = {
    "training": ("host-training-groups", "vdx-group-desk", None),
    "floor": ("host-floor-moderated", "vdx-floor-queue", None),
    "actions": ("host-training-groups", "vdx-people li .actions", None),
    "move": ("host-training-groups", "vdx-people [data-group]", "move-to-group"),
    "transfer": ("host-training-groups", "vdx-transfer form", "transfer"),
    "invite": ("host-lobby", "vdx-invite li", "invite"),
}


async def test_host_parts_of_the_people_panel_are_sound_and_their_targets_large(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        for name, (story, part, action) in HOST_PARTS.items():
            page = await stories.show(story)
            await page.get_by_role("button", name="Deltagere").click()
            if "people" in part or action is not None:
                await page.locator("vdx-people .menu").nth(1).click()
            if action is not None:
                await page.locator(f"[data-action={action}]").click()
            await page.locator(part).first.wait_for()
            if name == "transfer":
                await page.locator("vdx-transfer").get_by_role("button", name="Flyt").click()
                await page.get_by_role("alert").get_by_text("Det ligner ikke et link").wait_for()
            if name == "invite":
                await page.locator("vdx-invite").get_by_role("button", name="Send sms").click()
                await page.get_by_role("alert").get_by_text("Skriv det mobilnummer").wait_for()
                for control in await page.locator("vdx-invite button, vdx-invite input").all():
                    box = await control.bounding_box()
                    assert box is not None
                    assert box["height"] >= 44
            await page.evaluate(AXE)
            assert await page.evaluate(RUN_AXE) == [], name
            assert await sideways(page) <= 0, name
            for label in await page.locator("label.check").all():
                box = await label.bounding_box()
                assert box is not None
                assert box["height"] >= 44, name
            for row in await controls(page):
                assert row["left"] + row["width"] <= PHONE[0] + 0.5, (name, row)


STRIDE = 7
"""Neighbours among the stories are alike: they are measured in looks that are not."""


async def test_page_every_state_is_whole_in_one_look_and_every_look_in_some_states(chromium: Browser) -> None:
    """The sample of a check: as many states as there are. The long run has each in all."""
    names = await all_names(chromium)
    chosen = {name: LOOKS[index * STRIDE % len(LOOKS)] for index, name in enumerate(names)}
    assert set(chosen.values()) == set(LOOKS)
    findings: list[tuple[str, str, list[str]]] = []

    async def visit(stories: Stories, name: str) -> None:
        found = await show(stories, name, chosen[name])
        if found:
            findings.append((name, str(chosen[name]), found))

    await visit_each(chromium, names, visit, PHONE)
    assert findings == []


@pytest.mark.long
async def test_page_every_state_is_whole_and_has_nothing_for_axe_in_every_look(chromium: Browser) -> None:
    names = await all_names(chromium)
    walk = Run(chromium, LOOKS, with_axe=True)
    await walk.walk(names, PAGES_AT_ONCE)
    assert walk.states == len(names) * len(LOOKS)
    assert dict(walk.found) == {}


async def test_page_text_of_200_percent_stays_inside(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        for story in (
            *("prejoin-welcome", "prejoin-camera", "prejoin-ready", "prejoin-host", "prejoin-denied", "waiting-knock"),
            *("call-2", "call-reconnecting", "failed-room-full", "host-panel-link-made", "host-panel-details"),
        ):
            page = await stories.show(story)
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await sideways(page) <= 0, story
            for row in await controls(page):
                assert row["left"] >= 0, (story, row)
                assert row["left"] + row["width"] <= PHONE[0] + 0.5, (story, row)
                if story.startswith("call"):
                    assert row["top"] + row["height"] <= PHONE[1], (story, row)


@pytest.mark.parametrize("size", [SMALL_PHONE, DESKTOP, ON_ITS_SIDE], ids=str)
async def test_call_buttons_are_large_apart_and_in_the_window(chromium: Browser, size: tuple[int, int]) -> None:
    async with open_stories(chromium, size) as stories:
        page = await stories.show("call-9")
        buttons = page.get_by_role("group", name="Knapper til mødet").get_by_role("button")
        boxes = [await button.bounding_box() for button in await buttons.all()]
        assert len(boxes) in (4, 5), "a citizen has at most five things to choose from"
        lowest = 48 if size == ON_ITS_SIDE else 56
        previous_right = previous_bottom = 0.0
        for box in boxes:
            assert box is not None
            assert box["width"] >= lowest
            assert box["height"] >= lowest
            is_next_row = box["y"] >= previous_bottom > 0
            assert is_next_row or box["x"] >= previous_right
            assert box["y"] + box["height"] <= size[1]
            previous_right, previous_bottom = box["x"] + box["width"], box["y"] + box["height"]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_call_tiles_show_every_name_and_nothing_is_over_a_face(chromium: Browser, size: tuple[int, int]) -> None:
    async with open_stories(chromium, size) as stories:
        for others in (1, 2, 3, 4, 5, 6, 9):
            page = await stories.show(f"call-{others}")
            tiles = page.get_by_role("listitem")
            assert await tiles.count() == others
            boxes = [box for tile in await tiles.all() if (box := await tile.bounding_box())]
            assert len(boxes) == others
            for index, a in enumerate(boxes):
                assert a["width"] > 80
                for b in boxes[index + 1 :]:
                    apart_x = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
                    apart_y = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
                    assert apart_x or apart_y
            own = await page.locator("vdx-self-view").bounding_box()
            assert own is not None
            for box in boxes if others > 1 else ():
                apart_x = own["x"] + own["width"] <= box["x"] or box["x"] + box["width"] <= own["x"]
                apart_y = own["y"] + own["height"] <= box["y"] or box["y"] + box["height"] <= own["y"]
                assert apart_x or apart_y, "the own picture covers nobody"
            assert await tiles.first.get_by_text("Bodil Jensen").is_visible()


async def language_and_title(stories: Stories, story: str, language: str) -> tuple[str, str]:
    page = await stories.show(story, language=language)
    return await page.evaluate("document.documentElement.lang"), await page.title()


async def test_page_says_language_and_state_in_document_and_title(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        assert await language_and_title(stories, "prejoin-idle", "da") == ("da", "Klar til mødet – Aarhus Kommune")
        assert await language_and_title(stories, "call-2", "en") == (
            "en",
            "In the meeting with 2 others – Aarhus Kommune",
        )
        assert await language_and_title(stories, "call-reconnecting", "da") == (
            "da",
            "Forbinder igen – Aarhus Kommune",
        )
        assert await language_and_title(stories, "failed-link-missing", "da") == (
            "da",
            "Linket mangler noget – Videomøde",
        )


async def test_page_turns_with_the_language_and_lists_what_is_offered(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        page = await stories.switch("prejoin-welcome", language="ar")
        assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
        mark, choice = page.locator("vdx-frame .mark"), page.get_by_role("combobox", name="اللغة")
        box, below = await mark.bounding_box(), await choice.bounding_box()
        assert box is not None
        assert below is not None
        assert box["x"] > PHONE[0] / 2, "the line begins at the right"
        options = await choice.locator("option").all_inner_texts()
        assert [text.strip() for text in options] == [
            "Dansk", "English", "Deutsch (لم تُراجَع)", "العربية (لم تُراجَع)",
        ]  # fmt: skip
        await choice.select_option("da")
        await page.get_by_role("heading", name="Videomøde med Aarhus Kommune").wait_for()
        assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["da", "ltr"]
        await page.get_by_role("combobox", name="Sprog").wait_for()


async def test_screens_are_listed_by_group_and_shown_in_a_window_of_any_size(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        names = await stories.names()
        page = stories.page
        assert len(set(names)) == len(names)
        groups = await page.get_by_role("heading", level=2).all_inner_texts()
        assert groups[:3] == ["Ind ad døren", "Prøv dit udstyr", "Før mødet"]
        await page.get_by_role("link", name="call-2", exact=True).click()
        window = page.locator("iframe")
        await window.content_frame.get_by_role("button", name="Forlad").wait_for()
        await page.get_by_label("Sprog").select_option("en")
        await page.get_by_label("Vindue").select_option("360x640")
        await window.content_frame.get_by_role("button", name="Leave").wait_for()
        box = await window.bounding_box()
        assert box is not None
        assert (round(box["width"]) - 2, round(box["height"]) - 2) == (360, 640)


async def test_page_never_puts_the_subject_in_the_title(chromium: Browser) -> None:
    async with open_stories(chromium) as stories:
        for story in ("prejoin-welcome-subject", "connecting", "call-2", "alone"):
            page = await stories.show(story)
            assert "sygeplejersken" not in await page.title()


async def test_every_stop_has_words_and_a_human(chromium: Browser) -> None:
    async with open_stories(chromium, PHONE) as stories:
        for name in await stories.names():
            if not name.startswith(("ended", "failed")):
                continue
            page = await stories.show(name)
            assert len(await page.get_by_role("heading", level=1).inner_text()) > 8, name
            assert "Brug for hjælp?" in await page.get_by_role("contentinfo").inner_text(), name


WRONG = (
    *("prejoin-denied", "prejoin-frame", "prejoin-no-device", "prejoin-busy", "failed-in-app"),
    *("failed-browser", "failed-link-expired", "entry-early", "failed-not-open", "failed-closed"),
    *("failed-room-full", "entry-wrong-pin", "ended-removed", "ended-lost", "failed-connection"),
)
"""What the citizen meets when something is not as it should be."""
CHOICE_OF_LANGUAGE = 1


async def test_each_thing_that_goes_wrong_has_one_heading_one_way_on_and_the_telephone_number(
    chromium: Browser,
) -> None:
    async with open_stories(chromium, PHONE) as stories:
        assert set(WRONG) <= set(await stories.names())
        for name in WRONG:
            page = await stories.switch(name)
            assert await page.get_by_role("heading", level=1).count() == 1, name
            assert await page.locator(".button.primary:visible").count() <= 1, name
            beside = page.get_by_role("contentinfo").locator(".link:visible")
            ways = await page.locator(":is(.button, .link):visible").count() - await beside.count() - CHOICE_OF_LANGUAGE
            assert ways >= 1, name
            assert await page.locator("footer a[href$='87654321']:visible").count() == 1, name
            links = page.get_by_role("contentinfo").get_by_role("link")
            assert {"Tilgængelighed", "Privatliv"} <= {
                text.split(",")[0].strip() for text in await links.all_inner_texts()
            }, name
