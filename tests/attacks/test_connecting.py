"""A1, A2, A6, A7 and ASVS 17.2.1, 17.2.2, 17.2.6, 17.2.8: whoever sends to the media port while people connect."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aioice import stun

from tests.attacks.patched import Handshake, Patched, loopback_socket, patched, waiting
from tests.attacks.process import Victim
from tests.attacks.scenes import call, rejected
from tests.patience import PATIENCE_S
from vdxmedia.sfu.dtls import DtlsIdentity

ROOT = Path(__file__).parents[2]
SPRAY_EVERY_S = 0.001
RACES = 3
"""Connections under attack, each of which would fail every time without the defence (measured: 0 of 10)."""
MALFORMED_HELLO = bytes.fromhex(
    "16feff00000000000000000034010000280000000000000028fefd" + "00" * 32 + "00000002000001000000"
)
"""DTLS 1.2 ClientHello that offers TLS_NULL_WITH_NULL_NULL only: a server that takes it ends the handshake."""
HALF_DONE = 40
"""More than were once worked on at a time (32), whose places were taken for 15 s."""
MOST_WAIT_S = 5.0
"""Of who comes then, for all of joining; a fifth of a second here."""
MOST_CPU_S = 1.5
"""Of the process, for the 2,500 records of A6 and six people who join; half a second here."""
MOST_GROWTH_BYTES = 16 << 20
"""Of the process, for what an attacker may leave behind for some seconds."""


def forged_checks(victim_client: Patched) -> list[bytes]:
    """What somebody who has seen a check, but not the password, can make of it."""
    right = victim_client.request()
    without = victim_client.request(with_integrity=False)
    answer = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE)
    answer.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 9)
    error = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.ERROR)
    error.attributes["ERROR-CODE"] = (487, "Role Conflict")
    indication = b"\x00\x11" + without[2:]
    return [
        victim_client.request(password="wrong" * 5),
        without,
        bytes(answer),
        bytes(error),
        indication,
        right[:-9] + bytes([right[-9] ^ 1]) + right[-8:],
        right[:-8],
        right[:20],
    ]


@contextlib.asynccontextmanager
async def spray(target: tuple[str, int], shapes: Sequence[bytes]) -> AsyncIterator[socket.socket]:
    """A stranger who sends these without pause; what comes back waits in his socket."""
    stranger = loopback_socket("127.0.0.66")

    async def run() -> None:
        while True:
            for shape in shapes:
                stranger.sendto(shape, target)
            await asyncio.sleep(SPRAY_EVERY_S)

    task = asyncio.create_task(run(), name="stranger")
    try:
        yield stranger
    finally:
        task.cancel()
        await asyncio.wait([task])
        stranger.close()


async def connects_under(client: Patched, shapes: Sequence[bytes]) -> int:
    """How many datagrams the stranger got back, while the client did connect."""
    async with spray(client.relay, shapes) as stranger:
        await asyncio.sleep(5 * SPRAY_EVERY_S)
        client.check()
        assert (await client.stun_answer()).message_class is stun.Class.RESPONSE
        await asyncio.sleep(5 * SPRAY_EVERY_S)
        assert await client.shake(), "the stranger's ClientHello won the race"
        return len(waiting(stranger))


async def test_a01_strangers_client_hello_does_not_win_the_race(victim: Victim) -> None:
    room = await victim.create_room()
    before = await rejected(victim, "dtls_unvalidated")
    for _ in range(RACES):
        async with patched(victim, room["guestUrl"]) as bent:
            assert (await bent.offer())["type"] == "answer"
            assert await connects_under(bent, [MALFORMED_HELLO]) == 0
    assert await rejected(victim, "dtls_unvalidated") >= before + RACES


async def test_v17_2_6_client_hello_behind_a_forged_check_does_not_win_the_race(victim: Victim) -> None:
    """The stranger knows the user name, and tries to have his address taken for the client's first."""
    room = await victim.create_room()
    for _ in range(RACES):
        async with patched(victim, room["guestUrl"]) as bent:
            assert (await bent.offer())["type"] == "answer"
            forged = [shape for check in forged_checks(bent) for shape in (check, MALFORMED_HELLO)]
            assert await connects_under(bent, forged) == 0


