"""Plays one film: what sound the next tick sends, which picture is to be shown next, and what is told of it.

On the loop; the reader's thread only wakes it. While the film stands, its picture goes out again once a second, so that
who comes later sees it, and the sound is silence. Every picture after a jump is a keyframe.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import av

from vdxmedia.conference.kinds import FilmStatus
from vdxmedia.film.clip import ClipFacts, ClipFault, ClipLimits
from vdxmedia.film.reader import Reader
from vdxmedia.film.sound import FRAME_BYTES
from vdxmedia.film.timeline import TICK_SAMPLES, Timeline
from vdxmedia.hub.film import FilmReport

SILENCE = bytes(TICK_SAMPLES * FRAME_BYTES)
STILL_S = 1.0
"""How often a standing picture is sent."""
KEYFRAME_SPACING_S = 0.25
"""Wishes for keyframes that come sooner are met together."""
STUCK_S = 10.0
"""A file that does not let go of the reader for so long never will."""
OPEN_TIMEOUT_S = 15.0
SHORT_BY_S = 2.0
"""A file may end so much before it says."""


class Shown:
    """A picture to send now."""

    __slots__ = ("at_s", "frame", "is_keyframe")

    def __init__(self, frame: av.VideoFrame, at_s: float, *, is_keyframe: bool) -> None:
        self.frame = frame
        self.at_s = at_s
        """By the loop's clock; grows with each."""
        self.is_keyframe = is_keyframe


