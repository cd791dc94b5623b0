"""A citizen's network is gone for minutes, and comes back: he is in the picture again by himself, and the host, who had
to let him in at first, does nothing.

By three minutes his seat's thirty seconds are over, the relay has given up his media connection (90 s), and the others
read that he is on his way back: everything is made anew but the seat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from loadtests.netns.call import Person, call
from loadtests.netns.conditions import BASE
from loadtests.netns.result import Result
from tests.browser.pages import eventually

OUTAGE_S = 180.0
SHORT_OUTAGE_S = 35.0
"""Longer than the seat keeps floor and sources, shorter than the relay keeps the media connection."""
BACK_LIMIT_S = 5.0
SETTLE_S = 3.0
PATIENCE_S = 30.0
CALL = "document.querySelector('vdx-app').call"
PHASE = "document.querySelector('vdx-app')?.call?.getState().phase ?? null"
WATCH_LOBBY = f"""() => {{
  window.everWaited = [];
  {CALL}.subscribe((state) => {{
    for (const one of state.documents.lobby?.waiting ?? []) window.everWaited.push(one.name);
  }});
}}"""


async def _pull(bent: Person) -> Callable[[], None]:
    """The device itself is without a network, and the browser knows it: a plug pulled, flight mode."""
    bent.client.lose_network()
    return bent.client.regain_network


async def _silence(bent: Person) -> Callable[[], None]:
    """Nothing comes through any more, and nobody says so: the router's own line is dead."""
    dead = replace(BASE, loss=1.0)
    bent.client.wire.set(up=dead, down=dead)
    return lambda: bent.client.wire.set(up=BASE, down=BASE)


async def _outage(
    result: Result, seconds: float, cut: Callable[[Person], Awaitable[Callable[[], None]]], what: str
) -> None:
    async with call(lobby="knock") as made:
        anna = await made.join("Anna", up=BASE, down=BASE, is_small=True)
        await eventually(lambda: anna.page.evaluate(PHASE), lambda phase: phase == "inCall")
        bent = await made.join("Bent", watches_only=True, is_small=True, up=BASE, down=BASE)
        admit = f"{CALL}.ask({{ type: 'admitAll' }})"
        await eventually(
            lambda: anna.page.evaluate(f"{CALL}.getState().documents.lobby.waiting.length"), lambda count: count == 1
        )
        await anna.page.evaluate(admit)
        for someone in (anna, bent):
            await someone.time_to_picture_s()
        await asyncio.sleep(SETTLE_S)
        await eventually(
            lambda: anna.page.evaluate(f"{CALL}.getState().documents.lobby.waiting.length"), lambda count: count == 0
        )
        await anna.page.evaluate(WATCH_LOBBY)

        mend = await cut(bent)
        await asyncio.sleep(seconds)
        stood_at = [await someone.now() for someone in (anna, bent)]
        frozen = [
            await someone.page.evaluate("at => recorder.firstSince(at)", at - 1.0)
            for someone, at in zip((anna, bent), stood_at, strict=True)
        ]
        result.demand(f"{what}: nothing came through meanwhile", frozen == [None, None], frozen)

        mend()
        clocks = [await someone.now() for someone in (anna, bent)]
        for someone, at, sees in ((anna, clocks[0], "the host sees him"), (bent, clocks[1], "he sees the host")):
            first = await eventually(
                lambda someone=someone, at=at: someone.page.evaluate("at => recorder.firstSince(at)", at),  # type: ignore[misc]
                lambda seen: seen is not None,
                within_s=PATIENCE_S,
            )
            back_s = float(first) - at
            result.demand(
                f"{what}, {seconds:g} s: {sees} again within {BACK_LIMIT_S:g} s", back_s <= BACK_LIMIT_S, back_s
            )
        waited = await anna.page.evaluate("window.everWaited")
        result.demand("he never stood in the lobby again", waited == [], waited)


async def outage(result: Result) -> None:
    """Three minutes with the plug pulled; then by himself back in the picture, the host does nothing."""
    await _outage(result, OUTAGE_S, _pull, "plug pulled")


async def outage_silent(result: Result) -> None:
    """The same where nobody tells the page that the network is away or back."""
    await _outage(result, OUTAGE_S, _silence, "line dead")


async def outage_short(result: Result) -> None:
    """Thirty-five seconds with the plug pulled: the media connection is still there."""
    await _outage(result, SHORT_OUTAGE_S, _pull, "plug pulled")
