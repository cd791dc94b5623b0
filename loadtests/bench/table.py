"""The bench's table, for people; in Markdown, so that it can be put into docs/benchmarks.md as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from loadtests.bench.rows import Row, Verdict

HEAD = ("work", "unit", "relay", "rounds", "must", "stretch", "naive", "naive / relay", "whole tree", "verdict", "note")
NUMERIC = frozenset(("relay", "must", "stretch", "naive", "naive / relay", "whole tree"))


class CryptoCost(msgspec.Struct, frozen=True):
    """Sealing and opening alone."""

    profile: str
    payload_bytes: int
    seal_ns: float
    open_ns: float


class Delivered(msgspec.Struct, frozen=True):
    """What came of all packets of the relay's runs, or of the naive loop's."""

    packets: int
    lost: int
    overflowed: int
    """Of the lost: the clients' own sockets were full."""
    verified: int
    bad: int


def table(rows: Sequence[Row]) -> str:
    """One line a row."""
    lines = [HEAD, tuple("---:" if name in NUMERIC else "---" for name in HEAD), *map(_cells, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    verdict = str(row.verdict)
    if row.verdict is Verdict.NOT_MET:
        verdict += f": {', '.join(row.missed)}"
    return (
        row.work,
        row.unit,
        number(row.value),
        f"{number(row.lowest)} to {number(row.highest)}" if row.lowest != row.highest else "",
        number(row.must),
        number(row.stretch),
        number(row.naive),
        _with_bound(row.ratio, row.ratio_must, "≥"),
        _with_bound(row.tree, row.tree_must, "≤"),
        verdict,
        ", ".join(filter(None, (row.doubt, row.note))),
    )


def _with_bound(value: float | None, bound: float | None, sign: str) -> str:
    """With a mark, where there is a bound."""
    if bound is None:
        return number(value)
    is_held = value is not None and (value >= bound if sign == "≥" else value <= bound)
    return f"{number(value)} {'✓' if is_held else '✗'} ({sign} {number(bound)})"


def number(value: float | None) -> str:
    """As many digits as say something."""
    if value is None:
        return ""
    size = abs(value)
    if size == 0 or size >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def head(environment: Mapping[str, str], crypto: Sequence[CryptoCost], rounds: int, *, is_quick: bool) -> str:
    """Where and with what it was measured, and what sealing takes alone."""
    lines = [f"{name}: {value}" for name, value in environment.items()]
    if crypto:
        lines += ["", "| SRTP alone, ns per packet | payload | seal | open |", "|---|---:|---:|---:|"]
        lines += [f"| {it.profile} | {it.payload_bytes} B | {it.seal_ns:.0f} | {it.open_ns:.0f} |" for it in crypto]
    if is_quick:
        lines += ["", "A quick run: it shows that everything works; its figures and verdicts mean nothing."]
    lines += ["", f"Medians of {rounds} rounds; ns are CPU of the forwarding thread per packet that arrived.", ""]
    return "\n".join(lines)


def foot(rows: Sequence[Row], delivered: Mapping[str, Delivered]) -> str:
    """What the verdicts come to, and whether the packets were right."""
    counts = Counter(row.verdict for row in rows)
    lines = [", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if verdict and counts[verdict]) + "."]
    for name, it in delivered.items():
        lines.append(
            f"{name}: {it.packets} packets arrived, {it.lost} lost ({it.overflowed} at full sockets of the clients); "
            f"{it.verified} were decrypted and compared, {it.bad} bad."
        )
    return "\n".join(lines)
