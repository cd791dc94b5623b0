"""The DTLS handshake of one peer, without its packets: a thin subclass of aiortc's transport.

The one file that touches aiortc's private names (`_ssl`, `_role`, `_task`, `_setup_srtp`, …); `tests/contract` pins
them. It takes from aiortc the certificate, the handshake with its retransmissions and the identity check, and leaves
out SRTP (the relay's), RTP, RTCP and SCTP. Sources: RFC 5764 (DTLS-SRTP), RFC 6347 (DTLS 1.2), RFC 7714 (GCM).

Only datagrams from addresses that passed a STUN integrity check arrive here (the relay filters), so no cookie
exchange is needed. Not task-safe: one owner, on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, cast

import msgspec
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
    State,
)
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

from vdxmedia.sdp.section import Fingerprint
from vdxmedia.sfu.alerts import CIPHER, AlertReader

logger = logging.getLogger(__name__)

MAX_DATAGRAM_BYTES: Final = 1_200
"""Fits every path of IPv6's 1280 with room for tunnels; also QUIC's choice (RFC 9000 §14)."""
HANDSHAKE_TIMEOUT_S: Final = 15.0
"""Four doublings of DTLS's 1 s timer: with 30 % loss each way the slowest of three took 3.2 s (measured)."""
MAX_HANDSHAKE_DATAGRAMS: Final = 64
"""Of the client, in one handshake: three flights of some datagrams, each sent five times. More is no handshake."""
_QUEUE_DATAGRAMS: Final = 32
"""Waiting for a turn: a fragmented ClientHello and its retransmissions. Full: the newest is dropped,
counted, and sent again by the peer's timer."""
_DTLS_1_2: Final = 0xFEFD
"""Not below (RFC 8827 §6.5), and not above before aiortc's pump knows 1.3's retransmissions."""
_CIPHERS: Final = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
"""Forward secrecy and authenticated encryption; every browser has the first (RFC 8827 §6.5). aiortc takes CBC too."""
_RECORD_HEADER_BYTES: Final = 13
_EXPORTER_LABEL: Final = b"EXTRACTOR-dtls_srtp"

_PROFILES: Final = (SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80)
"""The server's preference wins; both browsers offer both."""
_PROFILE_NUMBERS: Final = {
    SRTP_AEAD_AES_128_GCM.openssl_profile: 7,
    SRTP_AES128_CM_SHA1_80.openssl_profile: 1,
}
"""RFC 5764 §4.1.2, RFC 7714 §14.2."""


class SrtpKeys(msgspec.Struct, frozen=True):
    """What the relay needs of a finished handshake; keys are key then salt."""

    profile: int
    """7 AEAD_AES_128_GCM (28 B each), 1 AES128_CM_SHA1_80 (30 B each)."""
    receive: bytes
    send: bytes


class DtlsFailure(msgspec.Struct, frozen=True):
    reason: str
    """`dtls` or `fingerprint`."""
    detail: str
    """For the log; no personal data."""


class _Certificate(RTCCertificate):
    """A certificate whose TLS context is made once: 0.2 ms and 30 kB less per handshake (measured)."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            context = super()._create_ssl_context(srtp_profiles)
            context.set_min_proto_version(_DTLS_1_2)
            context.set_max_proto_version(_DTLS_1_2)
            context.set_cipher_list(_CIPHERS)
            context.set_options(SSL.OP_NO_QUERY_MTU)
            context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
            self._context = context
        return self._context


class DtlsIdentity:
    """The server's ECDSA P-256 certificate, one per process. The server flight is 780 B with it; never RSA.

    Peers check the fingerprint, not the dates, so it lives as long as the process.
    """

    def __init__(self) -> None:
        self._certificate = _Certificate.generateCertificate()
        self.fingerprint = next(
            f"{fingerprint.algorithm} {fingerprint.value}"
            for fingerprint in self._certificate.getFingerprints()
            if fingerprint.algorithm == "sha-256"
        )
        """As SDP wants it: `sha-256 AB:CD:…`."""


class _Datagrams:
    """What aiortc calls an ICE transport: a bounded queue in, a function out."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.has_any = asyncio.Event()
        self.is_closed = False
        self.turn: Callable[[], Awaitable[None]] | None = None
        """Waited for before each datagram is handed on, while the handshake runs."""
        self.handed_on = 0
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE_DATAGRAMS + 1)
        self._held: bytes | None = None
        """Out of the queue, and waits for its turn."""

    def feed(self, datagram: bytes) -> bool:
        """False when there was no room for it."""
        if self.is_closed or not datagram:
            return True
        if self._queue.qsize() >= _QUEUE_DATAGRAMS:
            return False
        self._queue.put_nowait(datagram)
        self.has_any.set()
        return True

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        if self._held is None and not (self.is_closed and self._queue.empty()):
            self._held = await self._queue.get()
        if self.turn is not None:
            await self.turn()
        datagram, self._held = self._held, None
        if datagram is None or self.is_closed:
            raise ConnectionError
        self.handed_on += 1
        if self.turn is not None and self.handed_on > MAX_HANDSHAKE_DATAGRAMS:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self.send(datagram)


