"""The page on which people try their equipment, from behind networks that are closed in part, narrow or lossy.

What is demanded is the page's own words: which ways are open, the verdict, and all of it within the time of the check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from loadtests.netns.conditions import BASE, Blocked, Conditions
from loadtests.netns.result import Result
from loadtests.netns.turn import TurnCall, turn_call
from tests.browser.pages import eventually

CHECK_LIMIT_S = 8.0
START = "Start prøven"
RESULT = """(() => {
  const { screen } = document.querySelector('vdx-test') ?? {};
  if (['busy', 'unreachable'].includes(screen?.at)) return { verdict: screen.at, ways: {} };
  return screen?.result?.check ?? null;
})()"""
ENOUGH = "document.querySelector('vdx-test').trial.showResult()"
ENDED = """new Promise((resolve) => {
  const look = () => {
    const at = document.querySelector('vdx-test').screen.at;
    if (at !== 'start' && at !== 'running') resolve();
    else setTimeout(look, 20);
  };
  look();
})"""


@dataclass(frozen=True)
class Situation:
    name: str
    conditions: Conditions
    ways: dict[str, bool]
    """Empty: not all may have been found out in the time."""
    verdicts: tuple[str, ...]


OPEN = {"udp": True, "tcp": True, "tls": True}
SITUATIONS = (
    Situation("open", BASE, OPEN, ("good",)),
    Situation("UDP blocked", replace(BASE, blocked=Blocked.UDP), {**OPEN, "udp": False}, ("good",)),
    Situation(
        "all but TCP 443 blocked",
        replace(BASE, blocked=Blocked.ALL_BUT_TCP_443),
        {"udp": False, "tcp": False, "tls": True},
        ("good",),
    ),
    Situation("120 kbit/s", replace(BASE, rate_bps=120_000.0), {}, ("soundOnly",)),
    Situation("600 kbit/s", replace(BASE, rate_bps=600_000.0), OPEN, ("weak", "soundOnly")),
    Situation("8 % loss", replace(BASE, loss=0.08), OPEN, ("weak", "soundOnly")),
    Situation("20 % loss", replace(BASE, loss=0.2), OPEN, ("soundOnly",)),
    Situation("200 ms each way", replace(BASE, delay_ms=200.0), OPEN, ("weak",)),
)


async def trial_ways(result: Result) -> None:
    """`/test` from behind eight networks, one after the other."""
    async with turn_call() as made:
        for situation in SITUATIONS:
            await _try_out(result, made, situation)


async def trial_udp(result: Result) -> None:
    """`/test` where UDP is blocked."""
    async with turn_call() as made:
        await _try_out(result, made, SITUATIONS[1])


async def _try_out(result: Result, made: TurnCall, situation: Situation) -> None:
    found = await _check(made, situation.conditions)
    took_s = found.get("tookMs", float("inf")) / 1000
    ways = found["ways"]
    measured = ", ".join(f"{name} {found.get(name)}" for name in ("roundTripMs", "lossRatio", "bps"))
    result.demand(
        f"{situation.name}: {' or '.join(situation.verdicts)}",
        found["verdict"] in situation.verdicts,
        f"{found['verdict']} ({measured})",
    )
    if situation.ways:
        result.demand(f"{situation.name}: ways {situation.ways}", ways == situation.ways, ways)
    result.demand(f"{situation.name}: within {CHECK_LIMIT_S:g} s", took_s <= CHECK_LIMIT_S, took_s)


async def _check(made: TurnCall, conditions: Conditions) -> dict[str, Any]:
    """What was found out."""
    person = await made.call.join(
        "Citizen", watches_only=True, up=conditions, down=conditions, flags=made.flags, path="/test"
    )
    page = person.page
    await page.get_by_role("button", name=START).click()
    await page.evaluate(ENDED)
    await page.evaluate(ENOUGH)
    found: dict[str, Any] = await eventually(lambda: page.evaluate(RESULT), lambda seen: seen is not None)
    await page.context.browser.close()  # type: ignore[union-attr] # it was launched
    return found