async def test_a02_forged_checks_are_dropped_in_silence_and_end_nothing(victim: Victim) -> None:
    before = await rejected(victim, "stun_integrity")
    async with call(victim) as talk:
        stranger = loopback_socket("127.0.0.66")
        with stranger:
            for shape in forged_checks(talk.bent):
                talk.bent.put(shape, via=stranger)
                talk.bent.put(shape)  # and from the right address: its source may be forged
            await talk.goes_on()
            assert waiting(stranger) == [], "an answer, or the call's media"
        talk.bent.check()
        await talk.goes_on()
        assert not any(event["type"] == "mediaLost" for event in talk.bent.events)
    assert await rejected(victim, "stun_integrity") >= before + 4


def fragment(number: int, length: int, offset: int, size: int, record: int) -> bytes:
    """A record with a fragment of a ClientHello (RFC 6347 §4.2.2)."""
    body = struct.pack("!B", 1) + length.to_bytes(3, "big") + struct.pack("!H", number)
    body += offset.to_bytes(3, "big") + size.to_bytes(3, "big") + bytes(size)
    return struct.pack("!BHHHIH", 22, 0xFEFD, 0, 0, record, len(body)) + body


def bombs(kind: str) -> list[bytes]:
    seeded = random.Random(6)
    match kind:
        case "longest":
            return [fragment(0, 0xFFFFFF, offset, 1000, offset) for offset in range(0, 500_000, 1000)]
        case "empty":
            return [fragment(0, 200, 0, 0, number) for number in range(500)]
        case "many":
            return [fragment(number, 16_000, 0, 1000, number) for number in range(500)]
        case "overlapping":
            return [fragment(0, 300, seeded.randrange(100), seeded.randrange(200), number) for number in range(500)]
        case _:  # records of a later epoch, which a server may want to keep until it knows the keys
            return [struct.pack("!BHHHIH", 23, 0xFEFD, 1, 0, number, 1000) + bytes(1000) for number in range(500)]


async def test_a06_dtls_fragments_neither_fill_nor_stop_the_server(victim: Victim) -> None:
    room = await victim.create_room()
    before, cpu_s, over = victim.resident_bytes(), victim.cpu_s(), await rejected(victim, "dtls_rate")
    for kind in ("longest", "empty", "many", "overlapping", "later"):
        async with patched(victim, room["guestUrl"]) as mallory:
            await mallory.offer()
            mallory.check()
            await mallory.stun_answer()
            for number, bomb in enumerate(bombs(kind)):
                mallory.put(bomb)
                if number % 50 == 0:
                    await asyncio.sleep(0.001)
    async with patched(victim, room["guestUrl"], "Bent") as bent:
        await bent.connect()
    assert victim.cpu_s() - cpu_s < MOST_CPU_S
    assert victim.resident_bytes() - before < MOST_GROWTH_BYTES
    assert await rejected(victim, "dtls_rate") > over


async def test_a06_handshakes_that_are_left_half_done_make_nobody_wait(victim: Victim) -> None:
    """Each has a seat and a right password, and sends one flight of a right handshake."""
    room = await victim.create_room()
    async with contextlib.AsyncExitStack() as people:
        for _ in range(HALF_DONE):
            one = await people.enter_async_context(patched(victim, room["guestUrl"]))
            assert (await one.offer())["type"] == "answer"
            one.check()
            await one.stun_answer()
            one.put(*Handshake(one.identity).step())
        async with asyncio.timeout(PATIENCE_S):
            while (await victim.metrics())["vdx_media_handshakes_running"] < HALF_DONE:
                await asyncio.sleep(0.02)
        began_s = time.monotonic()
        async with patched(victim, room["guestUrl"]) as late:
            await late.connect("microphone")
        assert (await victim.metrics())["vdx_media_handshakes_running"] >= HALF_DONE, "they were all in the way"
        assert time.monotonic() - began_s < MOST_WAIT_S


async def test_a07_strangers_get_not_a_byte_back(victim: Victim) -> None:
    async with call(victim) as talk:
        with loopback_socket("127.0.0.66") as stranger:
            shapes = [
                *forged_checks(talk.bent),
                MALFORMED_HELLO,
                bytes.fromhex("000100002112a442") + os.urandom(12),  # a plain binding request: an open STUN server
                *talk.bent.handshake_of_a_stranger(),
                *(bytes([first]) + os.urandom(100) for first in range(0, 256, 5)),
            ]
            for shape in shapes * 5:
                talk.bent.put(shape, via=stranger)
            await talk.goes_on()
            assert waiting(stranger) == []
        # And whoever passes a check gets no more than he sent.
        request = talk.bent.request()
        talk.bent.drained()
        talk.bent.put(request)
        answer = await talk.bent.receive()
        while answer[0] > 1:
            answer = await talk.bent.receive()
        assert len(answer) <= len(request)