class _Transport(RTCDtlsTransport):
    """aiortc's handshake with three parts replaced: keys are handed over, datagrams are split, reasons are kept."""

    def __init__(self, datagrams: _Datagrams, certificate: RTCCertificate) -> None:
        super().__init__(cast(RTCIceTransport, datagrams), [certificate])
        self._datagrams = datagrams
        self._srtp_profiles = list(_PROFILES)
        self._set_role("server")
        self.keys: SrtpKeys | None = None
        self.failure = DtlsFailure("dtls", "handshake failed")

    async def _do_handshake(self) -> None:
        self._connection().set_ciphertext_mtu(MAX_DATAGRAM_BYTES)
        await super()._do_handshake()

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:
        super()._validate_peer_identity(remoteParameters)
        if self._state is State.FAILED:
            self.failure = DtlsFailure("fingerprint", "certificate does not match the offer's fingerprint")

    def _setup_srtp(self) -> None:
        """Exports the keys as client key, server key, client salt, server salt (RFC 5764 §4.2)."""
        connection = self._connection()
        selected = connection.get_selected_srtp_profile()
        profile = next((profile for profile in _PROFILES if profile.openssl_profile == selected), None)
        if profile is None:
            self.failure = DtlsFailure("dtls", "no SRTP profile in common")
            self._set_state(State.FAILED)
            return
        material = connection.export_keying_material(_EXPORTER_LABEL, 2 * (profile.key_length + profile.salt_length))
        self.keys = SrtpKeys(
            profile=_PROFILE_NUMBERS[profile.openssl_profile],
            receive=profile.get_key_and_salt(material, 0),
            send=profile.get_key_and_salt(material, 1),
        )

    async def _write_ssl(self) -> None:
        self._flush()

    def _flush(self) -> None:
        for datagram in self._written():
            self._datagrams.send(datagram)

    def _written(self) -> Sequence[bytes]:
        """What OpenSSL has written. Its memory BIO is a stream, so datagrams are rebuilt from whole records."""
        waiting = bytearray()
        with contextlib.suppress(SSL.Error):
            while chunk := self._connection().bio_read(16_384):
                waiting += chunk
        return pack_records(bytes(waiting), MAX_DATAGRAM_BYTES)

    def say_goodbye(self) -> None:
        """close_notify, if a connection is there to close."""
        for datagram in self._goodbye():
            self._datagrams.send(datagram)

    def _goodbye(self) -> Sequence[bytes]:
        if self._ssl is None:
            return ()
        with contextlib.suppress(SSL.Error):
            self._ssl.shutdown()
        return self._written()

    def give_up(self) -> tuple[AlertReader, Sequence[bytes]] | None:
        """What reads the client's end, and ours sealed in advance; OpenSSL's connection is gone then.

        None, and nothing has changed: records of this cipher are not read without it.
        """
        connection = self._ssl
        if connection is None or connection.get_cipher_name() != CIPHER:
            return None
        secrets = (connection.master_key(), connection.client_random(), connection.server_random())
        if not all(secret is not None for secret in secrets):
            return None
        goodbye = self._goodbye()
        self._ssl = None
        return AlertReader(*cast(tuple[bytes, bytes, bytes], secrets)), goodbye

    def _connection(self) -> SSL.Connection:
        assert self._ssl is not None
        return self._ssl


