"""A client that somebody has changed: real signalling, and below it STUN, DTLS and SRTP by hand, one step at a time.

Each step can be left out, repeated, or done wrong. It shares no code with the server: the offer is written as the load
tests' is, STUN is aioice's, DTLS OpenSSL's, SRTP libsrtp's, and RTP is put together here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from OpenSSL import SSL
from pylibsrtp import Error, Policy, Session

from loadtests.description import Answer, Line, Stream, Transport, read_answer, write_offer
from tests.attacks.process import Victim
from tests.contract.relay_client import SILENCE, Packet
from vdxmedia.credentials import self_signed

ANSWER_TIMEOUT_S = 10.0
QUIET_S = 0.15
"""Loopback brings everything within a few milliseconds; also on a busy machine."""
LEVEL, MID, RID = 1, 4, 10
"""Extension ids of the offer."""
OPUS, VP8 = 111, 96
LOUD = b"\x0a"
"""RFC 6464: −10 dBov, without the voice bit."""
PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
Address = tuple[str, int]


class Identity:
    """A certificate of one's own, and its fingerprint as SDP has it."""

    def __init__(self) -> None:
        certificate, key = self_signed("127.0.0.1")
        self.certificate = x509.load_pem_x509_certificate(certificate)
        self.key: Any = serialization.load_pem_private_key(key, None)
        self.fingerprint = "sha-256 " + self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


class Handshake:
    """A DTLS client's end, fed and emptied by hand."""

    def __init__(
        self,
        identity: Identity,
        *,
        ciphers: bytes = b"DEFAULT",
        profiles: bytes = b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80",
        most: int = 0xFEFD,
        least: int = 0xFEFD,
    ) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_min_proto_version(least)
        context.set_max_proto_version(most)
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        context.set_cipher_list(ciphers)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        self.is_done = False
        self.error = ""

    def step(self, datagram: bytes | None = None) -> list[bytes]:
        """Takes what came; gives what is to be sent, one record each."""
        if datagram is not None:
            self.connection.bio_write(datagram)
        if not self.is_done and not self.error:
            try:
                self.connection.do_handshake()
                self.is_done = True
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                self.error = str(error) or type(error).__name__
        return self._written()

    def seal(self, plain: bytes) -> list[bytes]:
        """Application data, once it is done."""
        self.connection.send(plain)
        return self._written()

    def _written(self) -> list[bytes]:
        stream = b""
        with contextlib.suppress(SSL.Error):
            while chunk := self.connection.bio_read(65_536):
                stream += chunk
        records = []
        while stream:
            length = 13 + int.from_bytes(stream[11:13], "big")
            records.append(stream[:length])
            stream = stream[length:]
        return records

    def sessions(self) -> tuple[Session, Session]:
        """To seal with, to open with."""
        profile, key_len, salt_len = PROFILES[self.connection.get_selected_srtp_profile()]
        material = self.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key_len + salt_len))
        keys, salts = material[: 2 * key_len], material[2 * key_len :]
        own, theirs = keys[:key_len] + salts[:salt_len], keys[key_len:] + salts[salt_len:]
        return (
            Session(_policy(own, Policy.SSRC_ANY_OUTBOUND, profile)),
            Session(_policy(theirs, Policy.SSRC_ANY_INBOUND, profile)),
        )


def _policy(key: bytes, direction: int, profile: int) -> Policy:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return policy


