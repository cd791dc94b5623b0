"""The handshake against aiortc's own client half: keys, profiles, identity, sizes, loss, ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from tests.patience import PATIENCE_S
from tests.unit.sfu.twin import DtlsClient
from vdxmedia.sdp.section import Fingerprint
from vdxmedia.sfu import dtls
from vdxmedia.sfu.dtls import MAX_DATAGRAM_BYTES, DtlsFailure, DtlsIdentity, DtlsSession, SrtpKeys, pack_records

IDENTITY = DtlsIdentity()


class Pair:
    """A session and a client joined by two lossless wires; `lose` drops what the server sends, by number."""

    def __init__(self, *, profiles: list[object] | None = None, fingerprint: str = "") -> None:
        self.client = DtlsClient(None, profiles=profiles)  # type: ignore[arg-type] # wired below, no relay
        self.client.wire.send = self._to_server
        algorithm, value = (fingerprint or self.client.fingerprint).split(" ")
        self.from_server: list[bytes] = []
        self.from_client: list[bytes] = []
        self.lose: set[int] = set()
        self.session = DtlsSession(IDENTITY, [Fingerprint(algorithm, value)], self._to_client)

    def _to_server(self, datagram: bytes) -> None:
        self.from_client.append(datagram)
        self.session.feed(datagram)

    def _to_client(self, datagram: bytes) -> None:
        self.from_server.append(datagram)
        if len(self.from_server) not in self.lose:
            self.client.wire.queue.put_nowait(datagram)

    async def shake_hands(self) -> SrtpKeys | DtlsFailure:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.client.handshake(IDENTITY.fingerprint))
            server = tasks.create_task(self.session.handshake())
            outcome = await server
            if isinstance(outcome, DtlsFailure):
                self.client.wire.queue.put_nowait(None)
        return outcome

    async def stop(self) -> None:
        await self.client.stop()
        await self.session.stop()


@pytest.fixture
async def pairs() -> AsyncIterator[list[Pair]]:
    made: list[Pair] = []
    yield made
    for pair in made:
        await pair.stop()


async def test_handshake_gives_the_clients_keys_crosswise(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    keys = await pair.shake_hands()
    assert isinstance(keys, SrtpKeys)
    assert (keys.receive, keys.send) == pair.client.keys()
    assert pair.client.transport.state == "connected"


@pytest.mark.parametrize(
    ("offered", "profile", "size"),
    [
        ([SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80, SRTP_AEAD_AES_128_GCM], 7, 28),
        ([SRTP_AES128_CM_SHA1_80], 1, 30),
    ],
)
async def test_handshake_prefers_gcm_128_and_falls_back_to_cm(
    pairs: list[Pair], offered: list[object], profile: int, size: int
) -> None:
    pair = Pair(profiles=offered)
    pairs.append(pair)
    keys = await pair.shake_hands()
    assert isinstance(keys, SrtpKeys)
    assert (keys.profile, len(keys.receive), len(keys.send)) == (profile, size, size)


async def test_handshake_without_a_profile_in_common_fails(pairs: list[Pair]) -> None:
    pair = Pair(profiles=[SRTP_AEAD_AES_256_GCM])
    pairs.append(pair)
    assert await pair.shake_hands() == DtlsFailure("dtls", "no SRTP profile in common")


async def test_handshake_with_another_certificate_than_offered_fails(pairs: list[Pair]) -> None:
    pair = Pair(fingerprint="sha-256 " + ":".join(["AB"] * 32))
    pairs.append(pair)
    outcome = await pair.shake_hands()
    assert isinstance(outcome, DtlsFailure)
    assert outcome.reason == "fingerprint"


async def test_handshake_stays_at_dtls_1_2_and_in_small_datagrams(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    assert pair.client.transport._ssl.get_protocol_version() == 0xFEFD
    assert 0 < max(map(len, pair.from_server)) <= MAX_DATAGRAM_BYTES


async def test_handshake_with_a_hello_that_came_early_completes(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pair.client.handshake(IDENTITY.fingerprint))
        await pair.session.first_datagram()
        hello = len(pair.from_client)
        keys = await pair.session.handshake()
    assert isinstance(keys, SrtpKeys)
    assert hello >= 1
    assert not any(datagram in pair.from_client[hello:] for datagram in pair.from_client[:hello]), "nothing sent again"


async def test_handshake_with_a_lost_flight_is_repaired_by_the_timers(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    pair.lose = {1}
    assert isinstance(await pair.shake_hands(), SrtpKeys)


async def test_handshake_with_garbage_between_completes(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    for garbage in (b"", b"\x16", b"\x16\xfe\xfd" + bytes(40), bytes([22]) * 1400, bytes([63]) * 13):
        pair.session.feed(garbage)
    assert isinstance(await pair.shake_hands(), SrtpKeys)


async def test_handshake_that_takes_too_long_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls, "HANDSHAKE_TIMEOUT_S", 0.02)
    session = DtlsSession(IDENTITY, [Fingerprint("sha-256", "")], lambda datagram: None)
    assert await session.handshake() == DtlsFailure("dtls", "handshake took too long")
    await session.stop()


async def test_queue_that_is_full_drops_and_counts() -> None:
    session = DtlsSession(IDENTITY, [Fingerprint("sha-256", "")], lambda datagram: None)
    for _ in range(40):
        session.feed(b"\x16 a fragment")
    assert session.dropped == 8
    await session.stop()


async def test_closed_returns_when_the_client_closes(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    await pair.client.stop()
    async with asyncio.timeout(PATIENCE_S):
        await pair.session.closed()


async def settled(pairs: list[Pair]) -> Pair:
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    assert not pair.session.is_settled
    pair.session.settle()
    pair.session.settle()
    await asyncio.sleep(0)
    assert pair.session.is_settled
    return pair


async def test_settled_session_sends_nothing_and_still_tells_the_client_its_end(pairs: list[Pair]) -> None:
    pair = await settled(pairs)
    sent = len(pair.from_server)
    pump = pair.client.transport._task
    await asyncio.sleep(0)
    assert len(pair.from_server) == sent
    pair.session.close()
    pair.session.close()
    async with asyncio.timeout(PATIENCE_S):
        await pair.session.closed()
        await asyncio.wait([pump])
    assert len(pair.from_server) == sent + 1, "said once"
    assert pair.client.transport.state == "closed"


async def test_settled_session_ends_with_the_clients_close_notify_and_with_no_forged_one(pairs: list[Pair]) -> None:
    pair = await settled(pairs)
    pair.client.wire.send = pair.from_client.append
    await pair.client.stop()
    notice = pair.from_client[-1]
    ended = asyncio.ensure_future(pair.session.closed())
    forged = [notice[:at] + bytes([notice[at] ^ 1]) + notice[at + 1 :] for at in range(len(notice))]
    garbage = [b"", b"\x15", notice[:-1], b"\x15\xfe\xfd" + bytes(34), bytes(1_200)]
    for datagram in [*forged, *garbage, *pair.from_client[:-1]]:
        pair.session.feed(datagram)
    await asyncio.sleep(0)
    assert not ended.done()
    pair.session.feed(notice)
    async with asyncio.timeout(PATIENCE_S):
        await ended


async def test_session_that_has_not_shaken_hands_or_has_been_closed_does_not_settle(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    pair.session.settle()
    assert not pair.session.is_settled
    await pair.shake_hands()
    pair.session.close()
    pair.session.settle()
    assert not pair.session.is_settled


async def test_session_of_another_cipher_keeps_openssl(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls, "CIPHER", "ECDHE-ECDSA-CHACHA20-POLY1305")
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    pair.session.settle()
    assert not pair.session.is_settled
    await pair.client.stop()
    async with asyncio.timeout(PATIENCE_S):
        await pair.session.closed()


async def test_close_tells_the_client_and_ends_the_session(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    pump = pair.client.transport._task
    pair.session.close()
    pair.session.close()
    async with asyncio.timeout(PATIENCE_S):
        await pair.session.closed()
        await asyncio.wait([pump])
    assert pair.client.transport.state == "closed"


async def test_close_without_notice_sends_nothing(pairs: list[Pair]) -> None:
    pair = Pair()
    pairs.append(pair)
    await pair.shake_hands()
    sent = len(pair.from_server)
    pair.session.close(with_notice=False)
    await pair.session.stop()
    assert len(pair.from_server) == sent


async def test_close_during_the_handshake_ends_it() -> None:
    session = DtlsSession(IDENTITY, [Fingerprint("sha-256", "")], lambda datagram: None)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        handshake = tasks.create_task(session.handshake())
        await asyncio.sleep(0)
        session.close()
    assert isinstance(handshake.result(), DtlsFailure)
    await session.stop()


def test_identity_makes_its_tls_context_once() -> None:
    first = IDENTITY._certificate._create_ssl_context([SRTP_AEAD_AES_128_GCM])
    assert isinstance(first, SSL.Context)
    assert IDENTITY._certificate._create_ssl_context([SRTP_AEAD_AES_128_GCM]) is first


def record(size: int) -> bytes:
    return b"\x16\xfe\xfd" + bytes(8) + size.to_bytes(2, "big") + bytes(size)


@given(st.lists(st.integers(0, MAX_DATAGRAM_BYTES - 13), max_size=20))
def test_pack_records_keeps_every_record_whole_and_every_datagram_small(sizes: list[int]) -> None:
    records = [record(size) for size in sizes]
    datagrams = pack_records(b"".join(records), MAX_DATAGRAM_BYTES)
    assert b"".join(datagrams) == b"".join(records)
    assert all(0 < len(datagram) <= MAX_DATAGRAM_BYTES for datagram in datagrams)
    ends = {sum(map(len, records[: count + 1])) for count in range(len(records))}
    assert {sum(map(len, datagrams[: count + 1])) for count in range(len(datagrams))} <= ends


@given(st.binary(max_size=200))
def test_pack_records_of_anything_loses_no_byte(stream: bytes) -> None:
    assert b"".join(pack_records(stream, 50)) == stream