class DtlsSession:
    """One peer's DTLS: feed it datagrams, run the handshake, wait for its end.

        made ── handshake ── keys ── settle ── settled            `close`, or the client's close_notify, from each

    `send` is called with each outgoing datagram, on the loop; it must not block or raise.
    """

    def __init__(
        self, identity: DtlsIdentity, fingerprints: Iterable[Fingerprint], send: Callable[[bytes], None]
    ) -> None:
        self.dropped = 0
        """Datagrams dropped because the queue was full."""
        self._send = send
        self._association: _Association | None = _Association(identity, fingerprints, send)
        """None: settled, or closed."""
        self._alerts: AlertReader | None = None
        self._goodbye: Sequence[bytes] = ()
        self._ended = asyncio.Event()

    @property
    def is_settled(self) -> bool:
        return self._alerts is not None

    def feed(self, datagram: bytes) -> None:
        """Takes a datagram from the peer; before the handshake runs it is kept."""
        if self._association is not None:
            self.dropped += not self._association.datagrams.feed(datagram)
        elif self._alerts is not None and self._alerts.ends(datagram):
            self._ended.set()

    async def first_datagram(self) -> None:
        """Returns when the peer has sent something: its ClientHello."""
        if self._association is not None:
            await self._association.datagrams.has_any.wait()

    async def handshake(self, turn: Callable[[], Awaitable[None]] | None = None) -> SrtpKeys | DtlsFailure:
        """Runs the handshake once, at most `HANDSHAKE_TIMEOUT_S`. `turn`: waited for before each of the client's
        datagrams is worked on."""
        association = self._association
        if association is None:
            return DtlsFailure("dtls", "closed")
        transport = association.transport
        association.datagrams.turn = turn
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                await transport.start(association.parameters)
        except TimeoutError:
            return DtlsFailure("dtls", "handshake took too long")
        finally:
            association.datagrams.turn = None
        if transport.keys is None:
            transport.say_goodbye()
            return transport.failure
        if transport._task is not None:
            transport._task.add_done_callback(self._pump_ended)
        return transport.keys

    def crowd_out(self) -> None:
        """Ends the running handshake, to make room for others."""
        if self._association is not None:
            self._association.transport.failure = DtlsFailure("dtls", "too many handshakes half done")
            self._association.datagrams.close()

    def settle(self) -> None:
        """The client is known to have finished too, so no flight is ever asked for again: OpenSSL's part is given up.

        Too early, it would be left without an answer to the retransmission of its last flight. Twice is fine.
        """
        association = self._association
        if association is None or association.transport.keys is None or association.datagrams.is_closed:
            return
        given_up = association.transport.give_up()
        if given_up is None:
            return
        self._alerts, self._goodbye = given_up
        self._association = None
        association.datagrams.close()  # The pump ends by itself.

    async def closed(self) -> None:
        """Returns when the association has ended, by the peer's close_notify or by `close`."""
        await self._ended.wait()

    def close(self, *, with_notice: bool = True) -> None:
        """Ends the association; the running `handshake` or `closed` then returns. Twice is fine."""
        if self._association is not None and not self._association.datagrams.is_closed:
            if with_notice:
                self._association.transport.say_goodbye()
            self._association.datagrams.close()
        goodbye, self._goodbye = self._goodbye, ()
        if with_notice:
            for datagram in goodbye:
                self._send(datagram)
        self._ended.set()

    async def stop(self) -> None:
        """Closes and waits for aiortc's own task, which ends at once."""
        self.close()
        if self._association is None:
            return
        transport = self._association.transport
        pump, transport._task = transport._task, None
        if pump is not None:
            pump.cancel()
            await asyncio.wait([pump])
            _log_fault_of(pump)

    def _pump_ended(self, pump: asyncio.Future[None]) -> None:
        if self._association is not None:
            self._ended.set()
        else:
            _log_fault_of(pump)


class _Association:
    """What a handshake needs, and OpenSSL's connection until the session is settled."""

    def __init__(
        self, identity: DtlsIdentity, fingerprints: Iterable[Fingerprint], send: Callable[[bytes], None]
    ) -> None:
        self.datagrams = _Datagrams(send)
        self.transport = _Transport(self.datagrams, identity._certificate)
        self.parameters = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(item.algorithm, item.value) for item in fingerprints], role="client"
        )


def _log_fault_of(pump: asyncio.Future[None]) -> None:
    if not pump.cancelled() and (error := pump.exception()) is not None:
        logger.warning("dtls_pump_failed", exc_info=error)


def pack_records(stream: bytes, limit: int) -> Sequence[bytes]:
    """Cuts a stream of DTLS records into datagrams of at most `limit` bytes, whole records each.

    A record is type (1), version (2), epoch (2), sequence (6), length (2), fragment (RFC 6347 §4.1). OpenSSL keeps
    every record below the MTU it was told.
    """
    datagrams: list[bytes] = []
    start = end = 0
    while end + _RECORD_HEADER_BYTES <= len(stream):
        following = end + _RECORD_HEADER_BYTES + int.from_bytes(stream[end + 11 : end + 13], "big")
        if following - start > limit and end > start:
            datagrams.append(stream[start:end])
            start = end
        end = following
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams
