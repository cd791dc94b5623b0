"""Voice-like sound: vowels of a buzzing source through three formants, in syllables, with pauses. No words.

It must be loud and uneven enough to be found speaking by levels (RFC 6464), and kind to whoever listens.
"""

from __future__ import annotations

import math
from array import array

RATE_HZ = 48_000
SYLLABLE_S = 0.21
"""About the pace of calm speech: five syllables a second with their pauses."""
PEAK = 9_000
"""Of 32,767: about -17 dBov in a syllable."""

_VOWELS = ((700, 1220, 2600), (530, 1840, 2480), (390, 2300, 3000), (500, 1000, 2240), (300, 870, 2240))
"""First three formants in Hz, rounded from Peterson and Barney 1952: a, e, i, o, u."""
_MELODY = (0, 2, 1, 3, 0, 4, 2, -1, 1, 0, 3, 2, -1, 0, 1, -1)
"""Index of the vowel per syllable; -1 is a pause."""
_TABLE = 512


def speak(seconds: float, pitch_hz: float, seed: int) -> tuple[array[int], list[float]]:
    """Mono samples of 16 bits, and how open the mouth is (0..1) per 20 ms."""
    tables = [_period(pitch_hz, formants) for formants in _VOWELS]
    samples = array("h", bytes(2 * int(seconds * RATE_HZ)))
    openings: list[float] = []
    phase = 0.0
    for index in range(len(samples)):
        at_s = index / RATE_HZ
        position, within = divmod(at_s / SYLLABLE_S, 1.0)
        vowel = _MELODY[(int(position) + seed) % len(_MELODY)]
        loudness = 0.0 if vowel < 0 else math.sin(math.pi * within) ** 0.6
        if index % (RATE_HZ // 50) == 0:
            openings.append(loudness)
        if loudness > 0:
            pitch = pitch_hz * (1.0 + 0.06 * math.sin(2 * math.pi * at_s * 0.7 + seed) - 0.05 * within)
            phase = (phase + pitch * _TABLE / RATE_HZ) % _TABLE
            samples[index] = round(PEAK * loudness * tables[vowel][int(phase)])
    return samples, openings


def _period(pitch_hz: float, formants: tuple[int, ...]) -> list[float]:
    """One period of the vowel, peak 1: harmonics weighted by their distance to the formants."""
    wave = [0.0] * _TABLE
    for harmonic in range(1, int(4000 / pitch_hz) + 1):
        hz = harmonic * pitch_hz
        weight = sum(
            1.0 / (1.0 + ((hz - formant) / (60 + 30 * n)) ** 2) / (n + 1) for n, formant in enumerate(formants)
        )
        for step in range(_TABLE):
            wave[step] += weight * math.sin(2 * math.pi * harmonic * step / _TABLE)
    peak = max(map(abs, wave))
    return [value / peak for value in wave]


def level_dbov(samples: array[int]) -> int:
    """RFC 6464's level of a frame, -127 (silent) to 0."""
    power = sum(sample * sample for sample in samples) / max(1, len(samples)) / 32_768**2
    return -127 if power <= 0 else max(-127, round(10 * math.log10(power)))
