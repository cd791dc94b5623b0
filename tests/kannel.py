"""A Kannel of the tests' own on loopback: bearerbox, smsbox and the fake SMS centre that comes with it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.server import free_port

USER, PASSWORD = "vdx", "kannel-password-of-the-tests"
FAKE_CENTRES = ("/usr/lib/kannel/test/fakesmsc", "/usr/lib/kannel/fakesmsc")
"""Where Debian's kannel-extras puts it."""

CONFIGURATION = """group = core
admin-port = {admin}
admin-password = {password}
admin-interface = 127.0.0.1
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-file = "{directory}/bearerbox.log"
log-level = 1

group = smsc
smsc = fake
smsc-id = fake
port = {centre}
host = 127.0.0.1
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-file = "{directory}/smsbox.log"
log-level = 1

group = sendsms-user
username = {user}
password = {password}
max-messages = 10
concatenation = true
"""


@dataclass
class RunningKannel:
    url: str
    """Of `sendsms`."""
    centre_log: Path

    def received(self) -> str:
        """All that the fake SMS centre was given."""
        return self.centre_log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Program:
    process: subprocess.Popen[bytes]
    output: Path


@contextlib.contextmanager
def run_kannel(directory: Path) -> Iterator[RunningKannel]:
    """Answers at its `sendsms` port from the beginning; ends with the block."""
    ports = {name: free_port(socket.SOCK_STREAM) for name in ("admin", "smsbox", "centre", "sendsms")}
    configuration = directory / "kannel.conf"
    configuration.write_text(
        CONFIGURATION.format(user=USER, password=PASSWORD, directory=directory, **ports), encoding="utf-8"
    )
    log = directory / "fakesmsc.log"
    with contextlib.ExitStack() as stack:
        bearerbox = _start(stack, [_program("bearerbox"), str(configuration)], directory / "bearerbox.out")
        _await_port(ports["smsbox"], bearerbox)
        smsbox = _start(stack, [_program("smsbox"), str(configuration)], directory / "smsbox.out")
        _await_port(ports["centre"], bearerbox)
        # It sends one message of its own by and by, which Kannel has no service for: as rarely as can be said.
        centre = [_fake_centre(), "-H", "127.0.0.1", "-r", str(ports["centre"]), "-i", "3600", "-m", "1"]
        _start(stack, [*centre, "1 2 text nothing"], log)
        _await_port(ports["sendsms"], smsbox)
        yield RunningKannel(f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms", log)


def _start(stack: contextlib.ExitStack, command: Sequence[str], output: Path) -> Program:
    file = stack.enter_context(output.open("wb"))
    process = stack.enter_context(subprocess.Popen(command, stdout=file, stderr=file))
    stack.callback(process.kill)
    return Program(process, output)


def _await_port(port: int, program: Program) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if program.process.poll() is not None:
            break
        time.sleep(0.02)
    told = program.output.read_text(encoding="utf-8", errors="replace")
    raise AssertionError(f"Kannel does not listen: {told[-1000:]}")


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    assert found, "Kannel is missing: `make test` installs it"
    return found


def _fake_centre() -> str:
    for path in FAKE_CENTRES:
        if Path(path).exists():
            return path
    raise AssertionError("kannel-extras is missing: `make test` installs it")
