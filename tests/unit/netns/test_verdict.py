"""What a person would call a call, from numbers made up here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtests.netns.verdict import Seen, Verdict, judge

WELL = Seen(shown_fps=29.0, sent_fps=30.0, longest_still_s=0.1, concealed=0.0, lines=360, sound_delay_ms=100.0)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (WELL, Verdict.GOOD),
        (replace(WELL, shown_fps=15.0), Verdict.USABLE),
        (replace(WELL, longest_still_s=0.6), Verdict.USABLE),
        (replace(WELL, concealed=0.05), Verdict.USABLE),
        (replace(WELL, sound_delay_ms=700.0), Verdict.USABLE),
        (replace(WELL, shown_fps=3.0), Verdict.SOUND_ONLY),
        (replace(WELL, longest_still_s=4.0), Verdict.SOUND_ONLY),
        (replace(WELL, shown_fps=0.0, longest_still_s=10.0), Verdict.SOUND_ONLY),
        (replace(WELL, concealed=0.2), Verdict.NO_CALL),
        (replace(WELL, sound_delay_ms=3000.0), Verdict.NO_CALL),
    ],
)
def test_call_is_called_what_its_worst_side_is(seen: Seen, verdict: Verdict) -> None:
    assert judge(seen) is verdict


def test_source_that_makes_few_frames_is_not_held_against_the_network() -> None:
    assert judge(replace(WELL, shown_fps=16.0, sent_fps=18.0)) is Verdict.GOOD
    assert judge(replace(WELL, shown_fps=16.0, sent_fps=30.0)) is Verdict.USABLE
