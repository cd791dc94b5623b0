"""A wire between a client's namespace and the server's: starts the process, and tells it what to do to packets."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loadtests.netns.conditions import Blocked, Conditions, Counts
from loadtests.netns.namespace import Namespace, run_ip

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
"""linux/if_tun.h"""
DEVICE_MTU = 1500
ANSWER_TIMEOUT_S = 60.0
ROOT = Path(__file__).parents[2]
_numbers = itertools.count()


@dataclass(frozen=True)
class WireCounts:
    """What the wire did since it was made; `cpu_s` is what that cost."""

    up: Counts
    down: Counts
    cpu_s: float


class Wire:
    """Told from one task only. `up` is from the client to the server."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines = control.makefile("rw")
        self.up = Conditions()
        self.down = Conditions()

    def close(self) -> None:
        self._lines.close()
        self._control.close()

    def set(self, *, up: Conditions | None = None, down: Conditions | None = None) -> None:
        """Holds for the packets that come from now on."""
        if up is not None:
            self.up = up
            self._tell({"up": up.to_json()})
        if down is not None:
            self.down = down
            self._tell({"down": down.to_json()})

    def block(self, what: Blocked) -> None:
        """Both directions, all else unchanged."""
        self.set(up=replace(self.up, blocked=what), down=replace(self.down, blocked=what))

    def translate(self, public_address: str) -> None:
        """A NAT with this public address stands at the client's end."""
        self._tell({"nat": public_address})

    def rebind(self) -> None:
        """The NAT forgets: each flow goes on from a new port, and nothing comes in before something went out."""
        self._tell({"rebind": True})

    def counts(self) -> WireCounts:
        answer = self._tell({"counts": True})
        return WireCounts(Counts(**answer["up"]), Counts(**answer["down"]), answer["cpu_s"])

    def _tell(self, command: dict[str, Any]) -> dict[str, Any]:
        self._lines.write(json.dumps(command) + "\n")
        self._lines.flush()
        line = self._lines.readline()
        if not line:
            raise RuntimeError("the wire's process ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def _tun() -> tuple[int, str]:
    """A TUN device that exists as long as its descriptor is open somewhere. Names: at most 15 octets."""
    name = f"vdx{os.getpid()}w{next(_numbers)}"
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor, name


@contextlib.contextmanager
def wire(
    client: Namespace, client_device: str, server: Namespace, server_device: str, *, seed: int = 1
) -> Iterator[Wire]:
    """Connects the two by devices of these names, without addresses. On leaving both devices are gone."""
    with contextlib.ExitStack() as stack:
        ends = []
        for end, device in ((client, client_device), (server, server_device)):
            descriptor, name = _tun()
            ends.append(descriptor)
            stack.callback(_close_once, descriptor)
            run_ip("link", "set", "dev", name, "netns", end.name, "name", device, "mtu", str(DEVICE_MTU))
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_TIMEOUT_S)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "loadtests.netns.wire_process",
                 str(ends[0]), str(ends[1]), str(theirs.fileno()), str(seed)],
                pass_fds=(*ends, theirs.fileno()),
                cwd=ROOT,
            )  # fmt: skip
        for descriptor in ends:
            _close_once(descriptor)
        stack.pop_all()
        control = Wire(ours)
        try:
            control.counts()
            yield control
        finally:
            control.close()
            try:
                process.wait(ANSWER_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _close_once(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)
