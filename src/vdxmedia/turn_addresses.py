"""Which addresses packets come from that a TURN server relays: so that an operator sees who comes through it.

The relayed address is the TURN server's own, so it is told by what the host names in `turn.urls` stand for, and by
`turn.relay_networks` where it relays from elsewhere. Left out: how a client reaches the TURN server (UDP, TCP, TLS);
only the client knows.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Iterable
from typing import Final

from vdxmedia.addresses import interface_addresses
from vdxmedia.config import Turn

logger = logging.getLogger(__name__)

REFRESH_S: Final = 600.0
"""A name that stands for another address now is known by then."""
LOOK_UP_S: Final = 10.0
_HOST = re.compile(r"turns?:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))")


def own_addresses() -> list[str]:
    """Of this machine, but for loopback."""
    return interface_addresses(4) + interface_addresses(6)


class TurnAddresses:
    """Event loop only. Knows nothing until `look_up` has been; without TURN URLs it never does."""

    def __init__(self, turn: Turn, own: Callable[[], Iterable[str]] = own_addresses) -> None:
        self._networks = [ipaddress.ip_network(network) for network in turn.relay_networks] if turn.urls else []
        self._hosts = sorted({found[1] or found[2] for url in turn.urls if (found := _HOST.match(url))})
        self._own = own
        self._addresses: dict[str, frozenset[str]] = {}
        """Of each host: the last that was found."""

    def __contains__(self, address: str) -> bool:
        if any(address in known for known in self._addresses.values()):
            return True
        return bool(self._networks) and any(ipaddress.ip_address(address) in network for network in self._networks)

    async def run(self) -> None:
        """Until cancelled; at once when there is no host to look up."""
        while self._hosts:
            await self.look_up()
            await asyncio.sleep(REFRESH_S)

    async def look_up(self) -> None:
        for host in self._hosts:
            try:
                async with asyncio.timeout(LOOK_UP_S):
                    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
            except (OSError, UnicodeError):  # a TimeoutError too
                logger.warning("turn_name_not_found host=%s", host)
                continue
            addresses = {str(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found}
            own = set(await asyncio.to_thread(lambda: list(self._own())))
            is_here = bool(addresses & own) or any(ipaddress.ip_address(one).is_loopback for one in addresses)
            self._addresses[host] = frozenset(addresses | own if is_here else addresses)
