"""Builds the benchmark in release mode and runs it with the given arguments (`--quick`, `--case NAME`, ...).

The table goes to the standard output; every figure also to `bench.json`, unless `--json` names another file.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    environment = dict(os.environ)
    if importlib.util.find_spec("vdxmedia._relay"):
        # For the rows in which the relay lives in a Python process.
        environment["VDX_BENCH_PYTHON"] = sys.executable
    file = [] if "--json" in arguments or "--list" in arguments else ["--json", str(ROOT / "bench.json")]
    command = ["cargo", "run", "--quiet", "--release", "--locked", "--package", "vdx-bench", "--", *arguments, *file]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
