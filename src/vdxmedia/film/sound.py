"""Decoded sound by position: written by the reader's thread, taken by the loop in ticks of 20 ms.

16 bits, stereo, 48 kHz. Holes are silence, what overlaps is passed over, so that a file with broken times still sounds
at the right places. Each method is one step under the reader's lock.
"""

from __future__ import annotations

FRAME_BYTES = 4
"""Of one sample of both channels."""


class SoundBuffer:
    __slots__ = ("_begin", "_pcm")

    def __init__(self, begin: int = 0) -> None:
        self._begin = begin
        self._pcm = bytearray()

    @property
    def until(self) -> int:
        """Samples from the film's beginning: known up to here."""
        return self._begin + len(self._pcm) // FRAME_BYTES

    def write(self, at: int, pcm: bytes) -> None:
        """Puts sound in place; before what was taken, or known, it is left out."""
        hole = at - self.until
        if hole >= 0:
            self._pcm += bytes(hole * FRAME_BYTES)
            self._pcm += pcm
        else:
            self._pcm += pcm[-hole * FRAME_BYTES :]

    def silence_until(self, at: int) -> None:
        """There is no sound up to here."""
        self._pcm += bytes(max(0, at - self.until) * FRAME_BYTES)

    def take(self, at: int, count: int) -> bytes:
        """`count` samples from `at`; what is not known is silent, what is before is forgotten."""
        self.silence_until(at + count)
        begin = (at - self._begin) * FRAME_BYTES
        if begin < 0:
            return bytes(count * FRAME_BYTES)
        taken = bytes(self._pcm[begin : begin + count * FRAME_BYTES])
        del self._pcm[: begin + count * FRAME_BYTES]
        self._begin = at + count
        return taken
