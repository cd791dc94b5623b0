"""What telephones do to a call, and how it comes back by itself; leaving by mistake; the question after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import OpenPerson
from tests.browser.lossy import run_lossy
from tests.browser.pages import Person, eventually, open_person
from tests.server import Server, free_media_port, run_server

TELEPHONE = (Path(__file__).parent / "telephone.js").read_text()


async def energy(person: Person) -> float:
    return sum(row["totalAudioEnergy"] for row in await person.inbound("audio"))


async def frames(person: Person) -> int:
    return sum(row["framesDecoded"] for row in await person.inbound("video"))


async def sees_and_hears_more(person: Person) -> None:
    """Pictures and sound go on from here."""
    before = await frames(person), await energy(person)

    async def now() -> tuple[int, float]:
        return await frames(person), await energy(person)

    await eventually(now, lambda seen: seen[0] > before[0] + 5 and seen[1] > before[1])


async def shown(page: Page, text: str) -> None:
    await expect(page.get_by_text(text, exact=False).first).to_be_visible()


async def others_shown(person: Person) -> int:
    return len([row for row in await person.pictures() if row["visible"] and not row["isSelf"]])


async def pair(server: Server, person: OpenPerson, **choices: Any) -> tuple[Person, Person]:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"])
    bent = await person("Bent", room["guestUrl"], before=TELEPHONE, width=390, height=844, **choices)
    for someone in (anna, bent):
        await someone.decoding(1)
    return anna, bent


async def test_call_comes_back_by_itself_after_what_telephones_do(server: Server, person: OpenPerson) -> None:
    anna, bent = await pair(server, person)
    page = bent.page
    await eventually(lambda: others_shown(anna), lambda count: count == 1)
    await eventually(lambda: page.evaluate("telephone.held()"), lambda held: held == 1)  # the screen stays on

    # A telephone call takes camera, microphone and sound, and gives them back.
    before = set(await page.evaluate("telephone.ids()"))
    await page.evaluate("telephone.rings()")
    await shown(page, "Din mikrofon er sat på pause")
    await eventually(lambda: others_shown(anna), lambda count: count == 0)
    await page.wait_for_timeout(1100)  # a shorter one is a hiccup
    resumes = await page.evaluate("Math.max(...telephone.contexts.map((one) => one.resumes))")
    await page.evaluate("telephone.hangsUp()")
    after = await eventually(lambda: page.evaluate("telephone.ids()"), lambda ids: not before & set(ids))
    assert len(after) == 2, "both are fresh"
    await eventually(
        lambda: page.evaluate("Math.max(...telephone.contexts.map((one) => one.resumes))"), lambda now: now > resumes
    )
    await eventually(lambda: others_shown(anna), lambda count: count == 1)
    await sees_and_hears_more(anna)
    await sees_and_hears_more(bent)

    # Another app, and back: devices that ended without a word are had again, the screen is kept on again.
    await page.evaluate("telephone.hides()")
    await page.evaluate("telephone.shows()")
    await eventually(lambda: page.evaluate("telephone.ids()"), lambda ids: len(ids) == 2 and not set(after) & set(ids))
    await sees_and_hears_more(anna)
    await eventually(lambda: page.evaluate("telephone.held()"), lambda held: held == 1)

    # Sound that may not play asks for one press.
    await page.evaluate("telephone.deniesPlay()")
    unmute = page.get_by_role("button", name="Slå lyden til")
    await unmute.wait_for()
    await page.evaluate("telephone.allowsPlay()")
    await unmute.click()
    await unmute.wait_for(state="detached")
    await eventually(lambda: page.evaluate("telephone.silentElements()"), lambda silent: silent == 0)

    # Pictures that were stopped go on.
    await page.evaluate("observe.videos().forEach((video) => video.pause())")
    still = "observe.videos().filter((video) => video.srcObject && video.paused).length"
    await eventually(lambda: page.evaluate(still), lambda count: count == 0)

    # The telephone is turned: nothing is negotiated, nothing stands still.
    await page.set_viewport_size({"width": 844, "height": 390})
    await page.evaluate("void dispatchEvent(new Event('orientationchange'))")
    await sees_and_hears_more(anna)
    await sees_and_hears_more(bent)
    assert await page.evaluate("observe.connections.length") == 1
    assert await bent.negotiations() == 1

    # Who speaks while he is muted is told.
    await page.get_by_role("button", name="Mikrofon").click()
    await shown(page, "Du taler, men din mikrofon er slukket.")


@pytest.mark.long
async def test_who_left_by_mistake_joins_again_and_is_asked_one_question(server: Server, person: OpenPerson) -> None:
    before = (await server.metrics()).get("vdx_hub_call_ratings_2_total", 0)
    anna, bent = await pair(server, person)
    page = bent.page
    await page.get_by_role("button", name="Forlad").click()
    await shown(page, "Du har forladt mødet")
    assert await page.evaluate("telephone.held()") == 0, "the screen may sleep"
    await page.get_by_role("button", name="Deltag igen").click()
    await sees_and_hears_more(anna)
    await sees_and_hears_more(bent)
    await page.get_by_role("button", name="Forlad").click()
    await page.get_by_role("button", name="Dårligt", exact=True).click()
    await page.get_by_role("button", name="Lyden").click()
    async with page.expect_response("**/api/v1/call-rating") as answered:
        await page.get_by_role("button", name="Send svar").click()
    assert (await answered.value).status == 204
    await shown(page, "Tak for dit svar")
    assert (await server.metrics())["vdx_hub_call_ratings_2_total"] == before + 1


@pytest.mark.long  # some seconds of loss until it is believed, and some until it is over
async def test_both_ends_are_told_whose_connection_is_weak(chromium: Browser) -> None:
    media_port = free_media_port()
    async with run_server(media_port=media_port) as server, run_lossy(media_port) as lossy:
        room = await server.create_room()
        anna = await open_person(chromium, "Anna", room["hostUrl"])
        bent = await open_person(chromium, "Bent", room["guestUrl"], before=lossy.script())
        for someone in (anna, bent):
            await someone.decoding(1)
        theirs = anna.page.locator("vdx-tile[data-name=Bent]").get_by_text("Dårlig forbindelse")
        own = bent.page.get_by_text("orbindelse er svag").or_(bent.page.get_by_text("orbindelsen er svag")).first
        await expect(theirs).to_be_hidden()
        await expect(own).to_be_hidden()
        lossy.loss = 0.2
        await expect(own).to_be_visible()
        await expect(theirs).to_be_visible()
        await expect(anna.page.get_by_text("forbindelse er svag")).to_be_hidden()
        lossy.loss = 0.0
        await expect(own).to_be_hidden()
        await expect(theirs).to_be_hidden()
        for someone in (anna, bent):
            await someone.page.context.close()
