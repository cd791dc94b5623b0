"""The page's states without a server behind: the stories build, served under the content policy of production."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Page

from tests.browser.pages import eventually
from tests.patience import PATIENCE_S

WEB = Path(__file__).parents[2] / "web"
POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
BUILD_TIMEOUT_S = 90.0

PHONE = (390, 844)
SMALL_PHONE = (360, 640)
TABLET = (768, 1024)
DESKTOP = (1440, 900)
ON_ITS_SIDE = (844, 390)

SHOWN = "vdx-frame, vdx-stage, vdx-staff-frame, vdx-operator, vdx-playground"
"""One of these is in every state."""
SWITCHED = "?story=prejoin-idle&blank"
"""Where states are switched without a load."""
SETTLED = """async () => {
  const isLoading = (root) => [...root.querySelectorAll('*')].some(
    (element) => element.hasAttribute('data-loading') || (element.shadowRoot && isLoading(element.shadowRoot)));
  while (document.documentElement.dataset.opening) await new Promise((resolve) => requestAnimationFrame(resolve));
  await document.fonts.ready;
  while (isLoading(document)) await new Promise((resolve) => requestAnimationFrame(resolve));
  const videos = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element instanceof HTMLVideoElement && element.srcObject && element.readyState < 2) videos.push(element);
    }
  };
  walk(document);
  const begun = (video) => new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }));
  const shown = videos.map(begun);
  await Promise.race([Promise.all(shown), new Promise((resolve) => setTimeout(resolve, 2000))]);
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}"""
FRAMES = """async () => {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}"""
"""After this a page that was resized has laid itself out anew."""

_built: tempfile.TemporaryDirectory[str] | None = None


async def build_stories() -> Path:
    """The stories page as files; built once per test process, removed at its end."""
    global _built
    if _built is None:
        folder = tempfile.TemporaryDirectory(prefix="vdx-stories-")
        process = await asyncio.create_subprocess_exec(
            str(WEB / "node_modules/.bin/vite"),
            *("build", "--config", "build/stories.config.ts", "--logLevel", "error"),
            cwd=WEB,
            env={**os.environ, "VDX_STORIES_OUT": folder.name},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), BUILD_TIMEOUT_S)
        assert process.returncode == 0, output.decode()
        _built = folder
    return Path(_built.name)


@dataclass
class Stories:
    """One browser page that is led from state to state."""

    page: Page
    base_url: str
    complaints: list[str]

    async def names(self) -> list[str]:
        await self.page.goto(f"{self.base_url}/stories.html")
        return await self.page.locator("a").all_inner_texts()

    async def show(self, story: str, *, language: str = "da", pictures: bool = False) -> Page:
        extra = "" if pictures else "&blank"
        await self.page.goto(f"{self.base_url}/stories.html?story={story}&lang={language}{extra}")
        await self.page.locator(SHOWN).first.wait_for(state="attached")
        await self.page.evaluate(SETTLED)
        return self.page

    async def switch(
        self, story: str, *, language: str = "da", names: str = "own", text: int = 100, pictures: bool = False
    ) -> Page:
        """Shows another state in the page as it stands, which is ten times as fast as a load of the page."""
        if not self.page.url.endswith(SWITCHED):
            await self.page.goto(f"{self.base_url}/stories.html{SWITCHED}")
            await self.page.locator("vdx-frame").first.wait_for(state="attached")
        asked = {"story": story, "lang": language, "names": names, "text": str(text), "blank": not pictures}
        await self.page.evaluate("detail => document.dispatchEvent(new CustomEvent('story', { detail }))", asked)
        await self.page.locator(SHOWN).first.wait_for(state="attached")
        await self.page.evaluate(SETTLED)
        return self.page

    async def sent(self, *last: str) -> None:
        """Waits until these are the last commands that the page has sent."""
        await eventually(self.commands, lambda sent: tuple(sent[-len(last) :]) == last)

    async def commands(self) -> list[str]:
        """The commands that the page has sent, in order."""
        sent: list[str] = await self.page.evaluate("document.querySelector('vdx-app').storyCalls")
        return sent


@contextlib.asynccontextmanager
async def open_stories(
    browser: Browser, size: tuple[int, int] = DESKTOP, **context_settings: Any
) -> AsyncIterator[Stories]:
    """Serves the stories and opens a page for them; an error in its console (a refused style, too) fails the test."""
    folder = await build_stories()

    async def serve(request: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / request.match_info["path"], headers={"Content-Security-Policy": POLICY})

    application = web.Application()
    application.router.add_get("/{path:[a-zA-Z0-9_./-]+}", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        **{"locale": "da-DK", "reduced_motion": "reduce", **context_settings},
    )
    context.set_default_timeout(1000 * PATIENCE_S)
    page = await context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        port = runner.addresses[0][1]
        yield Stories(page, f"http://127.0.0.1:{port}", complaints)
        assert complaints == [], complaints
    finally:
        await context.close()
        await runner.cleanup()
