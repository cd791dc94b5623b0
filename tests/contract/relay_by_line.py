"""The relay's SRTP and parsers, asked line by line (`src/relay/examples/by_line.rs`)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / "tests"
EXAMPLE = TARGET / "release" / "examples" / "by_line"
BUILD = (
    "env", "CARGO_PROFILE_RELEASE_LTO=off", "CARGO_PROFILE_RELEASE_DEBUG=false", f"CARGO_TARGET_DIR={TARGET}",
    "cargo", "build", "--release", "--locked", "--quiet", "--workspace", "--example", "by_line",
)  # fmt: skip
"""As `scripts/check.py` tests Rust, which leaves nothing to build here."""


class RelayByLine:
    """A running process; closed by its context manager."""

    def __init__(self) -> None:
        subprocess.run(BUILD, cwd=ROOT, check=True)
        self._process = subprocess.Popen([EXAMPLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __enter__(self) -> RelayByLine:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait(10) == 0
        self._process.stdout.close()

    def _ask(self, *words: str | int | bytes) -> str | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        texts = [(word.hex() or "-") if isinstance(word, bytes) else str(word) for word in words]
        self._process.stdin.write(" ".join(texts) + "\n")
        answer = self._process.stdout.readline().rstrip("\n")
        return None if answer == "error" else answer

    def keys(self, profile: int, master: bytes) -> None:
        assert self._ask("keys", profile, master) == "ok"

    def seal(self, index: int, packet: bytes) -> bytes | None:
        return _bytes(self._ask("seal", index, packet))

    def open(self, packet: bytes) -> tuple[int, bytes] | None:
        answer = self._ask("open", packet)
        if answer is None:
            return None
        index, plain = answer.split(" ")
        return int(index), bytes.fromhex(plain)

    def seal_rtcp(self, packet: bytes) -> bytes | None:
        return _bytes(self._ask("seal-rtcp", packet))

    def open_rtcp(self, packet: bytes) -> bytes | None:
        return _bytes(self._ask("open-rtcp", packet))

    def rtp(self, packet: bytes) -> list[Any] | None:
        return _json(self._ask("rtp", packet))

    def rtcp(self, packet: bytes) -> list[Any] | None:
        return _json(self._ask("rtcp", packet))


def _bytes(answer: str | None) -> bytes | None:
    return None if answer is None else bytes.fromhex(answer)


def _json(answer: str | None) -> list[Any] | None:
    found: list[Any] | None = None if answer is None else json.loads(answer)
    return found
