"""A relay that only writes down commands and emits what a test says, and a DTLS client to put behind it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import msgspec
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)

from vdxmedia.sfu import relay_wire


class TwinRelay:
    """Commands are kept decoded; `SendDtls` also goes to the client registered for its peer."""

    def __init__(self) -> None:
        self.event_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self.addresses = ["192.0.2.1:7882", "[2001:db8::1]:7882"]
        self.tcp_addresses = list(self.addresses)
        self.worker_addresses = [list(self.addresses)]
        self.workers = [(0, 0)]
        self.commands: list[Any] = []
        self.is_stuck = False
        self.is_closed = False
        self.on_dtls: dict[int, Callable[[bytes], None]] = {}
        self._events: list[bytes] = []
        self._decoder = msgspec.msgpack.Decoder(relay_wire.Command)

    def enqueue(self, messages: list[bytes]) -> None:
        for message in messages:
            self.command(message)

    def command(self, message: bytes) -> None:
        if self.is_stuck:
            raise BufferError("65,536 wait")
        command = self._decoder.decode(message)
        self.commands.append(command)
        if isinstance(command, relay_wire.SendDtls) and command.peer in self.on_dtls:
            self.on_dtls[command.peer](command.datagram)
        if isinstance(command, relay_wire.Fence):
            self.emit(relay_wire.FenceReached(id=command.id))

    def worker_stats(self) -> list[tuple[int, int]]:
        return self.workers

    def emit(self, *events: relay_wire.Event) -> None:
        self.emit_bytes(*(msgspec.msgpack.encode(event) for event in events))

    def emit_bytes(self, *messages: bytes) -> None:
        self._events += messages
        os.eventfd_write(self.event_fd, 1)

    def drain(self) -> list[bytes]:
        os.eventfd_read(self.event_fd)
        events, self._events = self._events, []
        return events

    def stats(self) -> bytes:
        return msgspec.msgpack.encode({"packets_received": 7})

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            os.close(self.event_fd)

    def of_type(self, kind: type[Any]) -> list[Any]:
        return [command for command in self.commands if isinstance(command, kind)]


class _Wire:
    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def _recv(self) -> bytes:
        if (datagram := await self.queue.get()) is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self.send(datagram)


class DtlsClient:
    """A browser's half of the handshake; what it sends arrives as `DtlsReceived` of `peer`."""

    def __init__(self, relay: TwinRelay, *, profiles: list[SRTPProtectionProfile] | None = None) -> None:
        self.relay = relay
        self.peer = 0
        self.certificate = RTCCertificate.generateCertificate()
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.wire = _Wire(self._send)
        self.transport = RTCDtlsTransport(self.wire, [self.certificate])
        self.transport._set_role("client")
        if profiles is not None:
            self.transport._srtp_profiles = profiles

    @property
    def fingerprint(self) -> str:
        return next(f"sha-256 {f.value}" for f in self.certificate.getFingerprints() if f.algorithm == "sha-256")

    def attach(self, peer: int) -> None:
        self.peer = peer
        self.relay.on_dtls[peer] = self._receive

    async def handshake(self, server_fingerprint: str) -> None:
        algorithm, value = server_fingerprint.split(" ")
        await self.transport.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value)]))

    def keys(self) -> tuple[bytes, bytes]:
        """(client to server, server to client), as libsrtp wants them: key then salt."""
        selected = self.transport._ssl.get_selected_srtp_profile()
        profile = next(p for p in self.transport._srtp_profiles if p.openssl_profile == selected)
        material = self.transport._ssl.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length)
        )
        return profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)

    async def stop(self) -> None:
        pump = self.transport._task
        await self.transport.stop()
        if pump is not None:
            await asyncio.wait([pump])

    def _send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        self.relay.emit(relay_wire.DtlsReceived(peer=self.peer, datagram=datagram))

    def _receive(self, datagram: bytes) -> None:
        self.received.append(datagram)
        self.wire.queue.put_nowait(datagram)
