"""`python -m loadtests run`: flags, progress while it runs, the table and the files at the end, and the exit code.

0: the service level was held; 1: it was not; 2: the flags or the server were no good; 3: it was missed by times alone,
and by no more than the participants' own processes were late and the server's waited for a core, so nothing is said of
the server.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import msgspec

from loadtests.run import engine, flags, report, scenario, table
from loadtests.run.clients import ClientFailed
from loadtests.run.flags import BadFlag
from loadtests.run.hub import HubFailed
from loadtests.run.level import Verdict
from loadtests.run.results import Moment
from loadtests.run.scenario import UnknownScenario

EXIT_HELD, EXIT_NOT_HELD, EXIT_BAD_USE, EXIT_NOT_JUDGED = 0, 1, 2, 3
EXITS = {Verdict.HELD: EXIT_HELD, Verdict.NOT_HELD: EXIT_NOT_HELD, Verdict.NOT_JUDGED: EXIT_NOT_JUDGED}
LIST = ("--list", "-l")


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in LIST:
        for name in scenario.names():
            print(f"{name:16} {scenario.find(name).about}")
        return EXIT_HELD if arguments else EXIT_BAD_USE
    name, *rest = arguments
    try:
        chosen = scenario.find(name)
        wanted = flags.read(name, chosen.about, chosen.defaults, chosen.parameters, rest, os.environ)
        print("building the load generator, a minute the first time", file=sys.stderr, flush=True)
        engine.prepare()
        found = asyncio.run(engine.run(chosen, wanted, progress if sys.stderr.isatty() else log))
    except (UnknownScenario, BadFlag, HubFailed, ClientFailed, aiohttp.ClientError, OSError, ValueError) as error:
        print(f"loadtests run: {str(error) or repr(error)}", file=sys.stderr)
        return EXIT_BAD_USE
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(msgspec.json.encode(report.document(found)).decode() if wanted.json else table.text(found))
    if wanted.out:
        for path in report.write(found, Path(wanted.out)):
            print(path, file=sys.stderr)
    return EXITS[found.verdict]


def progress(moment: Moment) -> None:
    """One line that is written over."""
    print(f"\r\x1b[2K{table.moment(moment)}", end="", file=sys.stderr, flush=True)


def log(moment: Moment) -> None:
    """One line each five seconds."""
    if round(moment.at_s) % 5 == 0:
        print(table.moment(moment), file=sys.stderr, flush=True)
