"""Whether pictures flow, told apart from whether the machine is fast: viewers are measured by what coders made.

Absolute frame rates say as much about the machine as about the call, and are measured elsewhere, on a quiet one
(loadtests/bench). Here a stall of the call is one that the coders have not had.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tests.browser.pages import eventually

Read = Callable[[str], Awaitable[list[dict[str, Any]]]]
"""`Person.inbound` or `Person.outbound`, or the same of a page without a `Person`."""
CAMERA_MID = "1"
"""M-lines begin with microphone, camera, screen."""
FRAMES = 30
"""Coded in a window: one to two seconds of a camera that nothing slows down."""
LEAST_SHARE = 0.5
"""Of the frames coded: of those a decoder that got no time for a moment passes some over."""


async def decoded(inbound: Read) -> dict[str, int]:
    """By slot."""
    return {row["mid"]: row["framesDecoded"] for row in await inbound("video")}


async def coded(outbound: Read) -> dict[str, int]:
    """Of the camera, by layer."""
    return {
        row.get("rid", ""): row.get("framesEncoded") or 0
        for row in await outbound("video")
        if row.get("mid") == CAMERA_MID
    }


def gains(before: dict[str, int], after: dict[str, int]) -> list[int]:
    return [count - before.get(key, 0) for key, count in after.items()]


class Window:
    """What a viewer decoded while publishers coded. The layers are coded alike; one that nobody takes rests."""

    def __init__(self, inbound: Read, outbounds: Sequence[Read]) -> None:
        self._inbound, self._outbounds = inbound, outbounds
        self._decoded: dict[str, int] = {}
        self._coded: list[dict[str, int]] = []

    async def open(self) -> None:
        self._decoded = await decoded(self._inbound)
        self._coded = [await coded(outbound) for outbound in self._outbounds]

    async def coded(self) -> list[int]:
        """Frames of each publisher so far."""
        now = [await coded(outbound) for outbound in self._outbounds]
        return [max(gains(*pair), default=0) for pair in zip(self._coded, now, strict=True)]

    async def shares(self) -> list[float]:
        """Of the least that a publisher coded, for each publisher's worth of slots; the fullest slots."""
        least = min(await self.coded())
        most = sorted(gains(self._decoded, await decoded(self._inbound)), reverse=True)
        return [gain / max(least, 1) for gain in most[: len(self._outbounds)]]


def is_whole(shares: list[float]) -> bool:
    return bool(shares) and min(shares) >= LEAST_SHARE


async def flows(inbound: Read, *outbounds: Read) -> None:
    """The pictures of all these publishers move as their coders make them. Fails when that does not come about."""

    async def window() -> list[float]:
        seen = Window(inbound, outbounds)
        await seen.open()
        await eventually(seen.coded, lambda counts: min(counts) >= FRAMES)
        return await seen.shares()

    await eventually(window, lambda shares: len(shares) == len(outbounds) and is_whole(shares))
