"""Which addresses of this machine others can reach: for sockets that must not be bound to a wildcard, and for `--lan`.

A wildcard UDP bind answers from the wrong address on a machine with several, so the relay gets one socket per
address. Asking the kernel for a route sends no packet.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Sequence

import ifaddr

from vdxmedia.config import parse_bind
from vdxmedia.errors import Misconfigured

logger = logging.getLogger(__name__)

_TEST_NET = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Documentation addresses, RFC 5737 and RFC 3849: the route to them is the default route."""


def lan_address() -> str:
    """The address other machines on the network reach this one at. Raises: Misconfigured when there is none."""
    for family, target in _TEST_NET.items():
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((target, 9))
            except OSError:
                continue
            address = str(probe.getsockname()[0])
            if not ipaddress.ip_address(address).is_loopback:
                return address
    found = interface_addresses(4) or interface_addresses(6)
    if not found:
        raise Misconfigured("--lan: this machine has no network address beyond loopback")
    return found[0]


def interface_addresses(version: int) -> list[str]:
    """This machine's usable addresses of one IP version, without loopback and link-local ones."""
    found = []
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            address = ipaddress.ip_address(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
            if address.version == version and not address.is_loopback and not address.is_link_local:
                found.append(str(address))
    return sorted(set(found))


def media_sockets(binds: Sequence[str]) -> list[tuple[str, int]]:
    """The binds with each wildcard replaced by the machine's addresses of that version.

    Raises: Misconfigured when nothing is left.
    """
    sockets: list[tuple[str, int]] = []
    for bind in binds:
        host, port = parse_bind(bind, key="media.binds")
        address = ipaddress.ip_address(host)
        hosts = interface_addresses(address.version) if address.is_unspecified else [host]
        sockets += [(each, port) for each in hosts if (each, port) not in sockets]
    if not sockets:
        raise Misconfigured("media.binds: this machine has no address to bind; name one")
    return sockets


def usable(addresses: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those this machine has: without IPv6, `::1` and `[::]` are left out.

    Raises: Misconfigured when none is left.
    """
    found = []
    for host, port in addresses:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.bind((host, 0))
            found.append((host, port))
        except OSError as error:
            logger.info("address_not_here address=%s reason=%s", host, error.strerror)
    if not found:
        hosts = ", ".join(host for host, _ in addresses)
        raise Misconfigured(f"this machine has none of the addresses to bind: {hosts}")
    return found


def format_bind(host: str, port: int) -> str:
    """`address:port`, IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def announced_addresses(bound: Sequence[tuple[str, int]], announced: Sequence[str]) -> list[tuple[str, int]]:
    """What clients are told: behind 1:1 NAT the outer address with the inner port, else what was bound.

    Raises: Misconfigured for an announced address of a version that is not bound.
    """
    if not announced:
        return list(bound)
    told = []
    for address in announced:
        version = ipaddress.ip_address(address).version
        ports = [port for host, port in bound if ipaddress.ip_address(host).version == version]
        if not ports:
            raise Misconfigured(f"media.announced: {address} is IPv{version}, but media.binds has no such address")
        told.append((address, ports[0]))
    return told
