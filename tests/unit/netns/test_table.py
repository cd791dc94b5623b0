"""The table of networks as it stands in the documentation."""

from __future__ import annotations

import pytest

from loadtests.netns.ladder import Row, rungs
from loadtests.netns.table import BEGIN, END, PAGE, insert, markdown
from loadtests.netns.verdict import Seen

WELL = Seen(shown_fps=29.0, sent_fps=30.0, longest_still_s=0.1, concealed=0.01, lines=360, sound_delay_ms=100.0)
PAUSED = Seen(shown_fps=0.0, sent_fps=30.0, longest_still_s=10.0, concealed=0.0, lines=0, sound_delay_ms=100.0)


def test_row_says_what_was_seen_and_what_a_person_would_call_it() -> None:
    text = markdown([Row("loss", "5% lost", WELL, 0.2, load=3.0), Row("rate", "narrow", PAUSED, load=5.0)])
    head, _, *lines = text.splitlines()
    assert head.startswith("One run; a load of 3.0 to 5.0 ")
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| 5 % lost | 29.0 of 30.0 | 0.10 s | 1.0 % | 360 | 100 ms | 0.2 s |")
    assert lines[2].endswith("| **good** |")
    assert "| 0 | no picture |" in lines[3]
    assert lines[3].endswith("| **sound only** |")


def test_row_of_a_machine_that_was_too_busy_is_not_judged() -> None:
    text = markdown([Row("loss", "5% lost", PAUSED, slowdown=9.0)])
    assert text.endswith("| 9.0 | not judged: the machine was too busy |")


def test_table_replaces_the_one_before_and_leaves_the_rest() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert insert(page, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="no <!-- generated:networks"):
        insert("nothing", "new")


def test_page_has_a_row_for_every_rung() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table, _, _ = rest.partition(END)
    missing = [rung.name for rung in rungs() if f"| {rung.name.replace('%', ' %')} |" not in table]
    assert missing == []
