"""Every state of the page in every look: `python -m tests.browser.looks` measures all, a check measures a sample.

A look is a window, a text size, a language and a length of names. In each state of the stories the page itself is asked
what is cut, covered, broken, too small or outside the window. Light and dark differ in nothing but colour, so they are
axe's: with `--axe` it is asked in both, in every look.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser.conftest import launch_chromium
from tests.browser.firefox import run_firefox
from tests.browser.sheet import MAIN
from tests.browser.stories import (
    DESKTOP,
    FRAMES,
    ON_ITS_SIDE,
    PHONE,
    SETTLED,
    SMALL_PHONE,
    SWITCHED,
    TABLET,
    WEB,
    Stories,
    open_stories,
)

SIZES = (SMALL_PHONE, PHONE, TABLET, DESKTOP)
TEXTS = (100, 200)
LANGUAGES = ("da", "en")
NAMES = ("own", "long", "short")
FAULTS = (Path(__file__).parent / "faults.js").read_text()
AXE = (WEB / "node_modules/axe-core/axe.min.js").read_text()
MEASURE = f"""async (texts) => {{
  const faults = {FAULTS};
  const found = [];
  for (const text of texts) {{
    document.documentElement.style.fontSize = `${{text}}%`;
    scrollTo(0, 0);
    await ({FRAMES})();
    found.push(faults());
  }}
  return found;
}}"""
"""The faults of the page as it stands, with text of one size after the other."""
RUN_AXE = """async (rules) => {
  const only = rules == null ? {} : { runOnly: { type: 'rule', values: rules } };
  const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false, ...only });
  return violations.filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `axe ${id}: ${nodes.map((node) => node.target.flat().join(' ')).join(' | ')}`);
}"""
OF_THE_LOOK = ["color-contrast", "target-size", "scrollable-region-focusable", "meta-viewport", "css-orientation-lock"]
"""The rules of axe whose answer can differ from look to look; the others see the same document."""

PROGRESS_EVERY = 50


@dataclass(frozen=True)
class Look:
    """How a state is shown."""

    size: tuple[int, int]
    text: int = 100
    language: str = "da"
    names: str = "own"

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]} {self.text}% {self.language} {self.names}"


LOOKS = (
    *(
        Look(size, text, language, names)
        for language, names, text, size in itertools.product(LANGUAGES, NAMES, TEXTS, SIZES)
    ),
    *(Look(ON_ITS_SIDE, text) for text in TEXTS),
    *(Look(size, text, language) for language in ("de", "ar") for text in TEXTS for size in (SMALL_PHONE, DESKTOP)),
)
"""What is promised in every combination; and a phone on its side, and the other languages."""


async def faults(page: Page) -> list[str]:
    """What the page as it stands has wrong with it."""
    found: list[str] = await page.evaluate(FAULTS)
    return found


async def show(stories: Stories, story: str, look: Look) -> list[str]:
    """Shows a state in a look. Returns its faults."""
    await stories.page.set_viewport_size({"width": look.size[0], "height": look.size[1]})
    page = await stories.switch(story, language=look.language, names=look.names, text=look.text)
    return await faults(page)


class Run:
    """One walk through all states in all looks, in some pages at once."""

    def __init__(self, browser: Browser, looks: Sequence[Look], *, with_axe: bool) -> None:
        self._browser = browser
        self._looks = looks
        self._with_axe = with_axe
        self.found: dict[str, list[str]] = defaultdict(list)
        """By fault, where it was seen."""
        self.states = 0

    async def walk(self, names: Sequence[str], pages: int) -> None:
        kinds = sorted({(look.language, look.names) for look in self._looks})
        rest = [(name, *kind) for name in names for kind in kinds]
        rest.reverse()
        async with asyncio.TaskGroup() as tasks:
            for index in range(pages):
                tasks.create_task(self._some(rest), name=f"looks {index}")

    async def _some(self, rest: list[tuple[str, str, str]]) -> None:
        """In one page, for as long as there is something left: shown once, then resized, without being drawn anew."""
        async with open_stories(self._browser) as stories:
            while rest:
                if len(rest) % PROGRESS_EVERY == 0:
                    sys.stderr.write(f"{len(rest)} to go, {len(self.found)} faults\n")
                name, language, names = rest.pop()
                looks = [look for look in self._looks if (look.language, look.names) == (language, names)]
                await stories.switch(name, language=language, names=names)
                for size in dict.fromkeys(look.size for look in looks):
                    await stories.page.set_viewport_size({"width": size[0], "height": size[1]})
                    await self._size(stories.page, name, [look for look in looks if look.size == size])

    async def _size(self, page: Page, name: str, looks: Sequence[Look]) -> None:
        """In one window, at one text size after the other."""
        for look, found in zip(looks, await page.evaluate(MEASURE, [look.text for look in looks]), strict=True):
            for fault in found:
                self.found[fault].append(f"{name} {look}")
            self.states += 1
        if self._with_axe:
            for look in looks:
                await page.evaluate("text => { document.documentElement.style.fontSize = `${text}%`; }", look.text)
                await self._ask_axe(page, name, look)

    async def _ask_axe(self, page: Page, name: str, look: Look) -> None:
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(AXE)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(FRAMES)
            is_whole = scheme == "light" and look.text == 100 and look.size in {SMALL_PHONE, DESKTOP}
            for fault in await page.evaluate(RUN_AXE, None if is_whole else OF_THE_LOOK):
                self.found[fault].append(f"{name} {look} {scheme}")

    async def walk_in_firefox(self, base_url: str, names: Sequence[str]) -> None:
        """The same in Firefox, which divides words and lays out by itself."""
        async with run_firefox() as firefox:
            page = await firefox.open(f"{base_url}/stories.html{SWITCHED}")
            for (size, language, length), looks in itertools.groupby(
                sorted(self._looks, key=lambda look: (look.size, look.language, look.names)),
                key=lambda look: (look.size, look.language, look.names),
            ):
                texts = [look.text for look in looks]
                await page.resize(*size)
                for name in names:
                    detail = json.dumps({"story": name, "lang": language, "names": length, "blank": True})
                    await page.evaluate(f"document.dispatchEvent(new CustomEvent('story', {{ detail: {detail} }}))")
                    await page.evaluate(f"({SETTLED})()")
                    for text, found in zip(texts, await page.evaluate(f"({MEASURE})({texts})"), strict=True):
                        self.states += 1
                        for fault in found:
                            self.found[fault].append(f"{name} {Look(size, text, language, length)} Firefox")


def chosen(parts: Sequence[str]) -> list[Look]:
    """The looks whose name has all of these parts."""
    return [look for look in LOOKS if all(part in str(look).split() for part in parts)]


async def run(options: argparse.Namespace) -> int:
    looks = chosen(options.look)
    began = time.monotonic()
    async with launch_chromium() as browser:
        async with open_stories(browser) as stories:
            names = [name for name in await stories.names() if re.search(options.story, name)]
            walk = Run(browser, looks, with_axe=options.axe)
            if options.firefox:
                names = [name for name in names if name in MAIN]
                await walk.walk_in_firefox(stories.base_url, names)
        if not options.firefox:
            await walk.walk(names, options.pages)
    for fault, places in sorted(walk.found.items(), key=lambda row: -len(row[1])):
        sys.stdout.write(f"{len(places):>6}  {fault}\n        {'; '.join(places[:3])}\n")
    if options.out is not None:
        options.out.write_text(json.dumps(walk.found, indent=1, ensure_ascii=False))
    sys.stdout.write(
        f"{walk.states} states: {len(names)} stories in {len(looks)} looks"
        f"{', light and dark by axe' if options.axe else ''}; {len(walk.found)} faults; "
        f"{time.monotonic() - began:.0f} s\n"
    )
    return 1 if walk.found else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("look", nargs="*", help="only looks with these: 360x640, 200%%, en, long")
    parser.add_argument("--story", default="", help="only stories whose name has this in it: '^prejoin|^test'")
    parser.add_argument("--axe", action="store_true", help="also ask axe, by day and by night")
    parser.add_argument("--firefox", action="store_true", help="the main states in Firefox instead of all in Chromium")
    parser.add_argument("--pages", type=int, default=3, help="at once")
    parser.add_argument("--out", type=Path, help="all faults with all places, as JSON")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