async def test_v17_2_1_dtls_key_is_made_by_each_process_and_kept_in_its_memory(victim: Victim) -> None:
    room = await victim.create_room()
    async with patched(victim, room["guestUrl"]) as bent:
        await bent.offer()
        assert bent.answer is not None
        of_this_process = [DtlsIdentity().fingerprint, DtlsIdentity().fingerprint]
        assert len({bent.answer.fingerprint, *of_this_process}) == 3
    private = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{30}")
    written = [path for path in victim.directory.rglob("*") if path.is_file()]
    assert not [path for path in written if private.search(path.read_bytes())]
    known = [*ROOT.glob("src/**/*.py"), *ROOT.glob("src/**/*.rs"), *ROOT.glob("deploy/**/*"), *ROOT.glob("docs/**/*")]
    assert not [path for path in known if path.is_file() and private.search(path.read_bytes())]


WEAK_CIPHERS = [
    b"eNULL:@SECLEVEL=0",
    b"aNULL:@SECLEVEL=0",
    b"AES128-SHA:AES256-SHA:AES128-GCM-SHA256:@SECLEVEL=0",
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384",
]
"""Without encryption, without certificate, without forward secrecy, without authenticated encryption."""


async def refusal(victim: Victim, link: str, **options: object) -> str:
    """What the server said to a client that knows only this; empty: it got through. Raises: TimeoutError."""
    async with patched(victim, link) as client:
        await client.offer()
        client.check()
        await client.stun_answer()
        done = await client.shake(**options)
        assert client.handshake is not None
        return "" if done else client.handshake.error


@pytest.mark.parametrize("ciphers", WEAK_CIPHERS, ids=["null", "anonymous", "rsa", "cbc"])
async def test_v17_2_2_weak_cipher_suites_are_refused(victim: Victim, ciphers: bytes) -> None:
    room = await victim.create_room()
    assert "alert handshake failure" in await refusal(victim, room["guestUrl"], ciphers=ciphers)


async def test_v17_2_2_old_versions_and_weak_profiles_are_refused_and_the_strong_agreed(victim: Victim) -> None:
    room = await victim.create_room()
    old = {"least": 0xFEFF, "most": 0xFEFF, "ciphers": b"ALL:@SECLEVEL=0"}
    assert "alert protocol version" in await refusal(victim, room["guestUrl"], **old), "DTLS 1.0"
    for profiles in (b"SRTP_AES128_CM_SHA1_32", b""):
        assert await answers_no_keys(victim, room["guestUrl"], profiles), profiles
    for cipher in (b"ECDHE-ECDSA-AES128-GCM-SHA256", b"ECDHE-ECDSA-CHACHA20-POLY1305"):
        assert await refusal(victim, room["guestUrl"], ciphers=cipher) == ""


async def answers_no_keys(victim: Victim, link: str, profiles: bytes) -> bool:
    """DTLS itself may end well; there is no media without a profile, and the connection is ended."""
    async with patched(victim, link) as client:
        await client.offer("microphone")
        client.check()
        await client.stun_answer()
        with contextlib.suppress(KeyError):  # no profile that the test knows
            await client.shake(profiles=profiles)
        lost = await client.until("mediaLost")
        return lost["reason"] == "dtls"


async def test_v17_2_8_certificate_that_is_not_the_offers_ends_the_connection(victim: Victim) -> None:
    room = await victim.create_room()
    async with (
        patched(victim, room["hostUrl"], "Anna") as anna,
        patched(victim, room["guestUrl"], "Mallory") as mallory,
    ):
        await anna.connect("microphone")
        await mallory.offer("microphone", fingerprint=anna.identity.fingerprint)
        mallory.check()
        await mallory.stun_answer()
        await mallory.shake()
        lost = await mallory.until("mediaLost")
        assert lost["reason"] == "fingerprint"
        if mallory.seal is not None:  # her end may have finished before it was told
            await mallory.speak(20)
        assert await anna.heard() == []
    assert "fingerprint" in victim.said()
