"""`python -m loadtests run SCENARIO`: people who are not there use the server, and tell whether the calls were good.

Left out: the other load tests, which are modules of their own (`python -m loadtests.join`, …; docs/load-generator.md).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from loadtests.run import capacity, command

USAGE = """Usage: python -m loadtests run SCENARIO [flags]
       python -m loadtests run --list
       python -m loadtests run SCENARIO --help
       python -m loadtests capacity [--quick] [--out DIR] [--write]"""


def main(arguments: Sequence[str]) -> int:
    match list(arguments):
        case ["run", *rest]:
            return command.main(rest)
        case ["capacity", *rest]:
            return capacity.main(rest)
        case ["--help" | "-h"]:
            print(USAGE)
            return 0
        case _:
            print(USAGE, file=sys.stderr)
            return command.EXIT_BAD_USE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
