"""What the kernel allows each socket, and the line that allows more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vdxmedia.config import Settings

_PROC = Path("/proc/sys/net/core")


def warnings(settings: Settings, proc: Path = _PROC) -> Iterator[str]:
    """One text per limit below what the relay asks for; none where the limits cannot be read (not Linux)."""
    wanted = settings.media.socket_buffer_bytes
    for name in ("rmem_max", "wmem_max"):
        try:
            allowed = int((proc / name).read_text())
        except (OSError, ValueError):
            continue
        if allowed < wanted:
            yield (
                f"net.core.{name} is {allowed} bytes, the relay asks for {wanted}: bursts will be lost. "
                f"Set it with `sysctl -w net.core.{name}={wanted}` and keep it in /etc/sysctl.d/"
            )
