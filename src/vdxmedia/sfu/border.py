"""Whether the native relay beside us was built for the messages that we send it.

A binding of an older build takes commands that it does not know for mistakes and leaves out what it is not told: all
that people see is that there is no picture. Left out: a relay that forwards otherwise but speaks the same language.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from types import ModuleType

from vdxmedia.errors import Misconfigured
from vdxmedia.sfu import relay_wire


def _checksum() -> int:
    try:
        return zlib.crc32(Path(relay_wire.__file__).read_bytes())
    except OSError:
        return 0


CHECKSUM = _checksum()
"""Of the messages' source, as `src/relay-python/build.rs` makes it; 0: it cannot be read (packed without sources)."""


def check(binding: ModuleType) -> None:
    """Raises: Misconfigured when the binding was built beside another `relay_wire.py`."""
    built_beside = getattr(binding, "built_beside", None)
    if built_beside is None or (CHECKSUM and built_beside() not in (0, CHECKSUM)):
        raise Misconfigured("the native relay was built for another version of vdxmedia: run `make relay`")
