"""A network address translator on a wire (RFC 4787: endpoint-independent mapping and filtering), which can forget its
mappings: each flow then gets a new public port, as after a router's restart.

IPv4, UDP and TCP; other protocols pass with their addresses translated. Pure: packets in, packets out. Checksums are
mended as RFC 1624 §3 says. Fragments are not translated beyond their first.
"""

from __future__ import annotations

import socket

from loadtests.netns.conditions import PROTOCOL_TCP, PROTOCOL_UDP

FIRST_PORT = 20_000
MAX_MAPPINGS = 10_000
"""Full means that new flows do not pass."""


def _mended(checksum: int, old: bytes, new: bytes) -> int:
    """RFC 1624 equation 3, over words of 16 bits."""
    total = ~checksum & 0xFFFF
    for at in range(0, len(old), 2):
        total += (~int.from_bytes(old[at : at + 2], "big") & 0xFFFF) + int.from_bytes(new[at : at + 2], "big")
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _rewrite(packet: bytes, address_at: int, address: bytes, port_offset: int, port: bytes | None) -> bytes:
    """The packet with one address and one port replaced, and its checksums mended."""
    out = bytearray(packet)
    header = (out[0] & 0x0F) * 4
    old_address = bytes(out[address_at : address_at + 4])
    out[address_at : address_at + 4] = address
    out[10:12] = _mended(int.from_bytes(out[10:12], "big"), old_address, address).to_bytes(2, "big")
    if port is None:
        return bytes(out)
    port_at = header + port_offset
    old_port = bytes(out[port_at : port_at + 2])
    out[port_at : port_at + 2] = port
    checksum_at = header + (6 if out[9] == PROTOCOL_UDP else 16)
    checksum = int.from_bytes(out[checksum_at : checksum_at + 2], "big")
    if checksum or out[9] == PROTOCOL_TCP:  # UDP without checksum: 0 stays
        mended = _mended(checksum, old_address + old_port, address + port)
        out[checksum_at : checksum_at + 2] = (mended or 0xFFFF).to_bytes(2, "big")
    return bytes(out)


class Nat:
    """Translates between what is inside and one public address."""

    def __init__(self, public_address: str) -> None:
        self._public = socket.inet_aton(public_address)
        self._next_port = FIRST_PORT
        self._outward: dict[tuple[int, bytes, bytes], bytes] = {}
        self._inward: dict[tuple[int, bytes], tuple[bytes, bytes]] = {}

    def rebind(self) -> None:
        """Forgets every mapping; ports that were used are not used again."""
        self._outward.clear()
        self._inward.clear()

    def outward(self, packet: bytes) -> bytes | None:
        """From inside, with the public source; None: dropped."""
        if len(packet) < 24 or packet[0] >> 4 != 4:
            return None
        protocol, source = packet[9], packet[12:16]
        if protocol not in (PROTOCOL_TCP, PROTOCOL_UDP):
            return _rewrite(packet, 12, self._public, 0, None)
        header = (packet[0] & 0x0F) * 4
        key = (protocol, source, packet[header : header + 2])
        port = self._outward.get(key)
        if port is None:
            if len(self._outward) >= MAX_MAPPINGS:
                return None
            port = self._next_port.to_bytes(2, "big")
            self._next_port = self._next_port + 1 if self._next_port < 0xFFFF else FIRST_PORT
            self._outward[key] = port
            self._inward[protocol, port] = (source, key[2])
        return _rewrite(packet, 12, self._public, 0, port)

    def inward(self, packet: bytes) -> bytes | None:
        """From outside, to whom the public port belongs; None: to nobody."""
        if len(packet) < 24 or packet[0] >> 4 != 4 or packet[9] not in (PROTOCOL_TCP, PROTOCOL_UDP):
            return None
        header = (packet[0] & 0x0F) * 4
        inside = self._inward.get((packet[9], packet[header + 2 : header + 4]))
        return None if inside is None else _rewrite(packet, 16, inside[0], 2, inside[1])
