"""What is taken for a picture of somebody who waits, and what of it is kept."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from vdxmedia.errors import BadField
from vdxmedia.hub.still import MAX_BYTES, MAX_SIDE, cleaned


def picture(width: int = 96, height: int = 96) -> bytes:
    """A baseline JPEG with one scan."""
    frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), 120, np.uint8), format="rgb24")
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuvj420p"
    codec.time_base = Fraction(1, 25)
    out = io.BytesIO()
    for packet in [*codec.encode(frame.reformat(format="yuvj420p")), *codec.encode(None)]:
        out.write(bytes(packet))
    return out.getvalue()


PICTURE = picture()


def with_segment(kind: int, body: bytes) -> bytes:
    return PICTURE[:2] + bytes([0xFF, kind]) + (len(body) + 2).to_bytes(2) + body + PICTURE[2:]


def test_picture_is_kept_without_what_goes_with_it() -> None:
    plain = cleaned(PICTURE)
    assert plain[:2] == b"\xff\xd8"
    assert cleaned(plain) == plain
    for kind in (0xE1, 0xE2, 0xFE):
        carried = cleaned(with_segment(kind, b"Exif\0\0 56.15, 10.21"))
        assert carried == plain
        assert b"Exif" not in carried


@pytest.mark.parametrize(
    "jpeg",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        b"GIF89a" + PICTURE,
        PICTURE[:-2],
        PICTURE + b"<script>",
        PICTURE + PICTURE,
        picture(MAX_SIDE + 8),
        picture(16, MAX_SIDE + 8),
        PICTURE.replace(b"\xff\xc0", b"\xff\xc2", 1),
        with_segment(0xD8, b""),
        with_segment(0xC0, b""),
        PICTURE[:2] + b"\xff\xdb\xff\xff" + PICTURE[2:],
        with_segment(0xFE, b"x" * MAX_BYTES),
        PICTURE[: PICTURE.index(b"\xff\xda")] + b"\xff\xd9",
        PICTURE[:-2] + b"\xff\xe1\x00\x04ab\xff\xd9",
    ],
    ids=lambda jpeg: f"{len(jpeg)}-{jpeg[:4].hex()}",
)
def test_everything_else_is_refused(jpeg: bytes) -> None:
    with pytest.raises(BadField):
        cleaned(jpeg)


def test_no_bytes_of_a_stranger_make_it_fail_otherwise() -> None:
    for at in range(2, len(PICTURE), 7):
        for value in (0x00, 0xFF, 0xD9):
            changed = PICTURE[:at] + bytes([value]) + PICTURE[at + 1 :]
            try:
                assert len(cleaned(changed)) <= MAX_BYTES
            except BadField:
                continue
