"""How pictures are arranged: chosen by a host for all, by each for oneself, and kept for those whom one has pinned."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import Person, eventually
from tests.server import Server

LARGE = 4.0
"""So much larger than a small one is a large picture."""


async def areas(someone: Person) -> dict[str, float]:
    """Name to the area of the camera tile, of those that have a place."""
    boxes: dict[str, float] = await someone.page.locator("vdx-stage vdx-tile").evaluate_all(
        """tiles => Object.fromEntries(tiles.filter(tile => !tile.hidden && tile.tile.kind === 'camera').map(tile => {
            const box = tile.getBoundingClientRect();
            return [tile.tile.name, box.width * box.height];
        }))"""
    )
    return boxes


def has_one_large(boxes: dict[str, float]) -> bool:
    sizes = sorted(boxes.values())
    return len(sizes) == 2 and sizes[1] >= LARGE * sizes[0]


def are_equal(boxes: dict[str, float]) -> bool:
    sizes = sorted(boxes.values())
    return len(sizes) == 2 and sizes[1] <= 1.1 * sizes[0]


async def open_more(someone: Person) -> None:
    """By the keyboard: the bar moves while people come, and a button that moves under the pointer is not clicked."""
    await someone.page.locator("#more button").press("Enter")
    await expect(someone.page.locator("#more button")).to_have_attribute("aria-expanded", "true")


async def choose(someone: Person, field: str, layout: str) -> None:
    if field != "own":
        await someone.page.locator(f"vdx-layouts #{field} summary").click()
    await someone.page.locator(f"vdx-layouts input[name={field}][value={layout}]").check()


async def test_layout_is_chosen_by_the_host_for_all_and_by_each_for_himself(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    clara = await person("Clara", room["guestUrl"], synthetic=False)
    for someone in (anna, bent, clara):
        await eventually(lambda who=someone: areas(who), are_equal)

    await open_more(anna)
    await choose(anna, "guests", "one_main_seven_pips")
    await eventually(lambda: areas(bent), has_one_large)
    await eventually(lambda: areas(clara), has_one_large)
    assert are_equal(await areas(anna))

    await open_more(bent)
    await choose(bent, "own", "grid")
    await eventually(lambda: areas(bent), are_equal)
    assert has_one_large(await areas(clara))

    await anna.page.get_by_label("Hver må vælge selv").uncheck()
    await eventually(lambda: areas(bent), has_one_large)
    await expect(bent.page.locator("vdx-layouts input[name=own]")).to_have_count(0)
    await expect(bent.page.get_by_text("Værten bestemmer, hvordan billederne står.")).to_be_visible()


@pytest.mark.long
async def test_pinned_person_is_large_on_ones_own_screen_only(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    clara = await person("Clara", room["guestUrl"], synthetic=False)
    await eventually(lambda: areas(bent), are_equal)
    await open_more(bent)
    await bent.page.get_by_role("button", name="Deltagere").click()
    await bent.page.get_by_role("button", name="Muligheder for Clara").click()
    await bent.page.get_by_role("button", name="Hold fast på skærmen").click()
    boxes = await eventually(lambda: areas(bent), has_one_large)
    assert max(boxes, key=lambda name: boxes[name]) == "Clara"
    assert are_equal(await areas(anna))
    assert are_equal(await areas(clara))
