"""A small independent peer of the relay for tests: its own UDP socket, STUN by aioice, SRTP by pylibsrtp, RTP by hand.

It shares no code with the relay, so that a common error cannot hide.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from aioice import stun
from pylibsrtp import Error, Policy, Session

from tests.patience import PATIENCE_S
from vdxmedia._relay import Relay
from vdxmedia.sfu import relay_wire as wire

T = TypeVar("T")
DEADLINE_S = PATIENCE_S

EXTENSIONS = wire.Extensions(mid=1, rid=2, rrid=3, audio_level=4, transport_cc=5, abs_send_time=6, orientation=7)
PAYLOADS = wire.Payloads(opus=111, vp8=96, vp8_rtx=97)
GCM = 7
CM = 1
KEY_LEN = {GCM: 28, CM: 30}
SILENCE = b"\xf8\xff\xfe"
"""A frame of Opus (RFC 6716 §3.1) that is nobody's: without a CSRC."""
LIBSRTP_PROFILE = {GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM, CM: Policy.SRTP_PROFILE_AES128_CM_SHA1_80}


@dataclass
class Packet:
    """A parsed RTP packet."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    csrcs: list[int]
    extensions: dict[int, bytes]
    payload: bytes

    @classmethod
    def parse(cls, data: bytes) -> Packet:
        first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        at = 12
        csrcs = [struct.unpack_from("!I", data, at + 4 * i)[0] for i in range(first & 15)]
        at += 4 * len(csrcs)
        extensions: dict[int, bytes] = {}
        if first & 0x10:
            profile, words = struct.unpack_from("!HH", data, at)
            assert profile == 0xBEDE
            block = data[at + 4 : at + 4 + 4 * words]
            at += 4 + 4 * words
            place = 0
            while place < len(block):
                if block[place] == 0:
                    place += 1
                    continue
                number, length = block[place] >> 4, (block[place] & 15) + 1
                extensions[number] = block[place + 1 : place + 1 + length]
                place += 1 + length
        return cls(second & 127, bool(second & 128), sequence, timestamp, ssrc, csrcs, extensions, data[at:])

    def build(self) -> bytes:
        block = b"".join(bytes([number << 4 | (len(data) - 1)]) + data for number, data in self.extensions.items())
        block += bytes(-len(block) % 4)
        head = struct.pack(
            "!BBHII",
            0x80 | (0x10 if block else 0) | len(self.csrcs),
            self.payload_type | (128 if self.marker else 0),
            self.sequence & 0xFFFF,
            self.timestamp & 0xFFFFFFFF,
            self.ssrc,
        )
        head += b"".join(struct.pack("!I", csrc) for csrc in self.csrcs)
        if block:
            head += struct.pack("!HH", 0xBEDE, len(block) // 4) + block
        return head + self.payload


def vp8(picture_id: int, tl0: int, *, keyframe: bool, body: bytes = b"picture") -> bytes:
    """A VP8 payload (RFC 7741) of one packet with a 15-bit picture id, TL0PICIDX and temporal layer 0."""
    return struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | picture_id, tl0, 0) + bytes([0 if keyframe else 1]) + body


class FramedSocket:
    """A TCP connection that sends and receives whole datagrams (RFC 4571), with the names of a UDP socket's methods."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=DEADLINE_S)
        self._came = bytearray()

    def sendto(self, datagram: bytes, _address: tuple[str, int]) -> int:
        self.socket.sendall(struct.pack("!H", len(datagram)) + datagram)
        return len(datagram)

    def recv(self, _most: int) -> bytes:
        while len(self._came) < 2 or len(self._came) < 2 + int.from_bytes(self._came[:2], "big"):
            part = self.socket.recv(65_536)
            if not part:
                raise ConnectionResetError("the relay closed the connection")
            self._came += part
        length = int.from_bytes(self._came[:2], "big")
        frame = bytes(self._came[2 : 2 + length])
        del self._came[: 2 + length]
        return frame

    def settimeout(self, timeout_s: float) -> None:
        self.socket.settimeout(timeout_s)

    def setblocking(self, is_blocking: bool) -> None:
        self.socket.setblocking(is_blocking)

    def close(self) -> None:
        self.socket.close()


