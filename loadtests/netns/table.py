"""`python -m loadtests.netns table [--write] [--only TEXT]`: runs the ladder of networks and makes its table.

`--write` puts it into docs/network-conditions.md between its marks. The table names the machine's load while it ran,
since what browsers show depends on it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from loadtests.netns.ladder import Row, Table, climb
from loadtests.netns.namespace import Unsuitable

PAGE = Path(__file__).parents[2] / "docs" / "network-conditions.md"
BEGIN, END = "<!-- generated:networks -->", "<!-- /generated:networks -->"
UNJUDGED = "not judged: the machine was too busy"
HEADINGS = (
    "network",
    "shown fps",
    "longest stand-still",
    "concealed sound",
    "lines",
    "sound's delay",
    "at the change",
    "machine",
    "",
)


def cells(row: Row) -> list[str]:
    seen = row.seen
    shown = f"{seen.shown_fps:.1f} of {seen.sent_fps:.1f}" if seen.shown_fps else "0"
    return [
        row.name.replace("%", " %"),
        shown,
        f"{seen.longest_still_s:.2f} s" if seen.shown_fps else "no picture",
        f"{seen.concealed:.1%}".replace("%", " %"),
        str(seen.lines) if seen.lines else "",
        f"{seen.sound_delay_ms:.0f} ms",
        "" if row.at_change_s is None else f"{row.at_change_s:.1f} s",
        f"{row.slowdown:.1f}",
        (f"**{row.verdict}**" if row.verdict else UNJUDGED) + (f"; {row.note}" if row.note else ""),
    ]


def markdown(rows: Sequence[Row]) -> str:
    loads = [row.load for row in rows]
    lines = [
        f"One run; a load of {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} cores.",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|---|" + "---:|" * (len(HEADINGS) - 2) + "---|",
    ]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def insert(page: str, table: str) -> str:
    """Raises: ValueError when the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.netns table", description="The ladder of networks.")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name contains it")
    given = parser.parse_args(arguments)
    if given.write and given.only:
        parser.error("--write is for the whole table")
    table = Table(lambda row: print("  ".join(cells(row)), flush=True), given.only)
    try:
        asyncio.run(climb(table))
    except Unsuitable as missing:
        print(missing, file=sys.stderr)
        return 2
    finally:
        if table.rows:
            print(markdown(table.rows))
    if given.write:
        PAGE.write_text(insert(PAGE.read_text(encoding="utf-8"), markdown(table.rows)), encoding="utf-8")
    return 0
