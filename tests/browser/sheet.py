"""Contact sheets of all screens: `python -m tests.browser.sheet` writes docs/images/screens-*.png.

Every state of the stories on a phone and on a desk, the main ones in every other look (sizes, by night, large text,
languages, long and short names), and the main ones in Firefox. A person looks at them; the tests look at the rest.
PNG with a palette, so that all of them together stay below `MOST_BYTES`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from playwright.async_api import Browser

from tests.browser.conftest import launch_chromium
from tests.browser.firefox import run_firefox
from tests.browser.stories import DESKTOP, PHONE, SETTLED, SMALL_PHONE, SWITCHED, TABLET, open_stories

OUT = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 1_500_000
PALETTE = 24
MAIN = (
    "entry-ask",
    "prejoin-welcome",
    "prejoin-camera",
    "prejoin-ready",
    "waiting-knock",
    "call-2",
    "call-9",
    "call-reconnecting",
    "host-lobby",
    "host-training-groups",
    "floor-held",
    "ended-left",
    "failed-link-expired",
)
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Look:
    """How a row of a sheet is taken."""

    name: str
    size: tuple[int, int]
    scheme: str = "light"
    shown: dict[str, Any] = field(default_factory=dict)


LOOKS = (
    Look("360 × 640", SMALL_PHONE),
    Look("390 × 844, mørk", PHONE, "dark"),
    Look("200 % tekst", PHONE, shown={"text": 200}),
    Look("English", PHONE, shown={"language": "en"}),
    Look("Deutsch", PHONE, shown={"language": "de"}),
    Look("العربية", PHONE, shown={"language": "ar"}),
    Look("Lange navne", PHONE, shown={"names": "long"}),
    Look("Korte navne", PHONE, shown={"names": "short"}),
    Look("768 × 1024", TABLET),
)
WIDE_LOOKS = (
    Look("1440 × 900, dark, English", DESKTOP, "dark", {"language": "en"}),
    Look("1440 × 900, العربية", DESKTOP, "light", {"language": "ar"}),
    Look("1440 × 900, lange navne", DESKTOP, "light", {"names": "long"}),
)
SIZES = (SMALL_PHONE, PHONE, TABLET, DESKTOP)


@dataclass(frozen=True)
class Picture:
    caption: str
    png: bytes


async def take(browser: Browser, names: Sequence[str], look: Look) -> list[Picture]:
    """These states in one look, in order."""
    pictures = []
    async with open_stories(browser, look.size, color_scheme=look.scheme) as stories:
        for name in names:
            page = await stories.switch(name, pictures=True, **look.shown)
            pictures.append(Picture(name, await page.screenshot()))
            for complaint in stories.complaints:
                sys.stderr.write(f"{name}: {complaint}\n")
            stories.complaints.clear()
    return pictures


async def take_in_firefox(base_url: str, names: Sequence[str], size: tuple[int, int]) -> list[Picture]:
    pictures = []
    async with run_firefox() as firefox:
        page = await firefox.open(f"{base_url}/stories.html{SWITCHED}")
        await page.resize(*size)
        for name in names:
            detail = f"{{ story: '{name}', lang: 'da', blank: false }}"
            await page.evaluate(f"document.dispatchEvent(new CustomEvent('story', {{ detail: {detail} }}))")
            await page.evaluate(f"({SETTLED})()")
            with tempfile.NamedTemporaryFile(suffix=".png") as file:
                await page.screenshot(Path(file.name))
                pictures.append(Picture(name, await asyncio.to_thread(Path(file.name).read_bytes)))
    return pictures


async def lay(browser: Browser, rows: Sequence[tuple[str, Sequence[Picture]]], width: int, across: int) -> bytes:
    """One sheet: titled rows of pictures of one width, `across` beside each other."""
    figures = "".join(
        f"<h2>{escape(title)}</h2><div>"
        + "".join(
            f"<figure><img src='data:image/png;base64,{base64.b64encode(one.png).decode()}' width={width}>"
            f"<figcaption>{escape(one.caption)}</figcaption></figure>"
            for one in pictures
        )
        + "</div>"
        for title, pictures in rows
    )
    style = (
        "body{margin:16px;font:11px/1.3 sans-serif;background:#fff;color:#222}h2{font-size:15px;margin:12px 0 6px}"
        f"div{{display:grid;grid-template-columns:repeat({across},{width}px);gap:12px 10px;align-items:start}}"
        "figure{margin:0}img{display:block;border:1px solid #ccc}figcaption{overflow-wrap:anywhere}"
    )
    page = await browser.new_page(viewport={"width": 32 + across * (width + 10), "height": 600})
    await page.set_content(f"<!doctype html><style>{style}</style>{figures}")
    whole = await page.screenshot(full_page=True)
    await page.close()
    return whole


def reduced(png: bytes, colours: int = PALETTE) -> bytes:
    """The same picture with a palette that leaves no colour far from one of it: a sixth of the bytes."""
    with av.open(io.BytesIO(png), "r") as container:
        pixels: Pixels = np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)
    height, width, _ = pixels.shape
    coarse = (pixels >> 3).astype(np.uint32)
    keys = (coarse[..., 0] << 10) | (coarse[..., 1] << 5) | coarse[..., 2]
    _, places, counts = np.unique(keys.ravel(), return_inverse=True, return_counts=True)
    # The mean of the pixels of each coarse colour, so that paper stays paper.
    sums = [np.bincount(places, weights=pixels[..., channel].ravel()) for channel in range(3)]
    means = np.stack(sums, axis=1) / counts[:, None]
    palette = means[[np.argmax(counts)]]
    distance = ((means - palette[0]) ** 2).sum(axis=1)
    nearest = np.zeros(len(means), np.int64)
    for index in range(1, min(colours, len(means))):
        # Next is what is far from all that is there, weighed by how much of it there is.
        chosen = means[np.argmax(distance * np.sqrt(counts))]
        palette = np.concatenate([palette, chosen[None, :]])
        to_chosen = ((means - chosen) ** 2).sum(axis=1)
        nearest[to_chosen < distance] = index
        distance = np.minimum(distance, to_chosen)
    indices = nearest[places].astype(np.uint8).reshape(height, width)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), indices], axis=1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette.round().astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


async def write_sheets(out: Path, wanted: set[str], scale: float) -> int:
    """Writes the wanted sheets. Returns their bytes."""
    total = 0

    async def save(
        browser: Browser, name: str, rows: Sequence[tuple[str, Sequence[Picture]]], width: int, across: int
    ) -> None:
        nonlocal total
        body = await asyncio.to_thread(reduced, await lay(browser, rows, round(width * scale), across))
        await asyncio.to_thread((out / f"screens-{name}.png").write_bytes, body)
        total += len(body)
        sys.stdout.write(f"{len(body):>9}  screens-{name}.png\n")

    async with launch_chromium() as browser:
        async with open_stories(browser) as stories:
            names = await stories.names()
            if "firefox" in wanted:
                some = [
                    (f"Firefox, {w} × {h}", await take_in_firefox(stories.base_url, MAIN, (w, h))) for w, h in SIZES
                ]
                await save(browser, "firefox", some, 110, len(MAIN))
        if "phone" in wanted:
            everything = await take(browser, names, Look("390 × 844", PHONE))
            await save(browser, "phone", [("Telefon, 390 × 844", everything)], 120, 16)
        if "desktop" in wanted:
            everything = await take(browser, names, Look("1440 × 900", DESKTOP))
            await save(browser, "desktop", [("Skrivebord, 1440 × 900", everything)], 216, 10)
        if "looks" in wanted:
            rows = [(look.name, await take(browser, MAIN, look)) for look in (*LOOKS, *WIDE_LOOKS)]
            await save(browser, "looks", rows, 140, len(MAIN))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheets", nargs="*", default=["phone", "desktop", "looks", "firefox"])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--scale", type=float, default=1.0, help="Larger, to look closely; not for the repository.")
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    total = asyncio.run(write_sheets(choice.out, set(choice.sheets), choice.scale))
    if total > MOST_BYTES and choice.scale <= 1:
        sys.stderr.write(f"{total} bytes are more than {MOST_BYTES}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
