"""People in a call, as the browser tests see them: a Chromium page each, with a synthetic camera of one colour."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, Page

from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
OBSERVE = (HERE / "observe.js").read_text()
WITHOUT_UDP = (HERE / "without_udp.js").read_text()
SYNTHETIC = (HERE / "synthetic.js").read_text()
SECONDS = (HERE / "seconds.js").read_text()

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
]
COLOURS = {
    "Anna": (200, 40, 40),
    "Bent": (40, 160, 60),
    "Clara": (50, 70, 200),
    "Dorte": (190, 160, 30),
}

T = TypeVar("T")


async def eventually(
    probe: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, within_s: float = PATIENCE_S
) -> T:
    """Asks until the condition holds and returns what held. Fails with the last thing seen."""
    deadline = asyncio.get_running_loop().time() + within_s
    while True:
        seen = await probe()
        if holds(seen):
            return seen
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {within_s} s; last seen: {json.dumps(seen, default=str)[:2000]}")
        await asyncio.sleep(0.1)


def is_near(colour: Sequence[int] | None, expected: Sequence[int], tolerance: int = 45) -> bool:
    """Whether a decoded pixel is the colour that was painted, coding losses aside."""
    return colour is not None and all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


@dataclass
class Person:
    """A participant in a browser page."""

    name: str
    page: Page

    @property
    def colour(self) -> tuple[int, int, int]:
        return COLOURS[self.name]

    async def inbound(self, kind: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.page.evaluate("kind => observe.inbound(kind)", kind)
        return rows

    async def outbound(self, kind: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.page.evaluate("kind => observe.outbound(kind)", kind)
        return rows

    async def pictures(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.page.evaluate("observe.pictures()")
        return rows

    async def negotiations(self) -> int:
        count: int = await self.page.evaluate("observe.negotiations()")
        return count

    async def decoding(self, pictures: int, *, within_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """Waits until this many remote pictures are being decoded; the page may not yet show them."""
        return await eventually(
            lambda: self.inbound("video"),
            lambda rows: sum(row["framesDecoded"] > 0 for row in rows) >= pictures,
            within_s=within_s,
        )

    async def showing(self, pictures: int) -> list[dict[str, Any]]:
        """Waits until the page shows so many remote pictures, and no more."""

        async def shown() -> list[dict[str, Any]]:
            return [row for row in await self.pictures() if row["visible"] and not row["isSelf"]]

        return await eventually(shown, lambda rows: len(rows) == pictures)

    async def frame_rates(self, over_s: float = 4.0) -> list[float]:
        """Decoded frames per second of each slot that moves, measured over a window: for measurements on a quiet
        machine. Whether a call flows says `flow.flows` on any."""
        before = {row["mid"]: row["framesDecoded"] for row in await self.inbound("video")}
        start = asyncio.get_running_loop().time()
        await asyncio.sleep(over_s)
        rows = await self.inbound("video")
        elapsed = asyncio.get_running_loop().time() - start
        rates = [(row["framesDecoded"] - before.get(row["mid"], 0)) / elapsed for row in rows]
        return [rate for rate in rates if rate > 0]


async def go_in(page: Page, name: str = "") -> None:
    """From the first screen of a guest's link into the meeting, past the trying of camera and sound."""
    await page.get_by_role("button", name="Spring prøven over").click()
    if name:
        await page.get_by_label("Dit navn").fill(name)
    await page.get_by_role("button", name="Gå ind").click()


async def open_person(
    browser: Browser,
    name: str,
    url: str,
    *,
    width: int = 1280,
    height: int = 800,
    synthetic: bool = True,
    large: bool = False,
    flashes: bool = False,
    frequency: int = 440,
    join: bool = True,
    bypass_csp: bool = False,
    udp: bool = True,
    before: str = "",
) -> Person:
    """Opens the guest's or host's link in a context of its own; `join` skips the preview.

    `before`: a script that runs before the page's own.

    The synthetic camera has 640x360, or 1280x720 when `large`: painting costs more than coding.
    """
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        permissions=["camera", "microphone"],
        locale="da-DK",
        bypass_csp=bypass_csp,
    )
    context.set_default_timeout(1000 * PATIENCE_S)
    if not udp:
        await context.add_init_script(WITHOUT_UDP)
    await context.add_init_script(OBSERVE)
    if synthetic:
        colour = "rgb({},{},{})".format(*COLOURS[name])
        size = (1280, 720) if large else (640, 360)
        settings = {"width": size[0], "height": size[1], "colour": colour, "frequency": frequency, "flashes": flashes}
        await context.add_init_script(f"window.synthetic = {json.dumps(settings)};\n{SYNTHETIC}")
    if before:
        await context.add_init_script(before)
    page = await context.new_page()
    address, _, token = url.partition("#")
    query = f"?join=1&name={name}" if join else ""
    await page.goto(f"{address}{query}#{token}")
    return Person(name, page)
