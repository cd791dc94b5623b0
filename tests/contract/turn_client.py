"""A TURN client over UDP, for tests: allocate, permit, send (RFC 8656). Written from the RFC; nothing of ours in it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import socket
import struct
import zlib
from dataclasses import dataclass

from tests.patience import PATIENCE_S

MAGIC = 0x2112A442
ALLOCATE, REFRESH, CREATE_PERMISSION = 0x003, 0x004, 0x008
SEND_INDICATION, DATA_INDICATION = 0x0016, 0x0017
USERNAME, INTEGRITY, ERROR, LIFETIME, DATA, REALM, NONCE = 0x0006, 0x0008, 0x0009, 0x000D, 0x0013, 0x0014, 0x0015
PEER, RELAYED, FAMILY, TRANSPORT, FINGERPRINT = 0x0012, 0x0016, 0x0017, 0x0019, 0x8028
ALLOCATION_MISMATCH = 437

Address = tuple[str, int]


@dataclass
class Answer:
    kind: int
    attributes: dict[int, bytes]
    transaction: bytes

    @property
    def error(self) -> int:
        """0: success."""
        code = self.attributes.get(ERROR)
        return 0 if code is None else code[2] * 100 + code[3]


class TurnClient:
    """One allocation. A context manager that gives it back: the next client may get the same port."""

    def __init__(self, server: Address, username: str, password: str) -> None:
        self._server = server
        self._socket = self._connected()
        self._username, self._password = username, password
        self._realm = self._nonce = b""
        self._has_allocation = False

    def _connected(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.settimeout(PATIENCE_S)
        made.connect(self._server)
        return made

    def __enter__(self) -> TurnClient:
        return self

    def __exit__(self, *error: object) -> None:
        with self._socket:
            if self._has_allocation:
                self._ask(REFRESH, {LIFETIME: bytes(4)})

    def allocate(self, family: int = socket.AF_INET) -> tuple[int, Address]:
        """The error (0: none), and the relayed address."""
        wanted = {TRANSPORT: bytes([17, 0, 0, 0]), FAMILY: bytes([2 if family == socket.AF_INET6 else 1, 0, 0, 0])}
        challenge = self._ask(ALLOCATE, wanted)
        if challenge.error == ALLOCATION_MISMATCH:
            # The port was another client's until just now: from another one (RFC 8656 §7.4).
            with self._socket:
                self._socket = self._connected()
            challenge = self._ask(ALLOCATE, wanted)
        assert challenge.error == 401, "the first request carries no credentials"
        self._realm, self._nonce = challenge.attributes[REALM], challenge.attributes[NONCE]
        answer = self._ask(ALLOCATE, wanted)
        if answer.error:
            return answer.error, ("", 0)
        self._has_allocation = True
        return 0, _unpacked(answer.attributes[RELAYED], answer.transaction)

    def permit(self, peer: str) -> int:
        """The error (0: none)."""
        return self._ask(CREATE_PERMISSION, {PEER: (peer, 9)}).error

    def send(self, peer: Address, data: bytes) -> None:
        self._socket.send(_message(SEND_INDICATION, {PEER: peer, DATA: data}, os.urandom(12)))

    def receive(self) -> bytes:
        """The next datagram that a peer sent. Raises: TimeoutError."""
        while True:
            answer = _parsed(self._socket.recv(2048))
            if answer.kind == DATA_INDICATION:
                return answer.attributes[DATA]

    def _ask(self, method: int, attributes: dict[int, bytes | Address]) -> Answer:
        transaction = os.urandom(12)
        if self._nonce:
            attributes = {**attributes, USERNAME: self._username.encode(), REALM: self._realm, NONCE: self._nonce}
        message = _message(method, attributes, transaction)
        if self._nonce:
            key = hashlib.md5(f"{self._username}:{self._realm.decode()}:{self._password}".encode()).digest()
            signed = _with_length(message, len(message) - 20 + 24)
            message = signed + _attribute(INTEGRITY, hmac.new(key, signed, hashlib.sha1).digest())
        checked = _with_length(message, len(message) - 20 + 8)
        message = checked + _attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(checked) ^ 0x5354554E))
        self._socket.send(message)
        while True:
            answer = _parsed(self._socket.recv(2048))
            if answer.transaction == transaction:
                return answer


def _message(kind: int, attributes: dict[int, bytes | Address], transaction: bytes) -> bytes:
    body = b"".join(
        _attribute(number, value if isinstance(value, bytes) else _packed(value, transaction))
        for number, value in attributes.items()
    )
    return struct.pack("!HHI", kind, len(body), MAGIC) + transaction + body


def _attribute(number: int, value: bytes) -> bytes:
    return struct.pack("!HH", number, len(value)) + value + bytes(-len(value) % 4)


def _with_length(message: bytes, length: int) -> bytes:
    return message[:2] + struct.pack("!H", length) + message[4:]


def _parsed(message: bytes) -> Answer:
    kind, length = struct.unpack_from("!HH", message)
    attributes: dict[int, bytes] = {}
    at = 20
    while at < 20 + length:
        number, size = struct.unpack_from("!HH", message, at)
        attributes.setdefault(number, message[at + 4 : at + 4 + size])
        at += 4 + size + (-size % 4)
    return Answer(kind, attributes, message[8:20])


def _packed(address: Address, transaction: bytes) -> bytes:
    ip = ipaddress.ip_address(address[0])
    mask = struct.pack("!I", MAGIC) + transaction
    body = bytes(a ^ b for a, b in zip(ip.packed, mask, strict=False))
    return struct.pack("!BBH", 0, 1 if ip.version == 4 else 2, address[1] ^ (MAGIC >> 16)) + body


def _unpacked(value: bytes, transaction: bytes) -> Address:
    mask = struct.pack("!I", MAGIC) + transaction
    _, _, port = struct.unpack_from("!BBH", value)
    packed = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
    return str(ipaddress.ip_address(packed)), port ^ (MAGIC >> 16)
