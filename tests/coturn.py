"""The shipped coturn configuration as a process, and what a test must change in it: addresses, ports, certificate,
secret, log. The demands on peers and credentials stay as they are shipped.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.patience import PATIENCE_S
from vdxmedia.credentials import self_signed

CONFIGURATION = Path(__file__).parents[1] / "deploy/coturn/turnserver.conf"
SECRET = "a-shared-secret-of-sixty-four-characters-as-keys-new-would-make-it"
BINDING_REQUEST = b"\x00\x01\x00\x00\x21\x12\xa4\x42"
"""RFC 8489 §5, before the transaction id."""
OpenSocket = Callable[[int, int], socket.socket]


@dataclass(frozen=True)
class Certificate:
    """Made for a test; who is to trust it must be told its public key."""

    certificate: Path
    key: Path
    spki: str
    """base64(SHA-256 of the public key): as `--ignore-certificate-errors-spki-list` of Chromium wants it."""


def make_certificate(directory: Path, address: str) -> Certificate:
    """For a server that is reached by its address."""
    certificate, key = self_signed(address)
    made = Certificate(directory / "turn.pem", directory / "turn.key", _spki(certificate))
    made.certificate.write_bytes(certificate)
    made.key.write_bytes(key)
    return made


def _spki(certificate: bytes) -> str:
    key = x509.load_pem_x509_certificate(certificate).public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(encoded).digest()).decode()


def shipped_without(*names: str) -> list[str]:
    """The shipped lines but those of these settings. Fails when one of them is not there any more."""
    shipped = CONFIGURATION.read_text(encoding="utf-8").splitlines()
    lines = [line for line in shipped if line.partition("=")[0] not in names]
    assert len(lines) == len(shipped) - len(names), "the shipped configuration has changed"
    return lines


@contextlib.contextmanager
def run_coturn(
    directory: Path,
    lines: Sequence[str],
    address: tuple[str, int],
    *,
    under: Sequence[str] = (),
    open_socket: OpenSocket = socket.socket,
) -> Iterator[None]:
    """Runs it until the end of the block; it answers at `address` over UDP from the beginning.

    `under`: the command that runs it elsewhere, e.g. in a network namespace; `open_socket` is the way to it then.
    """
    program = shutil.which("turnserver")
    assert program, "coturn is missing: `make test` installs it"
    own = [f"log-file={directory / 'log'}", "simple-log", f"pidfile={directory / 'pid'}"]
    path = directory / "turnserver.conf"
    path.write_text("\n".join([*lines, *own]) + "\n", encoding="utf-8")
    with subprocess.Popen(
        [*under, program, "-c", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _await_answer(address, process, open_socket)
            yield
        finally:
            process.terminate()


def _await_answer(address: tuple[str, int], process: subprocess.Popen[bytes], open_socket: OpenSocket) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with open_socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect(address)
        while True:
            assert process.poll() is None, "coturn ended at once"
            assert time.monotonic() < deadline, "coturn does not answer"
            try:
                probe.send(BINDING_REQUEST + os.urandom(12))
                probe.recv(2048)
                return
            except OSError:
                continue
