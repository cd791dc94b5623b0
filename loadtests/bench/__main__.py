"""Builds the benchmark in release mode and runs it with the given arguments (`--json`, `--rounds N`, ...)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    command = ["cargo", "run", "--quiet", "--release", "--locked", "--package", "vdx-bench", "--", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
