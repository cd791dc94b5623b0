"""What a page in a call costs its own main thread: three Chromium pages with Chromium's fake camera and microphone
(which beeps, so levels move), figures of the one that watches the two others, for a window of some seconds.

    python -m loadtests.page_cost [seconds] [--profile]

Task, script, layout and style times are those of DevTools' `Performance.getMetrics` in processor time of the page's
main thread, so a busy machine does not lengthen them much; decoding, painting and the network have threads of their
own and are not in them. With `--profile`, also the functions that took most of the time (wall clock).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections import Counter
from typing import Any

from playwright.async_api import CDPSession, async_playwright

from tests.browser.pages import CHROMIUM_FLAGS, open_person
from tests.server import run_server

DURATIONS = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
COUNTS = ("LayoutCount", "RecalcStyleCount")
SETTLE_S = 6.0
"""Until joins, toasts and the first layers have passed."""
TOP_FUNCTIONS = 25


async def metrics(session: CDPSession) -> dict[str, float]:
    answer = await session.send("Performance.getMetrics")
    return {row["name"]: row["value"] for row in answer["metrics"]}


def hottest(profile: dict[str, Any]) -> list[tuple[str, float]]:
    """Milliseconds by function, without what it called."""
    nodes = {node["id"]: node["callFrame"] for node in profile["nodes"]}
    spent: Counter[str] = Counter()
    for sample, delta_us in zip(profile["samples"], profile["timeDeltas"], strict=True):
        frame = nodes[sample]
        spent[f"{frame['functionName'] or '?'} {frame['lineNumber'] + 1}:{frame['columnNumber']}"] += delta_us
    return [(name, round(us / 1000, 1)) for name, us in spent.most_common(TOP_FUNCTIONS)]


async def measure(window_s: float, *, profiled: bool) -> None:
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    async with run_server() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=CHROMIUM_FLAGS)
        room = await server.create_room()
        people = [
            await open_person(browser, name, room[link], synthetic=False)
            for name, link in (("Anna", "hostUrl"), ("Bent", "guestUrl"), ("Clara", "guestUrl"))
        ]
        for someone in people:
            await someone.decoding(2)
        session = await people[0].page.context.new_cdp_session(people[0].page)
        await session.send("Performance.enable", {"timeDomain": "threadTicks"})
        await asyncio.sleep(SETTLE_S)
        if profiled:
            await session.send("Profiler.enable")
            await session.send("Profiler.start")
        before = await metrics(session)
        await asyncio.sleep(window_s)
        after = await metrics(session)
        for name in (*DURATIONS, *COUNTS):
            unit = " s" if name in DURATIONS else ""
            print(f"{name:22}{after[name] - before[name]:10.3f}{unit}")
        if profiled:
            stopped = await session.send("Profiler.stop")
            for name, ms in hottest(stopped["profile"]):
                print(f"{ms:10.1f} ms  {name}")
        await browser.close()


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--profile"]
    asyncio.run(measure(float(arguments[0]) if arguments else 10.0, profiled="--profile" in sys.argv))
