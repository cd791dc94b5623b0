"""What a recording of a page says about a call: arithmetic over samples of getStats and the frames that were shown.

All figures are of a window [since, until] of the page's clock, in seconds; the whole recording when none is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from tests.machine import Machine

SOURCE_FRAME_S = 1 / 30
"""Between two frames of the camera."""
FREEZE_S = 0.5
"""A picture that stands still this long is noticed: counted as a freeze. Chromium's own `freezeCount` begins
earlier, at the mean frame time + 150 ms."""


@dataclass(frozen=True)
class Reading:
    """One participant's view of a window."""

    seconds: float
    shown_fps: float
    """Frames that reached the screen, of the picture that showed most."""
    freezes: int
    """Stand-stills of at least FREEZE_S."""
    longest_freeze_s: float
    frozen_share: float
    """Chromium's totalFreezesDuration over the window."""
    concealed: float
    """Share of samples that were made up: (concealedSamples - silentConcealedSamples) / totalSamplesReceived."""
    height: int
    """Of the picture at the end of the window."""
    video_bps: float
    audio_bps: float
    video_lost: float
    """Share of video packets that never came, resent ones included."""
    nacks: int
    plis: int
    sent_bps: float
    sent_fps: float
    rtt_ms: float | None
    sound_buffer_ms: float
    """How long sound waited in the page before it was heard, on average; 0 when none was."""
    machine: Machine
    """While it was recorded, of the whole recording."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Recording:
    """What `recorder.stop()` gave."""

    samples: list[dict[str, Any]]
    shown: list[list[float]]
    """[seconds, number of the video element, frames it has presented] in order of time."""
    machine: Machine = field(default_factory=Machine)

    def window(self, since: float = -math.inf, until: float = math.inf) -> Recording:
        return Recording(
            [one for one in self.samples if since <= one["at"] <= until],
            [frame for frame in self.shown if since <= frame[0] <= until],
            self.machine,
        )

    def reading(self, since: float = -math.inf, until: float = math.inf) -> Reading:
        part = self.window(since, until)
        assert len(part.samples) >= 2, "the window holds no two samples"
        first, last = part.samples[0], part.samples[-1]
        seconds = last["at"] - first["at"]
        video, audio = _Change(first, last, "inbound", "video"), _Change(first, last, "inbound", "audio")
        sent = _Change(first, last, "outbound", "video")
        stills = part.stand_stills(first["at"], last["at"])
        received, lost = video("packetsReceived"), video("packetsLost")
        heard = _heard(first, last)
        pair = last["pair"] or {}
        rtt_s = pair.get("currentRoundTripTime")
        return Reading(
            seconds=seconds,
            shown_fps=part.frames_shown() / seconds,
            freezes=sum(still >= FREEZE_S for still in stills),
            longest_freeze_s=max(stills, default=seconds),
            frozen_share=video("totalFreezesDuration") / seconds,
            concealed=heard,
            height=tallest(last),
            video_bps=8 * video("bytesReceived") / seconds,
            audio_bps=8 * audio("bytesReceived") / seconds,
            video_lost=lost / (received + lost) if received + lost > 0 else 0.0,
            nacks=int(video("nackCount")),
            plis=int(video("pliCount")),
            sent_bps=8 * sent("bytesSent") / seconds,
            sent_fps=sum(encoded for _, encoded in part.series(frames_encoded)) / seconds,
            rtt_ms=None if rtt_s is None else 1000 * rtt_s,
            sound_buffer_ms=1000 * audio("jitterBufferDelay") / max(1.0, audio("jitterBufferEmittedCount")),
            machine=self.machine,
        )

    def frames_shown(self) -> float:
        """By the element that showed most; its own count, so that callbacks a busy page missed are in it."""
        bounds: dict[float, tuple[float, float]] = {}
        for _, element, presented in self.shown:
            low, _ = bounds.get(element, (presented, presented))
            bounds[element] = (low, presented)
        return max((high - low + 1 for low, high in bounds.values()), default=0)

    def stand_stills(self, since: float, until: float) -> list[float]:
        """Times between frames of the picture that showed most, the window's edges included."""
        most: dict[float, int] = {}
        for _, element, _ in self.shown:
            most[element] = most.get(element, 0) + 1
        if not most:
            return [until - since]
        element = max(most, key=most.__getitem__)
        frames = [(at, presented) for at, which, presented in self.shown if which == element]
        stills = [frames[0][0] - since, until - frames[-1][0]]
        for (before, shown_before), (after, shown_after) in pairwise(frames):
            # Frames which the page was not told of were shown in between.
            stills.append(after - before - max(0.0, shown_after - shown_before - 1) * SOURCE_FRAME_S)
        return stills

    def series(self, of: Callable[[dict[str, Any], dict[str, Any]], float]) -> list[tuple[float, float]]:
        """`of(before, after)` for each pair of neighbouring samples, at the later one's time."""
        return [(after["at"], of(before, after)) for before, after in pairwise(self.samples)]


def tallest(sample: dict[str, Any]) -> int:
    """Lines of the largest picture that is received."""
    return max((row.get("frameHeight", 0) for row in _rows(sample, "inbound", "video")), default=0)


def frames_encoded(before: dict[str, Any], after: dict[str, Any]) -> float:
    """For `Recording.series`: by the coder that made most, since the sizes that nobody takes rest."""
    return max(_Change(before, after, "outbound", "video").each("framesEncoded"), default=0.0)


def audible_slots(before: dict[str, Any], after: dict[str, Any]) -> int:
    """For `Recording.series`: audio slots that got packets."""
    change = _Change(before, after, "inbound", "audio")
    return sum(by > 0 for by in change.each("packetsReceived"))


def _heard(first: dict[str, Any], last: dict[str, Any]) -> float:
    """Of the slots that carried sound; 1 when none did. A slot that was silent all the time conceals nothing."""
    change = _Change(first, last, "inbound", "audio")
    made_up = total = 0.0
    for row, before in change.pairs():
        if row.get("packetsReceived", 0) <= before.get("packetsReceived", 0):
            continue
        made_up += _gain(row, before, "concealedSamples") - _gain(row, before, "silentConcealedSamples")
        total += _gain(row, before, "totalSamplesReceived")
    return made_up / total if total else 1.0


def _gain(row: dict[str, Any], before: dict[str, Any], name: str) -> float:
    return float(row.get(name, 0) - before.get(name, 0))


def _rows(sample: dict[str, Any], side: str, kind: str) -> list[dict[str, Any]]:
    return [row for row in sample[side] if row["kind"] == kind]


class _Change:
    """From one sample to another: the growth of a counter over all streams of a kind."""

    def __init__(self, first: dict[str, Any], last: dict[str, Any], side: str, kind: str) -> None:
        self._before = {(row["mid"], row.get("rid")): row for row in _rows(first, side, kind)}
        self._after = _rows(last, side, kind)

    def pairs(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for row in self._after:
            yield row, self._before.get((row["mid"], row.get("rid")), {})

    def each(self, name: str) -> list[float]:
        return [_gain(row, before, name) for row, before in self.pairs()]

    def __call__(self, name: str) -> float:
        return sum(self.each(name))
