"""Words in real pages: chat, text shown while it is typed, captions, and a patched page that tries to reach further.

What comes over the wire to somebody who may not have it is looked for in tests/contract/test_words.py.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.browser.conftest import OpenPerson
from tests.browser.pages import Person, eventually
from tests.browser.typing_delay import open_chat, text_delays
from tests.machine import watched
from tests.server import Server

MAX_TEXT_DELAY_S = 0.5
"""From a key to the reader's page (EN 301 549 §6.2.4)."""
CALL = "document.querySelector('vdx-app').call"
TEXT = "Jeg skriver, mens du læser."
SECRET = "Ordene er hemmelige 4711"


async def in_call(someone: Person, others: int) -> None:
    await eventually(
        lambda: someone.page.evaluate(f"{CALL}.getState().participants.length"), lambda count: count == others + 1
    )


async def ask(someone: Person, **command: Any) -> dict[str, Any]:
    """What a patched page can do: any command at all."""
    answer: dict[str, Any] = await someone.page.evaluate(f"command => {CALL}.ask(command)", command)
    return answer


async def id_of(someone: Person, name: str) -> str:
    found: str = await someone.page.evaluate(
        f"name => {CALL}.getState().participants.find((one) => one.name === name).id", name
    )
    return found


async def messages(someone: Person) -> list[str]:
    texts: list[str] = await someone.page.evaluate(f"{CALL}.getState().words.messages.map((one) => one.text)")
    return texts


@pytest.mark.long
async def test_chat_to_all_hosts_and_one_with_unread_count(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    clara = await person("Clara", room["guestUrl"], synthetic=False)
    for someone in (anna, bent, clara):
        await in_call(someone, 2)
    chat = await open_chat(bent)
    for target, text in (("Alle", "til alle"), ("Værten", "til værten"), ("Kun Clara", "til Clara")):
        await chat.get_by_label("Til", exact=True).select_option(label=target)
        await chat.get_by_label("Din besked").fill(f"<b>{text}</b>")
        await chat.get_by_label("Din besked").press("Enter")
        await eventually(lambda: messages(bent), lambda texts, text=text: f"<b>{text}</b>" in texts)
    assert await eventually(lambda: messages(anna), lambda texts: len(texts) == 2) == [
        "<b>til alle</b>",
        "<b>til værten</b>",
    ]
    assert await eventually(lambda: messages(clara), lambda texts: len(texts) == 2) == [
        "<b>til alle</b>",
        "<b>til Clara</b>",
    ]
    await anna.page.get_by_role("button", name="Chat, 2 nye beskeder").click()
    log = anna.page.locator("vdx-chat [role=log]")
    assert await log.locator("b").count() == 0
    assert "<b>til alle</b>" in await log.inner_text()


async def test_typed_text_is_shown_to_the_other_within_half_a_second(server: Server, person: OpenPerson) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    for someone in (anna, bent):
        await in_call(someone, 1)
    async with watched() as machine:
        delays_ms = await text_delays(bent, anna, TEXT)
    assert max(delays_ms) / 1000 <= machine.at_most(MAX_TEXT_DELAY_S), f"{delays_ms}; {machine}"
    assert len(delays_ms) == len(TEXT)
    field = bent.page.get_by_label("Din besked")
    await field.press("Enter")
    await eventually(lambda: messages(anna), lambda texts: texts == [TEXT])
    await anna.page.locator("vdx-chat .line").wait_for(state="detached")


@pytest.mark.long
async def test_captions_by_whom_the_host_chose_are_shown_to_who_switched_them_on(
    server: Server, person: OpenPerson
) -> None:
    room = await server.create_room()
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    clara = await person("Clara", room["guestUrl"], synthetic=False)
    for someone in (anna, bent, clara):
        await in_call(someone, 2)
    await anna.page.get_by_role("button", name="Deltagere").click()
    await anna.page.get_by_role("button", name="Muligheder for Bent").click()
    await anna.page.get_by_role("button", name="Må skrive undertekster").click()
    field = (await open_chat(bent)).get_by_label("Skriv undertekster")
    await field.wait_for()
    await clara.page.get_by_role("button", name="Mere").click()
    await clara.page.get_by_label("Vis undertekster").check()
    await clara.page.get_by_label("Størrelse").select_option(label="Meget stor")
    strip = clara.page.get_by_role("region", name="Undertekster")
    await field.press_sequentially("Velkommen til mødet")
    await strip.get_by_text("Velkommen til mødet").wait_for()
    await field.press("Enter")
    await eventually(lambda: field.input_value(), lambda value: value == "")
    await field.press_sequentially("Vi begynder")
    await eventually(
        lambda: strip.locator("p").all_inner_texts(), lambda lines: lines == ["Velkommen til mødet", "Vi begynder"]
    )
    size = await strip.evaluate("strip => parseFloat(getComputedStyle(strip).fontSize)")
    assert size >= 32
    box, stage = await strip.bounding_box(), await clara.page.locator("vdx-stage").bounding_box()
    assert box is not None
    assert stage is not None
    assert box["y"] >= stage["y"] + stage["height"], "nothing of the picture is covered"
    assert await anna.page.get_by_role("region", name="Undertekster").count() == 0


async def test_private_room_a_patched_page_reaches_no_other_guest(server: Server, person: OpenPerson) -> None:
    room = await server.create_room(guestVisibility="hosts")
    anna = await person("Anna", room["hostUrl"], synthetic=False)
    bent = await person("Bent", room["guestUrl"], synthetic=False)
    clara = await person("Clara", room["guestUrl"], synthetic=False)
    await in_call(anna, 2)
    for someone in (bent, clara):
        await in_call(someone, 1)
    stolen = await id_of(anna, "Clara")
    for command in (
        {"type": "writeChat", "to": "all", "text": SECRET},
        {"type": "writeChat", "to": "one", "participantId": stolen, "text": SECRET},
        {"type": "typeText", "to": "all", "keep": 0, "text": SECRET},
        {"type": "typeText", "to": "one", "participantId": stolen, "keep": 0, "text": SECRET},
        {"type": "typeCaption", "keep": 0, "text": SECRET, "finished": True},
        {"type": "announce", "text": SECRET},
        {"type": "letWriteCaptions", "participantId": stolen, "allowed": True},
        {"type": "react", "reaction": "heart"},
    ):
        await ask(bent, **command)
    assert (await ask(bent, type="writeChat", to="one", participantId=stolen, text=SECRET))["code"] == (
        await ask(bent, type="writeChat", to="one", participantId="nobody234567", text=SECRET)
    )["code"]
    assert await eventually(lambda: messages(anna), lambda texts: texts == [SECRET])
    await asyncio.sleep(0.2)  # two of the fan-out's paces: longer than anything waits to be written
    # What he had got would be there before what is written to all after it.
    await ask(anna, type="writeChat", to="all", text="Til alle")
    await eventually(lambda: messages(clara), lambda texts: texts == ["Til alle"])
    state = await clara.page.evaluate(f"JSON.stringify({{...{CALL}.getState(), tiles: [], local: null}})")
    assert SECRET not in state
    assert "Bent" not in state
