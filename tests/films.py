"""Films that tests make: white flashes and beeps at known moments, in the codecs people bring."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE_HZ = 48_000
FLASH_S = 0.1
BEEP_HZ = 1_000


def make_film(
    path: Path,
    *,
    seconds: float = 4.0,
    size: tuple[int, int] = (640, 360),
    fps: int = 30,
    video: str = "libx264",
    audio: str | None = "aac",
    every_s: float = 1.0,
    keyframe_every: int = 60,
    noise: bool = False,
) -> Path:
    """Each second begins with a white flash and a beep of 0.1 s; between them the grey grows with the time, so that a
    picture tells its second: 40 + 16 a second."""
    width, height = size
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(video, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = keyframe_every
        if video == "libx264":
            stream.options = {"preset": "ultrafast", "g": str(keyframe_every)}
        elif video.startswith("libvpx"):
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
        sound = container.add_stream(audio, rate=RATE_HZ) if audio else None
        if sound is not None:
            sound.layout = "stereo"
        grain = random.integers(-20, 20, (height, width), dtype=np.int16) if noise else None
        for index in range(round(seconds * fps)):
            at_s = index / fps
            flash = at_s % every_s < FLASH_S - 0.001
            luma = np.full((height, width), 235 if flash else grey(at_s), dtype=np.int16)
            if grain is not None:
                luma = luma + np.roll(grain, index * 7, axis=1)
            planes = [luma.clip(16, 235).astype(np.uint8), np.full((height // 2, width), 128, dtype=np.uint8)]
            frame = av.VideoFrame.from_ndarray(
                np.concatenate([planes[0].ravel(), planes[1].ravel()]).reshape(height * 3 // 2, width), format="yuv420p"
            )
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
            if sound is not None:
                count = round((index + 1) * RATE_HZ / fps) - round(index * RATE_HZ / fps)
                begin = round(index * RATE_HZ / fps)
                container.mux(sound.encode(_tone(begin, count, every_s)))
        container.mux(stream.encode(None))
        if sound is not None:
            container.mux(sound.encode(None))
    return path


def grey(at_s: float) -> int:
    return 40 + 16 * int(at_s)


def _tone(begin: int, count: int, every_s: float) -> av.AudioFrame:
    at = np.arange(begin, begin + count) / RATE_HZ
    wave = np.where(at % every_s < FLASH_S, 0.5 * np.sin(2 * np.pi * BEEP_HZ * at), 0.0).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, begin, Fraction(1, RATE_HZ)
    return frame
