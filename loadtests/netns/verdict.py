"""What a person would call a call: one word from what was shown and heard. Pure.

Of two people, one of whom shows a film and speaks. Left out: whether colours and edges are well, and echo.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from loadtests.netns.readings import FREEZE_S, Reading

FILM_FPS = 30.0


class Verdict(StrEnum):
    GOOD = "good"
    USABLE = "usable"
    """One notices it and goes on."""
    SOUND_ONLY = "sound only"
    NO_CALL = "no call"


@dataclass(frozen=True)
class Limits:
    least_fps: float
    """Of a film of 30."""
    longest_still_s: float
    concealed: float
    sound_delay_ms: float


GOOD = Limits(least_fps=20.0, longest_still_s=FREEZE_S, concealed=0.02, sound_delay_ms=400.0)
"""Frames and sound: what is demanded at 5 % loss. Delay: ITU-T G.114's limit for planning."""
USABLE = Limits(least_fps=5.0, longest_still_s=2.0, concealed=0.10, sound_delay_ms=1000.0)
"""Guesses: a face is still read, a sentence still understood, and two people take turns when they know of the delay."""


@dataclass(frozen=True)
class Seen:
    """By the one who watches and listens."""

    shown_fps: float
    sent_fps: float
    """What the publisher's coder really made of 30: a machine that is busy makes fewer."""
    longest_still_s: float
    concealed: float
    lines: int
    sound_delay_ms: float
    """From mouth to ear, without what coding and devices take: the wires and the page's buffer."""

    @classmethod
    def of(cls, viewer: Reading, publisher: Reading) -> Seen:
        wires_ms = ((viewer.rtt_ms or 0.0) + (publisher.rtt_ms or 0.0)) / 2
        return cls(
            shown_fps=viewer.shown_fps,
            sent_fps=publisher.sent_fps,
            longest_still_s=viewer.longest_freeze_s,
            concealed=viewer.concealed,
            lines=viewer.height if viewer.shown_fps else 0,
            sound_delay_ms=wires_ms + viewer.sound_buffer_ms,
        )

    def film_fps(self) -> float:
        """As many as would be shown of a source of 30."""
        return self.shown_fps * FILM_FPS / max(self.sent_fps, self.shown_fps) if self.shown_fps else 0.0

    def is_heard(self, limits: Limits) -> bool:
        return self.concealed <= limits.concealed and self.sound_delay_ms <= limits.sound_delay_ms

    def is_seen(self, limits: Limits) -> bool:
        return self.film_fps() >= limits.least_fps and self.longest_still_s <= limits.longest_still_s


def judge(seen: Seen) -> Verdict:
    for verdict, limits in ((Verdict.GOOD, GOOD), (Verdict.USABLE, USABLE)):
        if seen.is_heard(limits) and seen.is_seen(limits):
            return verdict
    return Verdict.SOUND_ONLY if seen.is_heard(USABLE) else Verdict.NO_CALL
