"""`python -m loadtests.netns [SCENARIO…|all] [--json]`: runs scenarios, prints what people saw and what was demanded.
`python -m loadtests.netns table`: the ladder of networks (loadtests/netns/table.py).

Exit code 1 when a demand was not met, 2 when this machine cannot make bad networks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from loadtests.netns import table as ladder_table
from loadtests.netns.namespace import Unsuitable
from loadtests.netns.readings import Reading
from loadtests.netns.result import Result
from loadtests.netns.scenarios import SCENARIOS, run

HEADINGS = (
    "shown fps", "freezes", "longest", "concealed", "height", "video kb/s", "audio kb/s", "lost", "NACK", "PLI",
)  # fmt: skip


def cells(seen: Reading) -> list[str]:
    return [
        f"{seen.shown_fps:.1f}", str(seen.freezes), f"{seen.longest_freeze_s:.2f} s", f"{seen.concealed:.2%}",
        str(seen.height), f"{seen.video_bps / 1000:.0f}", f"{seen.audio_bps / 1000:.0f}", f"{seen.video_lost:.2%}",
        str(seen.nacks), str(seen.plis),
    ]  # fmt: skip


def table(result: Result) -> str:
    lines = [["", *HEADINGS], *([label, *cells(reading)] for label, reading in result.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [f"── {result.scenario}"]
    text += [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    text += [f"  {'met  ' if one.is_met else 'UNMET'} {one.text}: {one.seen}" for one in result.demands]
    return "\n".join(text)


def as_json(result: Result) -> dict[str, object]:
    return {
        "scenario": result.scenario,
        "rows": [{"what": label, **reading.to_json()} for label, reading in result.rows],
        "demands": [{"text": one.text, "met": one.is_met, "seen": one.seen} for one in result.demands],
    }


def main() -> int:
    if sys.argv[1:2] == ["table"]:
        return ladder_table.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m loadtests.netns", description="Calls over bad networks.")
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, "all"], metavar="SCENARIO")
    parser.add_argument("--json", action="store_true", help="one JSON object per scenario and line")
    arguments = parser.parse_args()
    names = list(SCENARIOS) if "all" in arguments.scenario else arguments.scenario
    if not names:
        for name, scenario in SCENARIOS.items():
            print(f"{name:18} {(scenario.__doc__ or '').splitlines()[0]}")
        print(f"{'table [--write]':18} The ladder of networks, and what a person would call each call.")
        return 0
    are_met = True
    for name in names:
        try:
            result = asyncio.run(run(name))
        except Unsuitable as missing:
            print(missing, file=sys.stderr)
            return 2
        print(json.dumps(as_json(result)) if arguments.json else table(result), flush=True)
        are_met = are_met and not result.unmet()
    return 0 if are_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
