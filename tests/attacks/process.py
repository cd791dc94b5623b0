"""One server process for all attacks: `vdxmedia dev` as an operator starts it, its output in a file.

A process of its own, and no pipe: it lives longer than any event loop of a test, and an attack must not be able to stop
it by filling what nobody reads.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.server import Server, free_media_port, free_port

START_TIMEOUT_S = 90.0
"""Two seconds by itself; a minute was seen where ten others use the machine."""
STOP_TIMEOUT_S = 20.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MOST_ROOMS = 100
"""Of this server: the tests make half as many."""
PROXY = "127.0.0.9"
"""The one address whose `X-Forwarded-…` the server believes; the attacks come from others."""


@dataclass
class Victim(Server):
    """The server, and what the machine says of its process."""

    media_port: int = 0
    directory: Path = Path()
    """Its temporary files."""
    output_file: Path = Path()

    def said(self) -> str:
        """Everything that it has printed and logged."""
        return self.output_file.read_text(encoding="utf-8")

    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES

    def kernel_drops(self) -> int:
        """Datagrams to its media port that the kernel had no room for: the server never saw them."""
        port = f":{self.media_port:04X}"
        rows = [line.split() for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]]
        return sum(int(row[12]) for row in rows if row[1].endswith(port))

    def is_alive(self) -> bool:
        return Path(f"/proc/{self.pid}/fd").exists()


@contextlib.contextmanager
def run_victim(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[Victim]:
    """Starts it with these `VDX_…` variables, ends it with SIGTERM; a bad exit code fails the test."""
    http_port, media_port = free_port(socket.SOCK_STREAM), free_media_port()
    output_file = directory / "output"
    own = {
        "VDX_MEDIA_WORKERS": "1",
        "VDX_LOG_LEVEL": "info",
        "VDX_LIMITS_ROOMS": str(MOST_ROOMS),
        "VDX_HTTP_TRUSTED_PROXIES": f"{PROXY}/32",
    }
    with (
        output_file.open("wb") as output,
        subprocess.Popen(
            [
                *(sys.executable, "-m", "vdxmedia", "dev"),
                *("--http-port", str(http_port), "--media-port", str(media_port)),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(directory), **own, **(settings or {})},
        ) as process,
    ):
        try:
            said = _until_started(process, output_file)
            base = re.match(r"https?://[^/]+", said["API"])
            assert base is not None
            yield Victim(
                base_url=f"http://127.0.0.1:{http_port}",
                host_url=said["Host"],
                guest_url=said["Guest"],
                key=said["Key"],
                pid=process.pid,
                token_line=said["Token"],
                media_port=media_port,
                directory=directory,
                output_file=output_file,
            )
            process.terminate()
            assert process.wait(STOP_TIMEOUT_S) == 0, output_file.read_text(encoding="utf-8")[-4000:]
        finally:
            if process.poll() is None:
                process.kill()


def _until_started(process: subprocess.Popen[bytes], output_file: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        text = output_file.read_text(encoding="utf-8")
        said = dict(re.findall(r"^(Host|Guest|API|Key|Token):\s+(\S.*)$", text, re.MULTILINE))
        if len(said) == 5 and text.endswith("\n"):
            return said
        assert process.poll() is None, f"the server ended at its start:\n{text}"
        assert time.monotonic() < deadline, f"the server did not start:\n{text}"
        time.sleep(0.05)
