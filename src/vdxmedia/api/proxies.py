"""Who a request really comes from: forwarded headers count only when the neighbour is a proxy we were told of."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_HOPS = 16
MAX_PARSED = 256
"""Addresses whose form is remembered: of each request one is asked for several times."""


class TrustedProxies:
    """Reads `X-Forwarded-For` and `X-Forwarded-Proto` from configured networks, ignores them from all others."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(network) for network in networks]

    def client_address(self, request: web.BaseRequest) -> str:
        """The nearest address that is not a trusted proxy; empty when it cannot be known."""
        address = _parsed(request.remote or "")
        if address is None or not self._is_trusted(address):
            return str(address or "")
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")[-MAX_HOPS:]
        for hop in reversed(hops):
            forwarded = _parsed(hop.strip())
            if forwarded is None:
                break
            address = forwarded
            if not self._is_trusted(address):
                break
        return str(address)

    def is_secure(self, request: web.BaseRequest) -> bool:
        """Whether the client spoke TLS, with us or with the proxy in front."""
        if request.secure:
            return True
        address = _parsed(request.remote or "")
        if address is None or not self._is_trusted(address):
            return False
        return request.headers.get("X-Forwarded-Proto", "").lower() == "https"

    def _is_trusted(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)


class Neighbours:
    """Machines that are believed, by the address that speaks with us: what was forwarded does not count."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(network) for network in networks]

    def has(self, request: web.BaseRequest) -> bool:
        address = _parsed(request.remote or "")
        return address is not None and any(
            address.version == network.version and address in network for network in self._networks
        )


def limit_key(address: str) -> str:
    """What rate limits count: an IPv4 address, or the /64 that one IPv6 customer has."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or "unknown")


@functools.lru_cache(MAX_PARSED)
def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
