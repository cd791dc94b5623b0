"""What another library makes of packets: the content of each kind, and what is no fault although it is empty."""

from __future__ import annotations

import struct

import pytest

from loadtests.run.opened import FILLER, MARK, SILENCE, STAMP, is_right

SOURCE, NUMBER = 7, 1234
HEADER = struct.pack("!BBHII", 0x81, 96, 5, 9, 1) + struct.pack("!I", SOURCE)
DESCRIPTOR = bytes((0x80, 0xF0, 0x81, 2, 3, 0))
"""Of a picture's packet that begins no frame."""


def content(source: int = SOURCE, length: int = 200) -> bytes:
    offset = NUMBER % (len(FILLER) // 2)
    return DESCRIPTOR + STAMP.pack(MARK, source, 0, NUMBER, 99) + FILLER[offset : offset + length]


def test_content_of_the_source_that_the_csrc_names_is_right_and_every_other_is_not() -> None:
    assert is_right(HEADER + content())
    assert not is_right(HEADER + content(source=8))
    assert not is_right(HEADER + content()[:-1] + b"\0")


def test_retransmission_is_right_behind_its_original_s_number_and_nothing_else_is() -> None:
    again = HEADER + struct.pack("!H", 4711) + content()
    assert is_right(again, is_again=True)
    assert not is_right(again)
    assert not is_right(HEADER + b"\1\2" + content(source=8), is_again=True)


@pytest.mark.parametrize("is_again", [False, True])
def test_padding_alone_and_an_empty_packet_in_the_place_of_one_left_out_are_right(is_again: bool) -> None:
    padded = struct.pack("!BBHII", 0xA0, 97, 5, 9, 2) + bytes(9) + b"\x0a"
    assert is_right(padded, is_again=is_again)
    assert is_right(HEADER, is_again=is_again)


def test_silence_is_nobodys_and_nothing_else_without_a_source_is_right() -> None:
    bare = struct.pack("!BBHII", 0x80, 111, 5, 9, 3)
    assert is_right(bare + SILENCE)
    assert not is_right(bare + b"voice")
    assert not is_right(bare)
