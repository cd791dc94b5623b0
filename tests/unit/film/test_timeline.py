"""Position against time, and sound by position."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.film.sound import FRAME_BYTES, SoundBuffer
from vdxmedia.film.timeline import TICK_S, TICK_SAMPLES, Timeline


def pcm(first: int, count: int) -> bytes:
    """Each sample tells its position."""
    return b"".join((at % 30_000).to_bytes(2, "little") * 2 for at in range(first, first + count))


def test_position_moves_with_ticks_that_sent_sound_only() -> None:
    timeline = Timeline()
    timeline.stand()
    assert timeline.position_s == 0.0
    for tick in range(50):
        timeline.advance(10.0 + tick * TICK_S)
    assert timeline.position_s == pytest.approx(1.0)
    timeline.stand()
    assert timeline.position_s == pytest.approx(1.0)


def test_picture_is_due_when_its_sound_is() -> None:
    timeline = Timeline()
    timeline.jump(5.0)
    timeline.advance(100.0)
    assert timeline.due_s(5.0) == pytest.approx(100.0)
    assert timeline.due_s(6.0) == pytest.approx(101.0)
    assert timeline.now_s(100.01) == pytest.approx(5.01)


def test_told_position_stays_while_the_film_stands() -> None:
    timeline = Timeline()
    timeline.jump(5.0)
    assert timeline.now_s(1_000.0) == 5.0
    timeline.advance(0.0)
    timeline.stand()
    assert timeline.now_s(1_000.0) == pytest.approx(5.0 + TICK_S)


def test_sound_is_taken_where_it_belongs() -> None:
    sound = SoundBuffer(1_000)
    sound.write(0, pcm(0, 1_500))  # decoding begins before the place that was sought
    assert sound.until == 1_500
    assert sound.take(1_000, 500) == pcm(1_000, 500)


def test_hole_is_silent_and_what_was_taken_is_not_heard_again() -> None:
    sound = SoundBuffer()
    sound.write(100, pcm(100, 100))
    assert sound.take(0, 200) == bytes(100 * FRAME_BYTES) + pcm(100, 100)
    sound.write(150, pcm(150, 100))
    assert sound.take(200, 100) == pcm(200, 50) + bytes(50 * FRAME_BYTES)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 3_000)), max_size=20), st.integers(1, TICK_SAMPLES))
def test_whatever_is_written_every_tick_is_whole_and_at_its_place(pieces: list[tuple[int, int]], step: int) -> None:
    sound, at = SoundBuffer(), 0
    for begin, count in pieces:
        sound.write(begin, pcm(begin, count))
        taken = sound.take(at, step)
        assert len(taken) == step * FRAME_BYTES
        for index in range(0, step, 97):
            sample = taken[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]
            assert sample in (pcm(at + index, 1), bytes(FRAME_BYTES))
        at += step
