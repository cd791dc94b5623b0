"""Measures what EN 301 549 chapter 6 asks of two-way voice and video, and writes it into the documentation.

    python -m loadtests.en301549 [--check]

Two Chromium pages in a call through a real server and the real relay. Anna has a synthetic camera of 640x360 at 24
frames a second and a tone; Bent watches and listens. Measured at Bent:

- the tone's level at several frequencies against 1 kHz, from what his browser plays (§6.1: up to 7 kHz),
- frames decoded a second and their size (§6.5.2, §6.5.3),
- a flash against a beep that began in the same moment (§6.5.4),
- the time from a key at Bent's until the character is drawn at Anna's, for every character (§6.2.4).

The table goes between the markers of docs/accessibility-en301549.md; with `--check` nothing is written. The exit code
is 1 when a figure does not meet its demand. Left out: what no measurement shows (that text can be told apart by eye and
by program, that its speaker is named): those are tests.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
from pathlib import Path

import msgspec
from playwright.async_api import Browser, async_playwright

from tests.browser.pages import CHROMIUM_FLAGS, open_person
from tests.browser.test_media_quality import MEASURE_LIPS
from tests.browser.typing_delay import text_delays
from tests.server import Server, run_server

PAGE = Path(__file__).parents[1] / "docs/accessibility-en301549.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
TONES_HZ = (300, 1000, 3000, 5000, 6000, 7000)
MIN_LEVEL_DB = -6.0
"""At 7 kHz against 1 kHz: half the amplitude, the usual edge of a band."""
MIN_FRAMES_PER_S = 20.0
MIN_WIDTH, MIN_HEIGHT = 320, 240
MAX_LIPS_MS = 100.0
MAX_TEXT_MS = 500.0
ALIGNED_AFTER_S = 6.0
"""A browser aligns lips and sound only after both sender reports."""
TEXT = "Jeg skriver, mens du læser det her."
MEASURE_TONE = """async (hz) => {
  window.listening ??= (async () => {
    const audio = new AudioContext({ sampleRate: 48000 });
    await audio.resume();
    const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
    for (const transceiver of observe.live().getTransceivers()) {
      const track = transceiver.receiver.track;
      if (track.kind === 'audio' && transceiver.currentDirection === 'recvonly') {
        audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      }
    }
    return analyser;
  })();
  const analyser = await window.listening;
  const levels = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round(hz * 8192 / 48000);
  let peak = -Infinity;
  for (let round = 0; round < 40; round += 1) {
    analyser.getFloatFrequencyData(levels);
    for (let at = bin - 3; at <= bin + 3; at += 1) peak = Math.max(peak, levels[at]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return peak;
}"""


class Measured(msgspec.Struct, frozen=True):
    levels_db: dict[int, float]
    """By frequency in Hz, against that of 1 kHz."""
    frames_per_s: float
    width: int
    height: int
    lips_ms: float
    """Picture after sound; negative: before. Median."""
    text_ms: tuple[float, float]
    """Median and worst."""


async def measure_sound_and_picture(browser: Browser, server: Server) -> tuple[dict[int, float], float, int, int]:
    room = await server.create_room()
    anna = await open_person(browser, "Anna", room["hostUrl"])
    bent = await open_person(browser, "Bent", room["guestUrl"], synthetic=False)
    await bent.decoding(1)
    await asyncio.sleep(3)  # the highest layer has come
    levels: dict[int, float] = {}
    for hz in TONES_HZ:
        await anna.page.evaluate("hz => window.setFrequency(hz)", hz)
        await asyncio.sleep(0.7)
        levels[hz] = await bent.page.evaluate(MEASURE_TONE, hz)
    rates = await bent.frame_rates(8.0)
    (row,) = (row for row in await bent.inbound("video") if row["framesDecoded"] > 0)
    for someone in (anna, bent):
        await someone.page.context.close()
    relative = {hz: level - levels[1000] for hz, level in levels.items()}
    return relative, max(rates), row["frameWidth"], row["frameHeight"]


async def measure_lips(browser: Browser, server: Server) -> float:
    room = await server.create_room()
    anna = await open_person(browser, "Anna", room["hostUrl"], flashes=True)
    bent = await open_person(browser, "Bent", room["guestUrl"], synthetic=False, bypass_csp=True)
    await bent.decoding(1)
    await asyncio.sleep(ALIGNED_AFTER_S)
    seen = await bent.page.evaluate(MEASURE_LIPS)
    for someone in (anna, bent):
        await someone.page.context.close()
    nearest = [min((flash - beep for beep in seen["beeps"]), key=abs) for flash in seen["flashes"]]
    return float(statistics.median(apart for apart in nearest if abs(apart) < 1000))


async def measure_text(browser: Browser, server: Server) -> tuple[float, float]:
    room = await server.create_room()
    anna = await open_person(browser, "Anna", room["hostUrl"], synthetic=False)
    bent = await open_person(browser, "Bent", room["guestUrl"], synthetic=False)
    for someone in (anna, bent):
        await someone.decoding(1)
    delays_ms = await text_delays(bent, anna, TEXT)
    for someone in (anna, bent):
        await someone.page.context.close()
    return statistics.median(delays_ms), max(delays_ms)


async def measure() -> tuple[Measured, str]:
    """The figures, and of which browser."""
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    async with run_server() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=CHROMIUM_FLAGS)
        levels, frames, width, height = await measure_sound_and_picture(browser, server)
        measured = Measured(
            levels_db=levels,
            frames_per_s=frames,
            width=width,
            height=height,
            lips_ms=await measure_lips(browser, server),
            text_ms=await measure_text(browser, server),
        )
        version = browser.version
        await browser.close()
        return measured, version


def rows(measured: Measured) -> list[tuple[str, str, str, str, bool]]:
    """Clause, what, demand, measured, whether it is met."""
    levels = measured.levels_db
    band = ", ".join(f"{hz / 1000:g} kHz {level:+.1f} dB" for hz, level in sorted(levels.items()) if hz != 1000)
    size = f"{measured.width}×{measured.height}"
    median_ms, worst_ms = measured.text_ms
    is_large = measured.width >= MIN_WIDTH and measured.height >= MIN_HEIGHT
    return [
        ("6.1", "sound up to 7 kHz", f"7 kHz ≥ {MIN_LEVEL_DB:g} dB against 1 kHz", band, levels[7000] >= MIN_LEVEL_DB),
        (
            "6.2.4",
            "text typed here, shown there",
            f"≤ {MAX_TEXT_MS:g} ms",
            f"median {median_ms:.0f} ms, worst {worst_ms:.0f} ms",
            worst_ms <= MAX_TEXT_MS,
        ),
        ("6.5.2", "size of the picture", f"≥ {MIN_WIDTH}×{MIN_HEIGHT}", size, is_large),
        (
            "6.5.3",
            "frames a second",
            f"≥ {MIN_FRAMES_PER_S:g}",
            f"{measured.frames_per_s:.1f}",
            measured.frames_per_s >= MIN_FRAMES_PER_S,
        ),
        (
            "6.5.4",
            "picture against sound",
            f"≤ {MAX_LIPS_MS:g} ms",
            f"{measured.lips_ms:+.0f} ms",
            abs(measured.lips_ms) <= MAX_LIPS_MS,
        ),
    ]


def table(measured: Measured, version: str) -> str:
    lines = ["| Clause | What | Demand | Measured | |", "|---|---|---|---|---|"]
    lines += [
        f"| {clause} | {what} | {demand} | {value} | {'met' if is_met else 'not met'} |"
        for clause, what, demand, value, is_met in rows(measured)
    ]
    load = os.getloadavg()[0]
    foot = (
        f"By `make en301549`, Chromium {version}; both pages and the server on one machine with {os.cpu_count()} cores"
    )
    return "\n".join(
        [*lines, "", f"{foot}, whose load was {load:.1f}: well above the cores, times and frames say nothing."]
    )


def write(text: str) -> None:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures what EN 301 549 chapter 6 asks.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    given = parser.parse_args()
    measured, version = asyncio.run(measure())
    text = table(measured, version)
    print(text)
    if not given.check:
        write(text)
    return 0 if all(is_met for *_, is_met in rows(measured)) else 1


if __name__ == "__main__":
    sys.exit(main())
