"""Where the film is: position against time, in samples of 48 kHz. Pure.

The sound's ticks of 20 ms are the clock: the position moves only with a tick whose sound was sent, so sound is never
left out, and pictures are due where the sound will be.
"""

from __future__ import annotations

RATE_HZ = 48_000
TICK_SAMPLES = 960
TICK_S = TICK_SAMPLES / RATE_HZ


class Timeline:
    """`at_s` is any monotonic clock's, the same in every call."""

    __slots__ = ("_at_s", "is_running", "position")

    def __init__(self) -> None:
        self.position = 0
        """Samples from the beginning: what the next tick will send."""
        self.is_running = False
        """Whether the last tick sent the film's sound; when not, nothing falls due."""
        self._at_s = 0.0

    @property
    def position_s(self) -> float:
        return self.position / RATE_HZ

    def jump(self, position_s: float) -> None:
        self.position = max(0, round(position_s * RATE_HZ))
        self.is_running = False

    def stand(self) -> None:
        """This tick sends silence."""
        self.is_running = False

    def advance(self, at_s: float) -> None:
        """This tick, at `at_s`, sends the film's sound at `position`."""
        self.position += TICK_SAMPLES
        self.is_running = True
        self._at_s = at_s + TICK_S

    def due_s(self, position_s: float) -> float:
        """When a moment of the film is played, while it runs."""
        return self._at_s + position_s - self.position_s

    def now_s(self, at_s: float) -> float:
        """The position at a moment between two ticks, never beyond what was sent."""
        if not self.is_running:
            return self.position_s
        return max(0.0, min(self.position_s, self.position_s + at_s - self._at_s))
