"""The shipped nginx configuration as a process, and what a test must change in it: addresses, ports, certificate."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.server import free_port
from vdxmedia.credentials import self_signed

CONFIGURATION = Path(__file__).parents[1] / "deploy/nginx/vdxmedia.conf"
NAME = "moede.example.dk"
START_TIMEOUT_S = 10.0
IMPATIENT_S = 2
"""Of requests here: what lets WebSockets live longer than these is noticed soon."""


def program() -> str:
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    assert found is not None, "nginx is not here: run `make test`, which installs it"
    return found


def replaced(text: str, pairs: dict[str, str]) -> str:
    """Fails when one of them is not there any more."""
    for was, becomes in pairs.items():
        assert was in text, f"{CONFIGURATION.name} has no {was!r}"
        text = text.replace(was, becomes)
    return text


@contextlib.contextmanager
def nginx(directory: Path, *, backend_port: int) -> Iterator[int]:
    """The shipped proxy in front of this port of the machine; gives the port with TLS. Ended with the context."""
    certificate, key = self_signed("127.0.0.1")
    (directory / "fullchain.pem").write_bytes(certificate)
    (directory / "privkey.pem").write_bytes(key)
    port, plain_port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    site = replaced(
        CONFIGURATION.read_text("utf-8"),
        {
            "127.0.0.1:7880": f"127.0.0.1:{backend_port}",
            "    listen 443 ssl": f"    listen 127.0.0.1:{port} ssl",
            "    listen [::]:443 ssl default_server;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "    listen 80;\n    listen [::]:80;\n": f"    listen 127.0.0.1:{plain_port};\n",
            "proxy_read_timeout 60s;": f"proxy_read_timeout {IMPATIENT_S}s;",
            f"/etc/letsencrypt/live/{NAME}": str(directory),
            "/var/log/nginx": str(directory),
        },
    )
    (directory / "site.conf").write_text(site)
    paths = "".join(
        f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log info;\n"
        f"events {{ worker_connections 128; }}\n"
        f"http {{ {paths}\n"
        f"include {directory}/site.conf; }}\n"
    )
    with (directory / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [program(), "-p", str(directory), "-c", str(directory / "nginx.conf")], stdout=output, stderr=output
        )
    try:
        _wait_for(process, port, directory)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, directory: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, (directory / "output.log").read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")
