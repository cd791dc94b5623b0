"""The server with every room spread over its workers: `python -m tests.spread dev …` is `vdxmedia dev …`, but each new
media connection goes to the next worker, instead of staying at the room's home until that is busy.

Making a home busy takes a core; what is tested with this is what follows, not where a connection goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from vdxmedia import cli
from vdxmedia.sfu import plane

SPREAD_MODULE = "tests.spread"


_turns = itertools.count()


def in_turn(loads: Sequence[float], _home: int | None, **_told: object) -> int:
    return next(_turns) % len(loads)


if __name__ == "__main__":
    vars(plane)["place"] = in_turn
    cli.main()
