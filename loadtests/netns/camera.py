"""A film for Chromium's file camera: textured movement that is free to paint, and that a coder has to work for.

640x360 at 30 frames per second, that begin again without a seam. A painted canvas would cost more than coding it;
Chromium's own test picture codes to so little that no bottleneck is felt. Chromium sends two layers of 360 lines, and
three of 540, which would take two and a half times the work: on two busy cores the source itself would stumble.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT, FRAMES_PER_SECOND, FRAMES = 640, 360, 30, 40
PAN_PIXELS = 3
"""Per frame; all frames are the texture's period."""
FACE, FACE_HALF_HEIGHT = 160, 110
SEED = 4711


def _texture(width: int, height: int) -> np.ndarray[Any, Any]:
    """Noise of three scales, which repeats at its edges."""
    random = np.random.default_rng(SEED)
    texture = np.zeros((height, width))
    for step, weight in ((20, 28.0), (10, 16.0), (2, 7.0)):
        coarse = random.standard_normal((height // step, width // step))
        texture += weight * np.kron(coarse, np.ones((step, step)))
    return texture


def write_camera_film(path: Path) -> None:
    """About 14 MB of YUV4MPEG2."""
    period = PAN_PIXELS * FRAMES
    texture = np.clip(_texture(period, HEIGHT) + 110, 16, 235)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    face = np.clip(_texture(FACE, FACE) * 0.6 + 150, 16, 235)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            angle = 2 * np.pi * number / FRAMES
            centre_x, centre_y = WIDTH / 2 + 40 * np.sin(angle), HEIGHT / 2 + 8 * np.sin(2 * angle)
            luma = np.take(texture, (np.arange(WIDTH) + PAN_PIXELS * number) % period, axis=1)
            is_face = ((columns - centre_x) / (FACE / 2)) ** 2 + ((rows - centre_y) / FACE_HALF_HEIGHT) ** 2 < 1
            at_x = (columns - int(centre_x) + FACE // 2) % FACE
            at_y = (rows - int(centre_y) + FACE // 2) % FACE
            luma = np.where(is_face, face[at_y, at_x], luma)
            red = np.where(is_face, 150, 118)[::2, ::2]
            film.write(b"FRAME\n" + luma.astype(np.uint8).tobytes())
            film.write(bytes([120]) * (WIDTH * HEIGHT // 4) + red.astype(np.uint8).tobytes())