class RelayUnderTest:
    """A relay on loopback, its events decoded and kept."""

    def __init__(self, workers: int = 1) -> None:
        self.relay = Relay(["127.0.0.1:0", "[::1]:0"], workers=workers)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(wire.Event)
        self.events: list[wire.Event] = []
        self.address, self.ipv6_address = self.addresses_of(0)

    def addresses_of(self, worker: int) -> list[tuple[str, int]]:
        """A worker's IPv4 and IPv6 address."""
        bound = (address.rpartition(":") for address in self.relay.worker_addresses[worker])
        return [(host.strip("[]"), int(port)) for host, _, port in bound]

    def __enter__(self) -> RelayUnderTest:
        return self

    def __exit__(self, *_: object) -> None:
        self.relay.close()
        self.relay.close()

    def send(self, *commands: wire.Command) -> None:
        for command in commands:
            self.relay.command(self._encoder.encode(command))

    def stats(self) -> dict[str, int]:
        return msgspec.msgpack.decode(self.relay.stats(), type=dict[str, int])

    def expect(self, kind: type[T], matches: Callable[[T], bool] = lambda _: True) -> T:
        """Waits for an event, and takes it out of those that were kept."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            for event in self.events:
                if isinstance(event, kind) and matches(event):
                    self.events.remove(event)
                    return event
            left = deadline - time.monotonic()
            assert left > 0, f"no {kind.__name__} among {self.events}"
            select.select([self.relay.event_fd], [], [], left)
            self.events.extend(self._decoder.decode(event) for event in self.relay.drain())

    def expect_stat(self, name: str, least: int) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while self.stats()[name] < least:
            assert time.monotonic() < deadline, f"{name} stayed at {self.stats()[name]}"
            select.select([], [], [], 0.002)

    def wait_for(self, name: str, value: int) -> None:
        """Until a gauge has this value."""
        deadline = time.monotonic() + DEADLINE_S
        while self.stats()[name] != value:
            assert time.monotonic() < deadline, f"{name} stayed at {self.stats()[name]}"
            select.select([], [], [], 0.002)

    def wait_until(self, is_so: Callable[[dict[str, int]], bool]) -> None:
        """Until the counters are so."""
        deadline = time.monotonic() + DEADLINE_S
        while not is_so(stats := self.stats()):
            assert time.monotonic() < deadline, stats
            select.select([], [], [], 0.002)


@dataclass
class Client:
    """One browser's end."""

    relay: RelayUnderTest
    peer: int
    room: int = 1
    profile: int = GCM
    receives: list[wire.Receive] = field(default_factory=list)
    slots: list[wire.Slot] = field(default_factory=list)
    payloads: wire.Payloads = PAYLOADS
    is_ipv6: bool = False
    is_tcp: bool = False
    worker: int = 0

    def __post_init__(self) -> None:
        self.relay_address = self.relay.ipv6_address if self.is_ipv6 else self.relay.address
        self.socket = self.dial(is_tcp=self.is_tcp)
        self.ice = wire.Ice(local_ufrag=f"srv{self.peer}x", local_pwd="p" * 24, remote_ufrag=f"cli{self.peer}")
        self.to_relay, self.from_relay = os.urandom(KEY_LEN[self.profile]), os.urandom(KEY_LEN[self.profile])
        self._seal = Session(self._policy(self.to_relay, Policy.SSRC_ANY_OUTBOUND))
        self._open = Session(self._policy(self.from_relay, Policy.SSRC_ANY_INBOUND))
        self.rtcp: list[bytes] = []
        self.silences = 0
        self.paddings = 0

    def _policy(self, key: bytes, direction: int) -> Policy:
        policy = Policy(key=key, ssrc_type=direction, srtp_profile=LIBSRTP_PROFILE[self.profile])
        policy.allow_repeat_tx = True
        policy.window_size = 1024
        return policy

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def on_worker(self, worker: int) -> Client:
        """The same, at a worker's address."""
        self.worker = worker
        self.relay_address = self.relay.addresses_of(worker)[int(self.is_ipv6)]
        return self

    def dial(self, *, is_tcp: bool) -> socket.socket | FramedSocket:
        """A socket of the client's towards the relay; the caller closes it, unless it becomes `self.socket`."""
        if is_tcp:
            return FramedSocket(self.relay_address)
        dialled = socket.socket(socket.AF_INET6 if self.is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
        dialled.bind(("::1" if self.is_ipv6 else "127.0.0.1", 0))
        dialled.settimeout(DEADLINE_S)
        return dialled

    def add(self, *, replaces: int = 0) -> None:
        self.relay.send(
            wire.AddPeer(
                peer=self.peer,
                room=self.room,
                replaces=replaces,
                worker=self.worker,
                cname="test",
                ice=self.ice,
                payloads=self.payloads,
                extensions=EXTENSIONS,
                receives=self.receives,
                slots=self.slots,
            )
        )

    def check(self, *, nominate: bool = True, password: str = "", role: str = "ICE-CONTROLLING") -> None:
        """Sends one connectivity check."""
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.ice.local_ufrag}:{self.ice.remote_ufrag}"
        request.attributes["PRIORITY"] = 1
        request.attributes[role] = 42
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or self.ice.local_pwd).encode())
        self.socket.sendto(bytes(request), self.relay_address)

    def stun_answer(self) -> stun.Message:
        answer = stun.parse_message(self.socket.recv(2048))
        assert answer.check_message_integrity(self.ice.local_pwd.encode())
        return answer

    def connect(self, hears: int = 1, **add: int) -> None:
        """Everything up to keys."""
        self.add(**add)
        self.check()
        answer = self.stun_answer()
        assert answer.message_class is stun.Class.RESPONSE
        self.relay.expect(wire.PeerBound, lambda event: event.peer == self.peer)
        self.relay.send(
            wire.SetKeys(peer=self.peer, profile=self.profile, receive=self.to_relay, send=self.from_relay),
            wire.SetHears(peer=self.peer, classes=hears),
        )
        self.fence()

    def fence(self) -> None:
        self.relay.send(wire.Fence(id=self.peer))
        self.relay.expect(wire.FenceReached, lambda event: event.id == self.peer)

    def send_rtp(self, packet: Packet) -> None:
        self.socket.sendto(self._seal.protect(packet.build()), self.relay_address)

    def send_rtcp(self, plain: bytes) -> None:
        self.socket.sendto(self._seal.protect_rtcp(plain), self.relay_address)

    def packets(self) -> Iterator[Packet]:
        """RTP as it comes; RTCP is kept in `rtcp`.

        What is the relay's own has no source and is counted: the silence behind a voice, and the padding of probes.
        """
        deadline = time.monotonic() + DEADLINE_S
        while True:
            assert time.monotonic() < deadline, "no such RTP packet"
            data = self.socket.recv(2048)
            if data[0] >> 6 != 2:
                continue
            if 192 <= data[1] <= 223:
                self.rtcp.append(self._open.unprotect_rtcp(data))
            else:
                packet = Packet.parse(self._open.unprotect(data))
                if packet.payload == SILENCE and not packet.csrcs:
                    self.silences += 1
                elif packet.payload.strip(b"\0") in (b"", b"\xff") and not packet.csrcs:
                    self.paddings += 1
                else:
                    yield packet

    def receive_rtp(self, matches: Callable[[Packet], bool] = lambda _: True) -> Packet:
        return next(packet for packet in self.packets() if matches(packet))

    def receive_rtcp(self, packet_type: int, packet_format: int | None = None) -> bytes:
        """The first RTCP packet of this type (and count or format), also from within compound datagrams."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            assert time.monotonic() < deadline, "no such RTCP packet"
            for compound in self.rtcp:
                at = 0
                while at + 4 <= len(compound):
                    length = (struct.unpack_from("!H", compound, at + 2)[0] + 1) * 4
                    part = compound[at : at + length]
                    at += length
                    if part[1] == packet_type and packet_format in (None, part[0] & 31):
                        self.rtcp.remove(compound)
                        return part
            data = self.socket.recv(2048)
            if data[0] >> 6 == 2 and 192 <= data[1] <= 223:
                self.rtcp.append(self._open.unprotect_rtcp(data))

    def has_nothing(self) -> bool:
        """True when no RTP waits now. Only after a fence behind the last packet that could have caused some."""
        self.socket.setblocking(False)
        try:
            next(self.packets())
        except BlockingIOError:
            return True
        except Error:
            return False
        finally:
            self.socket.settimeout(DEADLINE_S)
        return False


def pli(ssrc: int) -> bytes:
    return struct.pack("!BBHII", 0x81, 206, 2, 9, ssrc)


def nack(ssrc: int, sequence: int) -> bytes:
    return struct.pack("!BBHIIHH", 0x81, 205, 3, 9, ssrc, sequence, 0)