@dataclass
class Patched:
    """One participant. Steps in order: `offer`, `check`, `shake`, `publish`; or all of it by `connect`."""

    victim: Victim
    signalling: socketio.AsyncClient
    name: str
    joined: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    identity: Identity = field(default_factory=Identity)
    rtcp: list[bytes] = field(default_factory=list)
    """What came, opened."""
    strange: int = 0
    """Datagrams that no key of ours opens."""
    source: str = "127.0.0.1"
    """The address that its media comes from."""

    def __post_init__(self) -> None:
        self.udp = loopback_socket(self.source)
        self.ufrag, self.pwd = secrets.token_hex(4), secrets.token_hex(12)
        self.answer: Answer | None = None
        self.answer_sdp = ""
        self.slots: list[dict[str, Any]] = []
        self.published: dict[str, int] = {}
        """SSRC by kind."""
        self.mids: dict[str, int] = {}
        self.sequences: dict[int, int] = {}
        self.handshake: Handshake | None = None
        self.seal: Session | None = None
        self.open: Session | None = None
        self._came: list[bytes] = []

    # ── signalling ────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self.signalling.call("command", message, timeout=ANSWER_TIMEOUT_S)
        return answer

    @property
    def participant(self) -> str:
        return str(self.joined["participantId"])

    def source_id(self, kind: str) -> int:
        """What the server calls a source of ours: the only CSRC of its packets."""
        me = next(one for one in self.joined["participants"] if one["id"] == self.joined["participantId"])
        found: int = next(source["id"] for source in me["sources"] if source["kind"] == kind)
        return found

    async def offer(
        self,
        *publishes: str,
        pictures: int = 0,
        fingerprint: str = "",
        ssrcs: dict[str, int] | None = None,
        change: Callable[[str], str] = lambda sdp: sdp,
    ) -> dict[str, Any]:
        """Offers these sources and as many slots as the server has for sound; the answer, or the refusal."""
        self.published = {kind: (ssrcs or {}).get(kind) or secrets.randbelow(2**31) + 1 for kind in publishes}
        self.mids = {kind: mid for mid, kind in enumerate(publishes)}
        lines = [Line(kind == "microphone", [_stream(kind, ssrc)]) for kind, ssrc in self.published.items()]
        counts = self.joined["media"]["slots"]
        lines += [Line(True)] * (counts["speaker"] + counts["programme"]) + [Line(False)] * pictures
        transport = Transport(self.ufrag, self.pwd, fingerprint or self.identity.fingerprint)
        sdp = change(write_offer(lines, transport, secrets.token_hex(8), secrets.randbits(62)))
        answered = await self.send(
            {"type": "offer", "sdp": sdp, "sources": {str(mid): kind for kind, mid in self.mids.items()}}
        )
        if answered["type"] == "answer":
            self.answer_sdp, self.slots = answered["sdp"], answered["slots"]
            self.answer = read_answer(self.answer_sdp)
        return answered

    async def connect(self, *publishes: str, pictures: int = 0, **offered: Any) -> None:
        """Everything up to open gates."""
        answered = await self.offer(*publishes, pictures=pictures, **offered)
        assert answered["type"] == "answer", answered
        self.check()
        assert (await self.stun_answer()).message_class is stun.Class.RESPONSE
        assert await self.shake(), "no handshake"
        await self.publish()

    async def publish(self) -> None:
        for kind in self.published:
            answer = await self.send({"type": "setSource", "source": kind, "active": True})
            assert answer["type"] == "done", answer

    async def until(
        self, kind: str, matches: Callable[[dict[str, Any]], object] = lambda event: True
    ) -> dict[str, Any]:
        """The first event of this type that is so."""
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while True:
                for event in self.events:
                    if event["type"] == kind and matches(event):
                        return event
                await asyncio.sleep(0.01)

    # ── STUN and DTLS ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def relay(self) -> Address:
        assert self.answer is not None
        host, _, port = self.answer.address().rpartition(":")
        return host, int(port)

    def request(self, *, password: str | None = None, nominate: bool = True, with_integrity: bool = True) -> bytes:
        """A connectivity check, signed with the password of the answer, another one, or none."""
        assert self.answer is not None
        check = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        check.attributes["USERNAME"] = f"{self.answer.ufrag}:{self.ufrag}"
        check.attributes["PRIORITY"] = 1
        check.attributes["ICE-CONTROLLING"] = 42
        if nominate:
            check.attributes["USE-CANDIDATE"] = None
        if with_integrity:
            check.add_message_integrity((password or self.answer.pwd).encode())
        return bytes(check)

    def check(self, via: socket.socket | None = None) -> None:
        (via or self.udp).sendto(self.request(), self.relay)

    async def stun_answer(self) -> stun.Message:
        assert self.answer is not None
        while True:
            datagram = await self.receive()
            if datagram[0] < 2:
                answer = stun.parse_message(datagram)
                assert answer.check_message_integrity(self.answer.pwd.encode())
                return answer

    def handshake_of_a_stranger(self) -> list[bytes]:
        """A whole and right ClientHello with a certificate of nobody here."""
        return Handshake(Identity()).step()

    async def shake(self, **options: Any) -> bool:
        """The DTLS handshake; True when it is done and keys are there."""
        self.handshake = Handshake(self.identity, **options)
        self.put(*self.handshake.step())
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while not self.handshake.is_done and not self.handshake.error:
                datagram = await self.receive()
                if 20 <= datagram[0] <= 63:
                    self.put(*self.handshake.step(datagram))
        if not self.handshake.is_done:
            return False
        self.seal, self.open = self.handshake.sessions()
        return True

    # ── datagrams ─────────────────────────────────────────────────────────────────────────────────────────────────

    def put(self, *datagrams: bytes, via: socket.socket | None = None) -> None:
        """As they are."""
        for datagram in datagrams:
            (via or self.udp).sendto(datagram, self.relay)

    async def receive(self, within_s: float = ANSWER_TIMEOUT_S) -> bytes:
        """The next datagram. Raises: TimeoutError."""
        async with asyncio.timeout(within_s):
            return await asyncio.get_running_loop().sock_recv(self.udp, 4096)

    # ── media ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def voice(self, payload: bytes = b"voice" * 16, *, ssrc: int = 0, mid: str | None = None) -> bytes:
        """The microphone's next packet, not sealed."""
        ssrc = ssrc or self.published["microphone"]
        number = self.sequences[ssrc] = self.sequences.get(ssrc, 100) + 1
        extensions = {LEVEL: LOUD, MID: (str(self.mids["microphone"]) if mid is None else mid).encode()}
        return Packet(OPUS, False, number, number * 960, ssrc, [], extensions, payload).build()

    def picture(self, payload: bytes, *, marker: bool = True, ssrc: int = 0) -> bytes:
        """The camera's next packet, not sealed."""
        ssrc = ssrc or self.published["camera"]
        number = self.sequences[ssrc] = self.sequences.get(ssrc, 100) + 1
        extensions = {MID: str(self.mids["camera"]).encode()}
        return Packet(VP8, marker, number, number * 3000, ssrc, [], extensions, payload).build()

    def sealed(self, plain: bytes) -> bytes:
        assert self.seal is not None
        return self.seal.protect(plain)

    def sealed_rtcp(self, plain: bytes) -> bytes:
        assert self.seal is not None
        return self.seal.protect_rtcp(plain)

    async def speak(self, packets: int, *, every_s: float = 0.0, via: socket.socket | None = None) -> list[bytes]:
        """So many packets of the microphone; the payloads that were sent."""
        payloads = []
        for _ in range(packets):
            payloads.append(os.urandom(20).hex().encode())
            self.put(self.sealed(self.voice(payloads[-1])), via=via)
            await asyncio.sleep(every_s)
        return payloads

    async def heard(self, *, quiet_s: float = QUIET_S, most: int = 100_000) -> list[Packet]:
        """The RTP that came and comes until it is quiet so long; RTCP goes to `rtcp`."""
        packets: list[Packet] = []
        with contextlib.suppress(TimeoutError):
            while len(packets) < most:
                packets += self._opened(await self.receive(quiet_s))
        return packets

    def drained(self, source: int = 0) -> list[Packet]:
        """The RTP that waits now; of this source alone, as the header says, where time is short."""
        packets: list[Packet] = []
        named = struct.pack("!I", source)
        with contextlib.suppress(BlockingIOError):
            while True:
                datagram = self.udp.recv(4096)
                if not source or datagram[12:16] == named:
                    packets += self._opened(datagram)
        return packets

    async def hears(self, payloads: Sequence[bytes], within_s: float = ANSWER_TIMEOUT_S) -> set[bytes]:
        """Waits until one of these is heard; those that were."""
        deadline = time.monotonic() + within_s
        wanted = set(payloads)
        while time.monotonic() < deadline:
            came = {packet.payload for packet in await self.heard(quiet_s=0.05)} & wanted
            if came:
                return came
        return set()

    def _opened(self, datagram: bytes) -> Iterator[Packet]:
        if datagram[0] >> 6 != 2 or self.open is None:
            return
        try:
            if 192 <= datagram[1] <= 223:
                self.rtcp.append(self.open.unprotect_rtcp(datagram))
                return
            packet = Packet.parse(self.open.unprotect(datagram))
        except Error:
            self.strange += 1
            return
        if packet.payload != SILENCE:
            yield packet

    def close(self) -> None:
        self.udp.close()


