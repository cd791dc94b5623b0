"""The relay in a Python process, told what to do in lines, as `src/serve.rs` says.

`hog SECONDS CORE` keeps Python busy.
"""

from __future__ import annotations

import os
import selectors
import sys
import threading
import time

import msgspec

from vdxmedia import _relay
from vdxmedia.errors import Misconfigured
from vdxmedia.sfu import border


def hog(seconds: float, core: int) -> None:
    """Holds the interpreter's lock as long as it is let; on this core, if it is one.

    There it makes room for the clients at once, who are to keep their pace; it keeps the lock meanwhile.
    """
    if core >= 0:
        thread = threading.get_native_id()
        os.sched_setaffinity(thread, {core})
        os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        for step in range(1000):
            count += step


def main() -> int:
    if not _relay.is_release_build():
        print("The relay is a debug build; its figures mean nothing.", file=sys.stderr)
        return 2
    try:
        border.check(_relay)
    except Misconfigured as error:
        print(error.text, file=sys.stderr)
        return 2
    relay = _relay.Relay(["127.0.0.1:0"])
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    selector.register(relay.event_fd, selectors.EVENT_READ)
    print("ready", relay.addresses[0], flush=True)
    pending = b""
    while True:
        for key, _ in selector.select():
            if key.fd == relay.event_fd:
                for event in relay.drain():
                    msgspec.msgpack.decode(event)
                continue
            read = os.read(sys.stdin.fileno(), 1 << 20)
            if not read:
                relay.close()
                return 0
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                word, _, rest = line.partition(b" ")
                match word:
                    case b"command":
                        relay.command(bytes.fromhex(rest.decode()))
                    case b"stats":
                        stats: dict[str, int] = msgspec.msgpack.decode(relay.stats())
                        print(*(f"{name}={value}" for name, value in stats.items()), flush=True)
                    case b"hog":
                        seconds, core = rest.split()
                        threading.Thread(target=hog, args=(float(seconds), int(core)), daemon=True).start()
                    case _:
                        raise ValueError(f"cannot read the line: {line[:60]!r}")


if __name__ == "__main__":
    sys.exit(main())
