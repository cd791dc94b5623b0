"""How long a citizen's phone takes from the link to the first button: Chromium with an empty cache, a network of
1.6 Mbit/s and 150 ms, and a processor slowed down four times, as by DevTools.

    python -m loadtests.page_start [rounds]

`button`: the first primary button is drawn; `interactive`: and the main thread has no task above 50 ms any more.
Wall time, which another load on the machine lengthens: repeat it where nothing else runs.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.browser.pages import CHROMIUM_FLAGS
from tests.server import run_server

NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""Milliseconds, bytes per second: what DevTools once called "Fast 3G"."""
SLOWER = 4
MUST_MS = 2_000
GIVE_UP_S = 60.0
QUIET_MS = 1_500
"""Without a long task: there is none to come that belongs to the start."""
WATCH = """
  const seen = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches('button.primary') && element.checkVisibility()) return true;
      if (element.shadowRoot && seen(element.shadowRoot)) return true;
    }
    return false;
  };
  window.started = { button: 0, last: 0 };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.started.last = task.startTime + task.duration;
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (seen(document)) window.started.button = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
"""
DONE = f"() => started.button > 0 && performance.now() - Math.max(started.button, started.last) > {QUIET_MS}"
READ = """() => ({
  button: started.button,
  interactive: Math.max(started.button, started.last),
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
})"""


async def measure(browser: Browser, link: str) -> dict[str, float]:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="da-DK")
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    loaded = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal loaded
        loaded += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", count)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", NETWORK)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.add_init_script(WATCH)
    await page.goto(link, wait_until="commit")
    async with asyncio.timeout(GIVE_UP_S):
        # Its policy forbids the page to wait by itself for what a string says.
        while not await page.evaluate(DONE):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    figures: dict[str, float] = await page.evaluate(READ)
    await context.close()
    return figures | {"kB": loaded / 1000}


async def main(rounds: int) -> None:
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    async with run_server() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=CHROMIUM_FLAGS)
        room = await server.create_room()
        rows = [await measure(browser, room["guestUrl"]) for _ in range(rounds)]
        await browser.close()
    for name, unit in (("paint", "ms"), ("button", "ms"), ("interactive", "ms"), ("kB", "kB")):
        values = [row[name] for row in rows]
        must = f"  (must {MUST_MS})" if name == "interactive" else ""
        print(f"{name:12}{statistics.median(values):8.0f} {unit}  {min(values):.0f} to {max(values):.0f}{must}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