def _stream(kind: str, ssrc: int) -> Stream:
    return Stream(ssrc) if kind == "microphone" else Stream(ssrc, ssrc + 1)


def loopback_socket(host: str = "127.0.0.1") -> socket.socket:
    """UDP, not blocking; a stranger's when nothing is said to the server of it."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.setblocking(False)
    made.bind((host, 0))
    return made


def waiting(stranger: socket.socket) -> list[bytes]:
    """All datagrams that have come to a socket."""
    came = []
    with contextlib.suppress(BlockingIOError):
        while True:
            came.append(stranger.recv(4096))
    return came


@contextlib.asynccontextmanager
async def patched(
    victim: Victim, link: str, name: str = "Mallory", *, source: str = "127.0.0.1", is_seated: bool = True
) -> AsyncIterator[Patched]:
    """Joins by a link, from this loopback address; closes without goodbye."""
    connector = aiohttp.TCPConnector(local_addr=(source, 0))
    async with aiohttp.ClientSession(connector=connector) as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        made = Patched(victim, client, name, source=source)

        async def on_events(batch: list[dict[str, Any]]) -> None:
            made.events.extend(batch)

        client.on("events", on_events)
        try:
            token = link.partition("#t=")[2]
            await client.connect(victim.base_url, auth={"protocol": 1, "token": token}, transports=["websocket"])
            if is_seated:
                made.joined = await made.send({"type": "join", "name": name, "videoSlots": 4, "knowsWhoSees": "all"})
                assert made.joined["type"] == "joined", made.joined
            yield made
        finally:
            made.close()
            await client.disconnect()
