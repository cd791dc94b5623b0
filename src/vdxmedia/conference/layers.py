"""Which simulcast layer is worth sending into a tile of a given height. Pure arithmetic.

The thresholds follow the heights that a 720p camera gives: q 180, h 360, f 720. Around each threshold lies a dead
band, so that a tile which is being resized, or whose layout breathes by a pixel, does not switch to and fro: a switch
costs a keyframe.
"""

from __future__ import annotations

Q_UP_TO_PX = 240
H_UP_TO_PX = 480
HYSTERESIS = 0.1
DEFAULT_LAYER = 1
"""Before the client has said how large the tile is."""
LOWEST, MIDDLE, HIGHEST = 0, 1, 2


def layer_for(height_px: int, previous: int | None) -> int:
    """The layer for a tile of `height_px` > 0 device pixels; `previous` is the layer it has now."""
    layer = _plain(height_px)
    if previous is None or layer == previous:
        return layer
    if layer > previous:
        return max(previous, _plain(height_px / (1 + HYSTERESIS)))
    return min(previous, _plain(height_px / (1 - HYSTERESIS)))


def _plain(height_px: float) -> int:
    if height_px <= Q_UP_TO_PX:
        return LOWEST
    return MIDDLE if height_px <= H_UP_TO_PX else HIGHEST
