"""What the synthetic participants look and sound like, and whose turn it is."""

from __future__ import annotations

from array import array

import av
import pytest

from vdxmedia.demo import picture, voice
from vdxmedia.demo.__main__ import has_the_word
from vdxmedia.demo.clips import FPS, LOOP_S, Clips, make_clips


@pytest.fixture(scope="module")
def clips() -> Clips:
    return make_clips(1)


def test_picture_moves_loops_and_has_its_size() -> None:
    first, later, again = (picture.draw(picture.LOOKS[0], at, LOOP_S, 0.0) for at in (0.5, 1.5, 0.5 + LOOP_S))
    assert [len(plane) for plane in first] == [640 * 360, 320 * 180, 320 * 180]
    assert first != later
    assert first == again


def test_mouth_that_opens_changes_the_picture() -> None:
    assert picture.draw(picture.LOOKS[0], 1.0, LOOP_S, 0.0) != picture.draw(picture.LOOKS[0], 1.0, LOOP_S, 1.0)


def test_looks_differ_from_each_other() -> None:
    assert len({picture.draw(look, 0.0, LOOP_S, 0.0) for look in picture.LOOKS}) == len(picture.LOOKS)


def test_voice_is_loud_in_syllables_and_silent_in_pauses() -> None:
    samples, openings = voice.speak(4.0, 110.0, seed=0)
    assert len(samples) == 4 * voice.RATE_HZ
    assert len(openings) == 200
    assert max(openings) == pytest.approx(1.0, abs=0.01)
    assert openings.count(0.0) > 20
    levels = [voice.level_dbov(samples[start : start + 960]) for start in range(0, len(samples), 960)]
    assert max(levels) > -25
    assert min(levels) == -127
    assert max(map(abs, samples)) <= voice.PEAK


def test_level_is_decibels_below_overload() -> None:
    assert voice.level_dbov(array("h", [0] * 960)) == -127
    assert voice.level_dbov(array("h", [32767, -32767] * 480)) == 0
    assert voice.level_dbov(array("h", [3277, -3277] * 480)) == -20
    assert voice.level_dbov(array("h")) == -127


def test_clips_begin_with_keyframes_and_decode(clips: Clips) -> None:
    for clip in (clips.quiet_picture, clips.speaking_picture):
        assert len(clip.frames) == LOOP_S * FPS
        assert clip.keyframes[0] == 0
        assert len(clip.keyframes) >= 2
        decoder = av.CodecContext.create("vp8", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        [frame] = decoder.decode(clip.frames[0])
        assert (frame.width, frame.height) == (640, 360)


def test_speech_has_levels_and_silence_has_none(clips: Clips) -> None:
    assert len(clips.speech.frames) == LOOP_S * 50
    assert max(level for _, level in clips.speech.frames) > -30
    assert {level for _, level in clips.silence.frames} == {-127}
    assert all(0 < len(payload) < 400 for payload, _ in clips.speech.frames)


@pytest.mark.parametrize("people", [1, 2, 3, 24])
def test_one_person_speaks_at_a_time_and_everyone_gets_a_turn(people: int) -> None:
    words = [has_the_word(person, people) for person in range(people)]
    spoke = set()
    silent_turns = 0
    for turn in range(4 * people):
        at_s = turn * LOOP_S + 1.0
        speaking = [person for person, word in enumerate(words) if word(at_s)]
        assert len(speaking) <= 1
        assert all(word(at_s) == word(turn * LOOP_S + LOOP_S - 0.01) for word in words)
        spoke.update(speaking)
        silent_turns += not speaking
    assert spoke == set(range(people))
    assert silent_turns == people
