"""The bench's rows: which bound holds, and that the table shows what does not."""

from __future__ import annotations

import msgspec
import pytest

from loadtests.bench import servers
from loadtests.bench.rows import Row, Verdict, from_values
from loadtests.bench.table import Delivered, foot, number, table
from loadtests.idle import Outcome as Idle
from loadtests.join import Outcome as Join
from loadtests.join import Shares
from loadtests.memory import Outcome as Memory
from loadtests.memory import Slope

ROW = Row(id="video", work="video to 50", unit="ns", value=1000, lowest=990, highest=1300, must=1200, stretch=900)


def changed(**fields: object) -> Row:
    return msgspec.structs.replace(ROW, **fields)


@pytest.mark.parametrize(
    ("row", "verdict", "missed"),
    [
        (ROW, Verdict.MET, []),
        (changed(value=900), Verdict.STRETCH, []),
        (changed(value=1201), Verdict.NOT_MET, ["figure"]),
        (changed(value=None), Verdict.NOT_MET, ["figure"]),
        (changed(naive=1700, ratio_must=1.8), Verdict.NOT_MET, ["ratio"]),
        (changed(naive=1800, ratio_must=1.8), Verdict.MET, []),
        (changed(tree=2501, tree_must=2500), Verdict.NOT_MET, ["whole tree"]),
        (changed(value=2401, tree=2600, tree_must=2500), Verdict.NOT_MET, ["figure", "whole tree"]),
        (changed(value=800, tree=2600, tree_must=2500), Verdict.NOT_MET, ["whole tree"]),
        (changed(doubt="too late"), Verdict.DOUBTFUL, []),
        (changed(must=None, stretch=None, doubt="too late"), Verdict.UNBOUND, []),
    ],
)
def test_row_holds_when_all_its_bounds_do(row: Row, verdict: Verdict, missed: list[str]) -> None:
    assert (row.verdict, row.missed) == (verdict, missed)


def test_row_of_rounds_has_their_median_and_reach() -> None:
    row = from_values("a", "b", "ms", [3.0, 9.0, 4.0], 5.0, None)
    assert (row.value, row.lowest, row.highest, row.verdict) == (4.0, 3.0, 9.0, Verdict.MET)


def test_table_has_every_row_with_its_bounds_and_what_was_missed() -> None:
    rows = [ROW, changed(id="b", work="another", naive=1500, ratio_must=1.8, tree=2600, tree_must=2500, note="why")]
    lines = table(rows).splitlines()
    assert len(lines) == 2 + len(rows)
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].split(" | ")[:6] == ["| video to 50", "ns", "1000", "990 to 1300", "1200", "900"]
    assert "1.50 ✗ (≥ 1.80) | 2600 ✗ (≤ 2500) | NOT MET: ratio, whole tree | why |" in lines[3]


def test_foot_counts_verdicts_and_packets() -> None:
    text = foot([ROW, changed(value=1), changed(must=None)], {"relay": Delivered(10, 2, 1, 3, 0)})
    assert text.splitlines() == [
        "1 stretch met, 1 met.",
        "relay: 10 packets arrived, 2 lost (1 at full sockets of the clients); 3 were decrypted and compared, 0 bad.",
    ]


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), (95.0, "95"), (1234.5, "1234"), (12.34, "12.3")])
def test_number_has_the_digits_that_say_something(value: float | None, text: str) -> None:
    assert number(value) == text


def joined(*, took_s: float) -> Join:
    return Join(
        joins=100,
        per_second=50,
        video_slots=9,
        failed=0,
        first_packet_p50_ms=9,
        first_packet_p99_ms=70,
        answer_p50_ms=1,
        ice_p50_ms=1,
        dtls_p50_ms=1,
        dtls_p99_ms=1,
        took_s=took_s,
        server_cpu_ms_per_join=4.5,
        server_cpu_ms_by_part=Shares(signalling=2, sdp=1, plane=0.5, dtls=0.5, relay=0.5),
        server_cpu_share=0.2,
        idle_cpu_share=0.01,
        generator_cpu_ms_per_join=1,
        faults=0,
    )


def test_join_rows_doubt_latencies_of_a_slower_pace_but_not_the_processor_time() -> None:
    kept, late = servers.join_rows([joined(took_s=2.0)]), servers.join_rows([joined(took_s=8.0)])
    assert [row.verdict for row in kept] == [Verdict.MET, Verdict.NOT_MET, Verdict.MET]
    assert [row.verdict for row in late] == [Verdict.DOUBTFUL, Verdict.DOUBTFUL, Verdict.MET]


def test_memory_rows_are_in_the_units_they_name() -> None:
    small = Slope(sounds=1, pictures=1, signalling_bytes=60_000, media_bytes=55_000, total_bytes=115_000)
    full = Slope(sounds=4, pictures=9, signalling_bytes=60_000, media_bytes=210_000, total_bytes=270_000)
    rows = servers.memory_rows([Memory(50, small, full, 100, 8, 790_000, 0)])
    assert [row.value for row in rows] == [55, 270, 0.79]
    assert [row.verdict for row in rows] == [Verdict.STRETCH, Verdict.NOT_MET, Verdict.STRETCH]


def test_idle_row_is_percent_of_a_core() -> None:
    (row,) = servers.idle_rows([Idle(50, 4, 0, 15, 0.0025, 0.1, 20, 1000, 0)])
    assert (row.value, row.unit, row.verdict) == (0.25, "% of a core", Verdict.MET)
