"""A supplier's page of another origin embeds a call: as docs/embedding.md writes it, against the real server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import OpenPerson
from tests.browser.pages import eventually
from tests.browser.site import Site
from tests.server import Server

EXAMPLES = re.findall(
    r"```html\n(.*?)```", (Path(__file__).parents[2] / "docs/embedding.md").read_text(), flags=re.DOTALL
)
LISTEN = """
<script>
  window.heard = [];
  addEventListener('message', ({ data, origin }) => heard.push({ ...data, origin }));
</script>
"""
HOSTILE = """<!doctype html><script>
  window.heard = [];
  addEventListener('message', ({ data }) => heard.push(data));
  window.attack = () => {
    for (let number = 0; number < parent.length; number += 1) {
      const letter = (id, name, args) => parent[number].postMessage({ vdx: 1, id, type: 'command', name, args }, '*');
      letter('h1', 'getState');
      letter('h2', 'setMicrophone', { on: false });
      letter('h3', 'leave');
    }
  };
</script>"""


def example(number: int, hub: Server, url: str) -> str:
    """One of the document's, for this hub and this link."""
    room, token = re.findall(r"/r/(.*)#t=(.*)", url)[0]
    text: str = EXAMPLES[number]
    return text.replace("https://HUB", hub.base_url).replace("ROOM", room).replace("TOKEN", token)


async def open_page(browser: Browser, url: str) -> tuple[Page, list[str]]:
    context = await browser.new_context(
        permissions=["camera", "microphone"], locale="da-DK", viewport={"width": 1100, "height": 800}
    )
    page = await context.new_page()
    said: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", keep)
    await page.goto(url)
    return page, said


async def names(page: Page) -> list[str]:
    """Of all that came from the frame, in order: `event joined`, `answer leave`."""
    heard: list[dict[str, Any]] = await page.evaluate("heard.filter(({ vdx }) => vdx === 1)")
    return [f"{letter['type']} {letter['name']}" for letter in heard]


async def test_element_in_a_suppliers_page_leads_the_call_and_tells_what_happens(
    hub: Server, site: Site, chromium: Browser, person: OpenPerson
) -> None:
    lines = example(0, hub, hub.host_url).replace("<vdx-meeting ", "<vdx-meeting join camera=on ")
    page, said = await open_page(chromium, site.add("sag", f"{LISTEN}<input id=note>{lines}"))
    await eventually(lambda: names(page), lambda all: "event joined" in all)
    guest = await person("Bent", hub.guest_url)
    await eventually(lambda: names(page), lambda all: "event participantJoined" in all)
    people = await page.evaluate("meeting = document.querySelector('vdx-meeting'), meeting.command('getParticipants')")
    assert sorted(one["name"] for one in people) == ["Anna", "Bent"]

    await page.evaluate("meeting.command('setMicrophone', { on: false })")
    await page.evaluate("meeting.command('sendChatMessage', { text: 'Hej fra sagen' })")
    await page.evaluate("meeting.setAttribute('camera', 'off')")
    await eventually(lambda: names(page), lambda all: {"event cameraChanged", "event outgoingMessage"} <= set(all))
    own = await page.evaluate("meeting.command('getState')")
    assert (own["microphone"], own["camera"], own["self"]["role"]) == (False, False, "host")
    refusals = await page.evaluate(
        """Promise.all([['fly'], ['setMicrophone', { on: 'yes' }], ['lowerHand']].map(([name, args]) =>
            meeting.command(name, args).then(() => 'done', ({ code }) => code)))"""
    )
    assert refusals == ["unknown_command", "bad_arguments", "floor_not_held"]

    await page.locator("#note").click()
    await guest.page.evaluate("document.querySelector('vdx-app').call.leave()")
    await eventually(lambda: names(page), lambda all: "event participantLeft" in all)
    await page.evaluate("meeting.command('leave')")
    await eventually(lambda: page.locator("vdx-meeting").count(), lambda count: count == 0)
    told = [name for name in await names(page) if name.startswith("event")]
    assert told[-2:] == ["event left", "event readyToClose"]
    await page.keyboard.type("mmc")
    assert await page.locator("#note").input_value() == "mmc"
    origins = await page.evaluate("[...new Set(heard.map(({ origin }) => origin))]")
    assert (origins, said) == ([hub.base_url], [])
    await page.context.close()


async def test_frame_obeys_the_page_around_it_and_no_other_window(hub: Server, site: Site, chromium: Browser) -> None:
    bare = example(1, hub, hub.guest_url).replace("#t=", "?join=1&name=Clara#t=").replace("camera; ", "", 1)
    site.add("hostile", HOSTILE)
    hostile_url = site.origin.replace("127.0.0.1", "localhost") + "/hostile"
    page, said = await open_page(chromium, site.add("bare", f"{LISTEN}{bare}<iframe src='{hostile_url}'></iframe>"))
    await eventually(lambda: names(page), lambda all: "event joined" in all)
    heard = await page.evaluate("heard")
    assert next(one for one in heard if one["name"] == "getCapabilities")["ok"]

    # What the frame's `allow` lacks is told to the page and in the console.
    missing = next(one for one in heard if one["name"] == "allowMissing")["detail"]
    assert missing["features"] == ["camera"]
    assert any('allow="camera; microphone' in line for line in said), said

    stranger = next(frame for frame in page.frames if frame.url == hostile_url)
    await stranger.evaluate("attack()")
    await page.evaluate(
        """origin => document.querySelector('#meeting').contentWindow.postMessage(
            { vdx: 1, id: 'own', type: 'command', name: 'getState' }, origin)""",
        hub.base_url,
    )
    heard = await eventually(
        lambda: page.evaluate("heard"),
        lambda all: any(one.get("id") == "own" and one["type"] == "answer" for one in all),
    )
    state = next(one["value"] for one in heard if one.get("id") == "own" and one["type"] == "answer")
    assert (state["phase"], state["microphone"]) == ("inCall", True)
    assert await stranger.evaluate("heard.filter(({ type }) => type !== 'command')") == []
    assert not [one for one in heard if str(one.get("id", "")).startswith("h") and one["type"] == "answer"]
    await page.context.close()
