"""IPv4 packets with correct checksums (RFC 791, 768, 9293), built the slow way."""

from __future__ import annotations

import socket
import struct


def internet_checksum(octets: bytes) -> int:
    """RFC 1071; 0 over a whole packet whose checksum is right."""
    padded = octets + b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(
    kind: str,
    source_port: int,
    destination_port: int,
    *,
    source: str = "10.0.0.2",
    destination: str = "10.9.9.9",
    payload: bytes = b"payload",
) -> bytes:
    protocol, header = (17, 8) if kind == "udp" else (6, 20)
    length = header + len(payload)
    ports = struct.pack("!HH", source_port, destination_port)
    rest = struct.pack("!HH", length, 0) if kind == "udp" else struct.pack("!IIBBHHH", 1, 2, 0x50, 0x10, 1000, 0, 0)
    segment = bytearray(ports + rest + payload)
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    at = 6 if kind == "udp" else 16
    pseudo = addresses + struct.pack("!BBH", 0, protocol, length)
    segment[at : at + 2] = internet_checksum(pseudo + segment).to_bytes(2, "big")
    ip = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, protocol, 0) + addresses)
    ip[10:12] = internet_checksum(bytes(ip)).to_bytes(2, "big")
    return bytes(ip + segment)


def checksums_hold(ip: bytes) -> bool:
    pseudo = ip[12:20] + struct.pack("!BBH", 0, ip[9], len(ip) - 20)
    return internet_checksum(ip[:20]) == 0 and internet_checksum(pseudo + ip[20:]) == 0