class Player:
    """`open` first. `on_change` is called after each change of the report, on the loop."""

    def __init__(self, path: Path, limits: ClipLimits, on_change: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._changed = asyncio.Event()
        self._on_change = on_change
        self._reader = Reader(path, limits, lambda: _call(loop, self._heard))
        self._timeline = Timeline()
        self._status = FilmStatus.PAUSED
        self._is_looping = False
        self._is_waiting = True
        """For the reader, after a jump."""
        self._is_fresh = True
        """The picture after a jump has not been shown yet."""
        self._still: av.VideoFrame | None = None
        self._wants_keyframe = True
        self._sent_s = self._keyframe_s = float("-inf")
        self.fault: ClipFault | None = None
        self.ticks_starved = 0
        """Ticks that had to wait for the file."""

    # ── orders ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open(self) -> None:
        """Returns when the first picture is there. Raises: ClipFault."""
        self._reader.seek(0.0)
        self._reader.start()
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                while not self._reader.is_settled and self._reader.fault is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            self._fail(ClipFault("film_stuck", "the file cannot be read in time; is the library's disk well?"))
        self._heard()
        if self.fault is not None:
            raise self.fault

    def play(self) -> None:
        if self._status is FilmStatus.ENDED:
            self._jump(0.0)
        self._become(FilmStatus.PLAYING)

    def pause(self) -> None:
        if self._status is FilmStatus.PLAYING:
            self._timeline.stand()
            self._become(FilmStatus.PAUSED)

    def seek(self, position_s: float) -> None:
        self._jump(min(position_s, self.duration_s))
        self._become(FilmStatus.PAUSED if self._status is FilmStatus.ENDED else self._status)

    def loop(self, *, is_on: bool) -> None:
        self._is_looping = is_on
        self._on_change()

    def close(self) -> None:
        self._reader.close()

    # ── what is told ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def facts(self) -> ClipFacts:
        """Once it is open."""
        assert self._reader.facts is not None
        return self._reader.facts

    @property
    def duration_s(self) -> float:
        return 0.0 if self._reader.facts is None else self._reader.facts.duration_s

    @property
    def pictures_dropped(self) -> int:
        return self._reader.pictures_dropped

    def report(self) -> FilmReport:
        position_s = self._timeline.now_s(self._loop.time())
        return FilmReport(
            status=self._status,
            position_s=self.duration_s if self._status is FilmStatus.ENDED else min(position_s, self.duration_s),
            duration_s=self.duration_s,
            is_looping=self._is_looping,
            code=None if self.fault is None else self.fault.code,
            text=None if self.fault is None else self.fault.text,
        )

    def check(self) -> None:
        """Once a second: finds a file that hangs."""
        if self._reader.stuck_for_s(time.monotonic()) > STUCK_S:
            self._fail(ClipFault("film_stuck", "the file cannot be read any further; is the library's disk well?"))

    # ── sound ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def tick(self, at_s: float) -> bytes:
        """The 20 ms that begin at this moment; call it for every tick, also while the film stands."""
        timeline, reader = self._timeline, self._reader
        if self._is_waiting and reader.is_settled:
            self._is_waiting = False
        if self._status is not FilmStatus.PLAYING or self._is_waiting:
            timeline.stand()
            return SILENCE
        if reader.is_over(timeline.position):
            self._finish()
            return SILENCE
        if self.facts.audio is not None and not reader.has_sound(timeline.position + TICK_SAMPLES):
            self.ticks_starved += 1
            timeline.stand()
            return SILENCE
        pcm = reader.take_sound(timeline.position, TICK_SAMPLES)
        if not timeline.is_running:
            self._changed.set()  # pictures fall due again
        timeline.advance(at_s)
        return pcm

    def _finish(self) -> None:
        if self._timeline.position_s < self.duration_s * 0.9 - SHORT_BY_S:
            self._fail(
                ClipFault(
                    "film_damaged",
                    f"the file ends after {self._timeline.position_s:.0f} of {self.duration_s:.0f} s; copy it anew",
                )
            )
        elif self._is_looping:
            self._jump(0.0)
            self._on_change()
        else:
            self._timeline.stand()
            self._become(FilmStatus.ENDED)

    # ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────

    def want_keyframe(self) -> None:
        """Somebody cannot decode without."""
        self._wants_keyframe = True
        self._changed.set()

    async def next_picture(self) -> Shown:
        """When it is to be sent. One caller."""
        while True:
            self._changed.clear()
            now_s = self._loop.time()
            shown, wake_s = self._choose(now_s)
            if shown is not None:
                return shown
            try:
                async with asyncio.timeout(None if wake_s is None else max(0.0, wake_s - now_s)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _choose(self, now_s: float) -> tuple[Shown | None, float | None]:
        """A picture, or when to ask again at the latest."""
        reader, wake_s = self._reader, None
        if self._is_fresh:
            picture = reader.first_picture()
            if picture is not None:
                self._is_fresh = False
                self._still = picture.frame
                return self._show(now_s, is_keyframe=True), None
        elif self._timeline.is_running:
            next_s = reader.next_picture_s()
            if next_s is not None:
                due_s = self._timeline.due_s(next_s)
                if due_s <= now_s:
                    picture = reader.take_picture(next_s + now_s - due_s)
                    if picture is not None:
                        self._still = picture.frame
                        return self._show(
                            self._timeline.due_s(picture.position_s), self._may_send_keyframe(now_s)
                        ), None
                wake_s = due_s
        if self._still is None:
            return None, wake_s
        still_s = self._sent_s + STILL_S
        if self._wants_keyframe:
            still_s = min(still_s, self._keyframe_s + KEYFRAME_SPACING_S)
        if still_s <= now_s and (wake_s is None or wake_s > now_s + 0.1):
            return self._show(now_s, self._may_send_keyframe(now_s)), None
        return None, still_s if wake_s is None else min(wake_s, max(still_s, now_s + 0.01))

    def _may_send_keyframe(self, now_s: float) -> bool:
        return self._wants_keyframe and now_s >= self._keyframe_s + KEYFRAME_SPACING_S

    def _show(self, at_s: float, is_keyframe: bool) -> Shown:
        assert self._still is not None
        self._sent_s = max(at_s, self._sent_s + 0.001)
        if is_keyframe:
            self._wants_keyframe, self._keyframe_s = False, self._sent_s
        return Shown(self._still, self._sent_s, is_keyframe=is_keyframe)

    # ── inner changes ─────────────────────────────────────────────────────────────────────────────────────────────

    def _jump(self, position_s: float) -> None:
        self._timeline.jump(position_s)
        self._reader.seek(position_s)
        self._is_waiting = self._is_fresh = True

    def _become(self, status: FilmStatus) -> None:
        if self._status is not FilmStatus.FAILED:
            self._status = status
            self._changed.set()
            self._on_change()

    def _fail(self, fault: ClipFault) -> None:
        if self.fault is None:
            self.fault = fault
            self._timeline.stand()
            self._become(FilmStatus.FAILED)

    def _heard(self) -> None:
        """The reader has something new, or has given up."""
        if self._reader.fault is not None:
            self._fail(self._reader.fault)
        self._changed.set()


def _call(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # the loop has ended before its thread
        return
