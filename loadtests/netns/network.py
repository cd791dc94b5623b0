"""One server's namespace and a star of clients, each behind a wire of its own.

Addresses (RFC 2544's block, private to the namespaces): the server 198.18.0.1 and 198.18.0.2 (for a second service on
port 443), client n 198.18.n.2, the public side of its NAT 198.18.n.200. Nothing of it is visible in the machine's own
namespace, so several runs at a time do not meet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from loadtests.netns.conditions import Conditions
from loadtests.netns.namespace import Namespace, namespace, remove_stale, require_machine
from loadtests.netns.wire import Wire, wire

SERVER_ADDRESS = "198.18.0.1"
RELAY_ADDRESS = "198.18.0.2"
CLIENT_DEVICE = "eth0"
"""Chromium tells the kind of a network by its device's name: `tun0` would be taken for a VPN."""
MAX_CLIENTS = 200


@dataclass
class Client:
    """A place to be in, behind a wire."""

    namespace: Namespace
    wire: Wire
    number: int
    host: int = 2

    @property
    def address(self) -> str:
        return f"198.18.{self.number}.{self.host}"

    @property
    def public_address(self) -> str:
        return f"198.18.{self.number}.200"

    def change_address(self) -> None:
        """Another network: the old address is gone before the new one is there, and with it the route out."""
        self.namespace.ip("addr", "del", f"{self.address}/24", "dev", CLIENT_DEVICE)
        self.host += 1
        self._attach()

    def lose_network(self) -> None:
        """The plug is pulled: the device has no carrier, and whoever watches it knows."""
        self.namespace.ip("link", "set", CLIENT_DEVICE, "down")

    def regain_network(self) -> None:
        """The same address as before; the route out went with the link."""
        self.namespace.ip("link", "set", CLIENT_DEVICE, "up")
        self.namespace.ip("route", "replace", "default", "dev", CLIENT_DEVICE)

    def put_behind_nat(self) -> None:
        self.wire.translate(self.public_address)

    def _attach(self) -> None:
        self.namespace.ip("addr", "add", f"{self.address}/24", "dev", CLIENT_DEVICE)
        self.namespace.ip("route", "replace", "default", "dev", CLIENT_DEVICE)


class Network:
    """Owns the namespaces; left by its context manager."""

    def __init__(self, server: Namespace, stack: contextlib.ExitStack) -> None:
        self.server = server
        self._stack = stack
        self._clients = 0

    def client(
        self, *, up: Conditions | None = None, down: Conditions | None = None, seed: int | None = None
    ) -> Client:
        """A new namespace with one device, `eth0`, and a default route over its wire."""
        self._clients += 1
        number = self._clients
        assert number <= MAX_CLIENTS
        inside = self._stack.enter_context(namespace(f"client{number}"))
        towards = f"client{number}"
        link = self._stack.enter_context(
            wire(inside, CLIENT_DEVICE, self.server, towards, seed=number if seed is None else seed)
        )
        self.server.ip("link", "set", towards, "up")
        self.server.ip("route", "add", f"198.18.{number}.0/24", "dev", towards, "src", SERVER_ADDRESS)
        inside.ip("link", "set", CLIENT_DEVICE, "up")
        made = Client(inside, link, number)
        made._attach()
        link.set(up=up, down=down)
        return made


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A server's namespace, and what its clients will need; all gone on leaving. Raises: Unsuitable."""
    require_machine()
    remove_stale()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(namespace("server"))
        for address in (SERVER_ADDRESS, RELAY_ADDRESS):
            server.ip("addr", "add", f"{address}/32", "dev", "lo")
        # Documentation addresses: how a server finds out which of its addresses others reach.
        server.ip("route", "add", "192.0.2.0/24", "dev", "lo", "src", SERVER_ADDRESS)
        yield Network(server, stack)
