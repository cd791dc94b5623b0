"""The small picture that somebody who waits may show to the hosts: a JPEG whose every part is known before it is kept.

Only what browsers make of a canvas is taken (baseline, one scan, ITU-T T.81 annex B); what a file may carry beside its
picture (places, names, thumbnails, other files behind it) is left out or refused, so that a host's browser decodes
nothing that this server has not looked at. The picture itself is not decoded here.
"""

from __future__ import annotations

from vdxmedia.errors import BadField

MAX_BYTES = 8_192
MAX_SIDE = 96
"""Pixels: enough to know somebody by."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_FRAME, _SCAN, _HUFFMAN, _QUANTISATION, _RESTART = 0xC0, 0xDA, 0xC4, 0xDB, 0xDD
_KEPT = frozenset({_FRAME, _SCAN, _HUFFMAN, _QUANTISATION, _RESTART})
_NOTES = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Of applications, and comments: left out."""
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})
"""After 0xFF among the picture's own bytes: a stuffed one, or a restart."""


def cleaned(jpeg: bytes) -> bytes:
    """The picture without what goes with it. Raises: BadField."""
    if len(jpeg) > MAX_BYTES or not jpeg.startswith(_START) or not jpeg.endswith(_END):
        raise _refused()
    kept, at, has_frame = [_START], len(_START), False
    while True:
        kind, segment = _segment(jpeg, at)
        at += len(segment)
        if kind in _KEPT:
            kept.append(segment)
        elif kind not in _NOTES:
            raise _refused()
        if kind == _FRAME:
            if has_frame:
                raise _refused()
            _check_size(segment)
            has_frame = True
        if kind == _SCAN:
            break
    picture = jpeg[at : -len(_END)]
    if not has_frame or not picture or not _is_scan(picture):
        raise _refused()
    return b"".join((*kept, picture, _END))


def _segment(jpeg: bytes, at: int) -> tuple[int, bytes]:
    """What begins here: its kind, and all of it."""
    if len(jpeg) < at + 4 or jpeg[at] != 0xFF:
        raise _refused()
    length = int.from_bytes(jpeg[at + 2 : at + 4])
    segment = jpeg[at : at + 2 + length]
    if length < 2 or len(segment) < 2 + length:
        raise _refused()
    return jpeg[at + 1], segment


def _check_size(frame: bytes) -> None:
    if len(frame) < 10:
        raise _refused()
    height, width = int.from_bytes(frame[5:7]), int.from_bytes(frame[7:9])
    if not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        raise _refused()


def _is_scan(picture: bytes) -> bool:
    at = picture.find(b"\xff")
    while at != -1:
        if at + 1 >= len(picture) or picture[at + 1] not in _IN_SCAN:
            return False
        at = picture.find(b"\xff", at + 2)
    return True


def _refused() -> BadField:
    return BadField(
        f"a baseline JPEG of at most {MAX_SIDE} × {MAX_SIDE} pixels and {MAX_BYTES} bytes is needed", field="$.jpeg"
    )
