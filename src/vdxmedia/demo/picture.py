"""A drawn person who breathes, blinks and speaks: frames as planes of YUV 4:2:0, in plain Python, without files.

Everything is ellipses, filled row by row with slices; a frame of 640×360 takes about 2 ms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 360

Colour = tuple[int, int, int]
"""Y, U, V of BT.601, limited range."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one person looks."""

    wall: Colour
    clothes: Colour
    skin: Colour
    hair: Colour


LOOKS = (
    Look((150, 122, 118), (70, 138, 112), (178, 112, 148), (50, 124, 134)),
    Look((132, 134, 116), (95, 118, 138), (140, 112, 152), (34, 128, 128)),
    Look((165, 118, 130), (60, 124, 120), (188, 114, 144), (130, 100, 142)),
    Look((120, 130, 124), (135, 108, 142), (100, 116, 148), (30, 128, 130)),
    Look((145, 128, 132), (85, 140, 118), (182, 114, 146), (170, 122, 130)),
    Look((138, 114, 128), (110, 126, 146), (160, 112, 150), (60, 120, 138)),
)

Planes = tuple[bytes, bytes, bytes]


class Canvas:
    """One frame being drawn."""

    def __init__(self, wall: Colour) -> None:
        self._planes = [
            bytearray([wall[0]]) * (WIDTH * HEIGHT),
            bytearray([wall[1]]) * (WIDTH * HEIGHT // 4),
            bytearray([wall[2]]) * (WIDTH * HEIGHT // 4),
        ]

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour) -> None:
        """Fills an ellipse around (x, y) in pixels of the picture; parts outside are cut."""
        self._fill(0, WIDTH, HEIGHT, x, y, radius_x, radius_y, colour[0])
        for plane in (1, 2):
            self._fill(plane, WIDTH // 2, HEIGHT // 2, x / 2, y / 2, radius_x / 2, radius_y / 2, colour[plane])

    def planes(self) -> Planes:
        luma, blue, red = self._planes
        return bytes(luma), bytes(blue), bytes(red)

    def _fill(
        self, plane: int, width: int, height: int, x: float, y: float, radius_x: float, radius_y: float, value: int
    ) -> None:
        target = self._planes[plane]
        for row in range(max(0, math.ceil(y - radius_y)), min(height, math.floor(y + radius_y) + 1)):
            half = radius_x * math.sqrt(max(0.0, 1.0 - ((row - y) / radius_y) ** 2))
            left, right = max(0, round(x - half)), min(width, round(x + half))
            if right > left:
                target[row * width + left : row * width + right] = bytes([value]) * (right - left)


def draw(look: Look, at_s: float, loop_s: float, mouth: float) -> Planes:
    """The person at a moment of a loop that ends as it begins; `mouth` 0 (closed) to 1 (open)."""
    turn = 2 * math.pi * at_s / loop_s
    x = WIDTH / 2 + 14 * math.sin(turn)
    y = HEIGHT / 2 + 4 * math.sin(2 * turn)
    canvas = Canvas(look.wall)
    window = (min(235, look.wall[0] + 45), look.wall[1], look.wall[2])
    canvas.ellipse(WIDTH * 0.16, HEIGHT * 0.24, 70, 70, window)
    canvas.ellipse(WIDTH / 2 + 6 * math.sin(turn), HEIGHT + 62 + 3 * math.sin(2 * turn), 190, 150, look.clothes)
    canvas.ellipse(x, y - 26, 84, 96, look.hair)
    canvas.ellipse(x, y + 78, 30, 52, _darker(look.skin))
    canvas.ellipse(x, y, 70, 88, look.skin)
    is_blinking = (at_s % 3.0) < 0.14
    for side in (-1, 1):
        eye_x, eye_y = x + side * 26 + 3 * math.sin(turn), y - 14
        canvas.ellipse(eye_x, eye_y, 10, 1.5 if is_blinking else 7, (225, 128, 128))
        if not is_blinking:
            canvas.ellipse(eye_x + 2 * math.sin(turn), eye_y, 4, 5, (40, 128, 128))
    canvas.ellipse(x + 2 * math.sin(turn), y + 14, 6, 11, _darker(look.skin))
    canvas.ellipse(x, y + 44, 20 - 4 * mouth, 2.5 + 12 * mouth, (75, 118, 165))
    return canvas.planes()


def _darker(colour: Colour) -> Colour:
    return max(16, colour[0] - 22), colour[1], colour[2]
