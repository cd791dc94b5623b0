"""What recordings say, from numbers made up here."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.netns.readings import Recording


def sample(at: float, *, audio: list[dict[str, Any]] | None = None, **video: float) -> dict[str, Any]:
    inbound = [{"mid": f"a{number}", "kind": "audio", **row} for number, row in enumerate(audio or [])]
    return {"at": at, "inbound": [{"mid": "v", "kind": "video", **video}, *inbound], "outbound": [], "pair": None}


def frames(since: float, count: int, every: float = 1 / 30, element: int = 0, first: int = 1) -> list[list[float]]:
    return [[since + number * every, element, first + number] for number in range(count)]


def test_steady_picture_reads_thirty_frames_and_no_freeze() -> None:
    reading = Recording([sample(0), sample(2)], frames(0.01, 60)).reading()
    assert reading.shown_fps == pytest.approx(30)
    assert (reading.freezes, round(reading.longest_freeze_s, 2)) == (0, 0.03)


def test_stand_still_in_the_middle_and_at_the_end_are_freezes() -> None:
    shown = frames(0.0, 30) + frames(2.0, 15, first=31)
    reading = Recording([sample(0), sample(4)], shown).reading()
    assert reading.freezes == 2
    assert reading.longest_freeze_s == pytest.approx(4 - 2 - 14 / 30)


def test_frames_the_page_was_not_told_of_are_not_a_freeze() -> None:
    shown = [*frames(0.0, 10), *frames(1.0, 30, first=31)]  # 20 frames went by between two callbacks
    assert Recording([sample(0), sample(2)], shown).reading().longest_freeze_s < 0.1


def test_no_picture_is_a_freeze_of_the_whole_window() -> None:
    reading = Recording([sample(0), sample(3)], []).reading()
    assert (reading.shown_fps, reading.longest_freeze_s) == (0, 3)


def test_concealed_share_leaves_out_silence_and_slots_without_packets() -> None:
    row = {"packetsReceived": 0, "concealedSamples": 0, "silentConcealedSamples": 0, "totalSamplesReceived": 0}
    heard = {
        "packetsReceived": 50, "concealedSamples": 600, "silentConcealedSamples": 100, "totalSamplesReceived": 10_000,
    }  # fmt: skip
    idle = {**row, "concealedSamples": 9000, "totalSamplesReceived": 9000}
    recording = Recording([sample(0, audio=[row, row]), sample(1, audio=[heard, idle])], [])
    assert recording.reading().concealed == pytest.approx(0.05)


def test_no_sound_at_all_is_concealed_entirely() -> None:
    assert Recording([sample(0), sample(1)], []).reading().concealed == 1
