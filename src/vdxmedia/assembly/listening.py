"""Sockets that pages and APIs are served on, and what is said when an address is taken."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from vdxmedia.addresses import format_bind, usable
from vdxmedia.config import parse_bind
from vdxmedia.errors import Misconfigured

LISTEN_BACKLOG: Final = 1024
"""Connections waiting for accept; a join storm of 500 fits."""

Address = tuple[str, int]
"""Host and port."""


def listen(binds: Sequence[str]) -> tuple[list[socket.socket], list[Address]]:
    """Sockets, which are the caller's to close, and where each listens with its real port.

    Several addresses with port 0 get the same port. Raises: Misconfigured, with nothing left open.
    """
    sockets: list[socket.socket] = []
    addresses: list[Address] = []
    with ExitStack() as stack:
        for host, port in usable([parse_bind(bind, key="http.binds") for bind in binds]):
            if port == 0 and addresses:
                port = addresses[0][1]
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                listening = socket.create_server((host, port), family=family, backlog=LISTEN_BACKLOG)
            except OSError as error:
                raise taken("http", host, port, error) from error
            stack.callback(listening.close)
            sockets.append(listening)
            addresses.append((host, listening.getsockname()[1]))
        stack.pop_all()
    return sockets, addresses


def taken(section: str, host: str, port: int, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"{section}.binds: {format_bind(host, port)} cannot be had ({error.strerror or error}); "
        f"choose another, in development with --{section}-port N"
    )


def format_all(addresses: Sequence[Address]) -> str:
    return ",".join(format_bind(host, port) for host, port in addresses)
