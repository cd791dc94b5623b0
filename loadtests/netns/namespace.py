"""Network namespaces that go away: named with this process's id, removed on leaving, and removed by the next run when
this process died before it could.

Calls of `ip` take milliseconds and block; they are made before and between measurements, not during them.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PREFIX = "vdx"
NAME = re.compile(rf"^{PREFIX}-(\d+)-")
NAMESPACES = Path("/run/netns")
CLONE_NEWNET = 0x4000_0000
COMMAND_TIMEOUT_S = 10.0
_numbers = itertools.count()


class Unsuitable(Exception):
    """This machine cannot make bad networks; says what is missing."""


def require_machine() -> None:
    """Raises: Unsuitable, naming everything that is missing and how to get it."""
    missing = []
    if not sys.platform.startswith("linux"):
        missing.append("Linux: network namespaces are its own")
    elif os.geteuid() != 0:
        missing.append(
            "root: making network namespaces needs CAP_SYS_ADMIN and CAP_NET_ADMIN (run as root, or sudo -E)"
        )
    if shutil.which("ip") is None:
        missing.append("ip: apt-get install -y iproute2")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        missing.append("/dev/net/tun: a kernel with CONFIG_TUN (modprobe tun; in a container --device /dev/net/tun)")
    if chromium_binary() is None:
        missing.append("Chromium: apt-get install -y chromium")
    if missing:
        raise Unsuitable("Bad networks cannot be made here. Missing:\n  " + "\n  ".join(missing))


def chromium_binary() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def firefox_binary() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


def run_ip(*arguments: str) -> str:
    """`ip …`. Raises: CalledProcessError with what it said."""
    try:
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True, timeout=COMMAND_TIMEOUT_S)
    except subprocess.CalledProcessError as error:
        error.add_note(f"ip {' '.join(arguments)}: {error.stderr.strip()}")
        raise
    return done.stdout


@dataclass(frozen=True)
class Namespace:
    """A network namespace that exists."""

    name: str

    def ip(self, *arguments: str) -> str:
        """`ip …` inside."""
        return run_ip("-netns", self.name, *arguments)

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` inside."""
        return ["ip", "netns", "exec", self.name, *command]

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that lives inside, whoever uses it. A thread enters, since a process can't do it for one call."""
        made: list[socket.socket | OSError] = []

        def enter() -> None:
            try:
                with (NAMESPACES / self.name).open() as namespace:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                made.append(socket.socket(family, kind, protocol))
            except OSError as error:
                made.append(error)

        thread = threading.Thread(target=enter, name="netns-socket")
        thread.start()
        thread.join()
        result = made[0]
        if isinstance(result, OSError):
            raise result
        return result


@contextlib.contextmanager
def namespace(purpose: str) -> Iterator[Namespace]:
    """A fresh namespace with its loopback up. On leaving, what still runs inside is ended."""
    made = Namespace(f"{PREFIX}-{os.getpid()}-{next(_numbers)}-{purpose}")
    run_ip("netns", "add", made.name)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        _remove(made.name)


def remove_stale() -> list[str]:
    """Removes the namespaces of processes that are gone, with what runs in them; gives their names."""
    removed = []
    for path in NAMESPACES.glob(f"{PREFIX}-*"):
        found = NAME.match(path.name)
        if found and not Path(f"/proc/{found.group(1)}").exists():
            _remove(path.name)
            removed.append(path.name)
    return removed


def _remove(name: str) -> None:
    for pid in run_ip("netns", "pids", name).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    run_ip("netns", "del", name)
