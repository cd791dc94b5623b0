"""A9, A12, A19 and ASVS 17.3.1, 17.3.2: too much, too little and the wrong thing over WebSocket and HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import struct
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import get_args

import pytest

from tests.attacks.patched import Patched, patched
from tests.attacks.process import MOST_ROOMS, Victim
from tests.attacks.raw import (
    BINARY,
    COMPRESSED,
    CONTINUED,
    FINAL,
    TEXT,
    UPGRADE,
    Connection,
    answers,
    frame,
    hello,
    tcp,
    websocket,
)
from tests.attacks.scenes import call
from tests.machine import watched
from vdxmedia.signalling.messages import MAX_MESSAGE_BYTES, ClientMessage

MOST_GROWTH_BYTES = 24 << 20
"""Of the process while an attack runs, what its allocator keeps for later included."""
SLOWEST_ANSWER_S = 1.0
"""To somebody in a call while others flood; 0.02 s here by itself."""
BOMB_BYTES = 64 << 20
"""Of zeros, in a message of 64 kB."""
CROWD = 1_100
"""Idle connections, of which the server keeps 1,000."""
STRANGERS = 520
"""Sockets without a seat, of which it keeps 500."""


async def until_so(holds: object) -> None:
    """Polls; the server looks once a second."""
    async with asyncio.timeout(10):
        while not holds():  # type: ignore[operator]
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def asked_all_the_time(someone: Patched) -> AsyncIterator[list[float]]:
    """How long each answer takes, of one who does nothing but what his page would."""
    took: list[float] = []

    async def ask() -> None:
        while True:
            began = time.monotonic()
            answer = await someone.send({"type": "setSource", "source": "microphone", "active": True})
            assert answer["type"] == "done", answer
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.15)  # more often, and he would be refused for his rate

    task = asyncio.create_task(ask(), name="asks")
    try:
        yield took
    finally:
        task.cancel()
        done, _ = await asyncio.wait([task])
        assert all(one.cancelled() for one in done), [one.exception() for one in done]


# ── A9: not applicable ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a09_there_are_no_data_channels(victim: Victim) -> None:
    """Refused in the offer; and what is sent over DTLS all the same is read by nothing and answered by nothing."""
    async with call(victim) as talk:
        application = (
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:9\r\na=sctp-port:5000\r\n"
        )
        async with patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
            offered = await mallory.offer(change=lambda sdp: sdp + application)
            assert offered["type"] == "error" or "m=application 0 " in offered["sdp"], offered
        assert "m=application" not in talk.bent.answer_sdp
        before = victim.resident_bytes()
        assert talk.bent.handshake is not None
        init = struct.pack("!HHII", 5000, 5000, 0, 0) + struct.pack(
            "!BBHIIHHI", 1, 0, 20, 7, 1 << 20, 65_535, 65_535, 1
        )
        for _ in range(60):
            talk.bent.put(*talk.bent.handshake.seal(init + os.urandom(900)))
        talk.bent.drained()
        await talk.goes_on()
        assert victim.resident_bytes() - before < MOST_GROWTH_BYTES


# ── A12: socket.io and WebSocket frames ───────────────────────────────────────────────────────────────────────────

PLACEHOLDERS = [
    b'451-["command",{"_placeholder":true,"num":0}]',
    b'45999999999-["command",{"_placeholder":true,"num":0}]',
    b'451-["command",{"_placeholder":true,"num":-1}]',
    b'461-[{"_placeholder":true,"num":0}]',
]


@pytest.mark.parametrize("packet", PLACEHOLDERS)
async def test_a12_binary_placeholders_end_the_socket(victim: Victim, packet: bytes) -> None:
    room = await victim.create_room()
    async with websocket(victim) as mallory:
        await mallory.frame(hello(room["guestUrl"]))
        assert (await mallory.text()).startswith("40")
        await mallory.frame(packet)
        with contextlib.suppress(ConnectionError):
            for _ in range(20):  # the attachments that it asks to wait for
                await mallory.frame(b"x" * 100_000, first=FINAL | BINARY)
        await mallory.until_end()


async def test_a12_compression_bomb_is_not_unpacked(victim: Victim) -> None:
    before = victim.resident_bytes()
    async with websocket(victim, more="Sec-WebSocket-Extensions: permessage-deflate\r\n") as mallory:
        assert b"permessage-deflate" not in mallory.accepted
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        bomb = packer.compress(b"4" + bytes(BOMB_BYTES)) + packer.flush(zlib.Z_SYNC_FLUSH)
        assert len(bomb) < MAX_MESSAGE_BYTES
        with contextlib.suppress(ConnectionError):
            for _ in range(5):
                await mallory.frame(bomb, first=FINAL | COMPRESSED | TEXT)
        await mallory.until_end()
    assert victim.resident_bytes() - before < MOST_GROWTH_BYTES


async def test_a12_message_in_tiny_fragments_is_bounded(victim: Victim) -> None:
    """One byte each, more than a message may have: together they count as what they are."""
    before = victim.resident_bytes()
    async with websocket(victim) as mallory:
        with contextlib.suppress(ConnectionError):
            await mallory.frame(b"4", first=TEXT)
            piece = frame(b"2", first=CONTINUED) * 1_000
            for _ in range(MAX_MESSAGE_BYTES // 1_000 + 10):
                await mallory.send(piece)
        await mallory.until_end()
    assert victim.resident_bytes() - before < MOST_GROWTH_BYTES


async def test_a12_polling_is_not_there(victim: Victim) -> None:
    """Neither its first request, which would get a session, nor those of a session that is not there."""
    for method, query in (
        ("GET", "transport=polling"),
        ("GET", "transport=polling&sid=abc"),
        ("POST", "transport=polling&sid=abc"),
        ("POST", "transport=websocket&sid=abc"),
    ):
        async with victim.http() as http:
            path = f"{victim.base_url}/socket.io/?EIO=4&{query}"
            async with http.request(method, path, data=b"x" * 1_000_000) as answer:
                assert answer.status in (400, 405, 413), (method, query, answer.status)


# ── A19: connections and rooms without a purpose ──────────────────────────────────────────────────────────────────


async def test_a19_crowd_of_half_requests_keeps_no_one_out(victim: Victim) -> None:
    async with contextlib.AsyncExitStack() as stack:
        crowd = []
        for _ in range(CROWD):
            connection = await stack.enter_async_context(tcp(victim, "127.0.0.77"))
            connection.writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slowly: ")
            crowd.append(connection)
        assert await answers(victim, within_s=SLOWEST_ANSWER_S * 3)
        await until_so(lambda: sum(one.is_over() for one in crowd) >= CROWD - 1_000 - 5)
        assert await answers(victim, within_s=SLOWEST_ANSWER_S * 3)


async def test_a19_sockets_that_never_join_keep_no_one_out(victim: Victim) -> None:
    room = await victim.create_room()
    async with contextlib.AsyncExitStack() as stack:
        crowd = []
        for _ in range(STRANGERS):
            connection = await stack.enter_async_context(tcp(victim, "127.0.0.78"))
            connection.writer.write(UPGRADE.format(host="localhost", more="").encode())
            crowd.append(connection)
        taken = [await connection.reader.readline() for connection in crowd]
        assert sum(b" 101 " in line for line in taken) <= 500
        async with patched(victim, room["guestUrl"], "Bent") as bent:
            assert bent.joined["type"] == "joined"


async def test_a19_rooms_without_end_are_refused(victim: Victim) -> None:
    """By the owner of a key, or who has stolen it."""
    made: list[str] = []
    refusals: list[tuple[int, str]] = []
    async with victim.http() as http:
        try:
            for _ in range(MOST_ROOMS + 5):
                async with http.post(f"{victim.base_url}/api/v1/rooms", json={}) as answer:
                    body = await answer.json(content_type=None)
                    if answer.status == 201:
                        made.append(body["roomId"])
                    else:
                        refusals.append((answer.status, body["code"]))
        finally:
            for room in made:
                async with http.delete(f"{victim.base_url}/api/v1/rooms/{room}") as answer:
                    assert answer.status == 204
    assert set(refusals) == {(503, "rooms_full")}


# ── ASVS 17.3 ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_v17_3_1_signalling_goes_on_during_floods_of_messages_and_connections(victim: Victim) -> None:
    async with call(victim) as talk:
        async with watched() as machine, asked_all_the_time(talk.anna) as took:
            async with websocket(victim, "127.0.0.79") as mallory:
                await mallory.frame(hello(talk.room["guestUrl"]))
                await mallory.text()
                message = frame(b'420["command",{"type":"react","reaction":"heart"}]') * 100
                with contextlib.suppress(ConnectionError):
                    for _ in range(100):
                        await mallory.send(message)
                await mallory.until_end()  # ten thousand: she is cut
            strangers = 0
            while strangers < 500 or len(took) < 3:  # a fast machine has opened them before she asks again
                async with tcp(victim, "127.0.0.79") as stranger:
                    stranger.writer.write(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\r\n")
                strangers += 1
        assert max(took) < machine.at_most(SLOWEST_ANSWER_S), str(machine)
        await talk.goes_on()


def malformed_commands() -> Iterator[bytes]:
    """Of every command there is: without its fields, with fields of every other kind, with too much of everything."""
    wrong: list[object] = [None, True, -1, 1e308, 2**63, "", "x" * 5_000, [], [[]], {}, {"a": {}}, "\x00\u202e\ud800"]
    for member in get_args(ClientMessage):
        tag = str(member.__struct_config__.tag)
        fields = member.__struct_encode_fields__
        yield json.dumps({"type": tag, **{name: wrong[len(tag) % len(wrong)] for name in fields}}).encode()
        for number, name in enumerate(fields):
            yield json.dumps({"type": tag, name: wrong[(number + len(name)) % len(wrong)]}).encode()
    yield from (b"null", b"[]", b"7", b'"x"', b"{}", b'{"type":1}', b'{"type":null}', b'{"type":"nothing"}')
    yield b"[" * 50_000
    yield b'{"type":"join","name":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"
    yield b'{"type":"\xff\xfe"}'
    yield b'{"type":"leave"' + b" " * 100_000 + b"}"


async def test_v17_3_2_signalling_goes_on_after_malformed_messages(victim: Victim) -> None:
    """A new socket when one was cut, or has said all that it may in a second: each message is really looked at."""
    seeded = random.Random(32)
    messages = list(malformed_commands())
    messages += [seeded.randbytes(seeded.randrange(1, 300)) for _ in range(100)]
    async with call(victim) as talk, asked_all_the_time(talk.anna) as took:
        faults = (await victim.metrics()).get("vdx_hub_message_faults_total", 0.0)
        seen = 0
        async with watched() as machine:
            while seen < len(messages):
                async with websocket(victim, "127.0.0.80") as mallory:
                    await mallory.frame(hello(talk.room["guestUrl"]))
                    await mallory.text()
                    seen += await looked_at(mallory, messages[seen : seen + 50])
        metrics = await victim.metrics()
        assert metrics.get("vdx_hub_message_faults_total", 0.0) == faults
        assert max(took) < machine.at_most(SLOWEST_ANSWER_S), str(machine)
        await talk.goes_on()


async def looked_at(mallory: Connection, messages: list[bytes]) -> int:
    """Sends one after another, each when the one before is answered; how many until the socket ended."""
    for count, message in enumerate(messages, 1):
        try:
            await mallory.frame(b'427["command",' + message + b"]")
            answer = await mallory.text()
        except (ConnectionError, asyncio.IncompleteReadError):
            return count
        assert answer.startswith("437["), answer
        assert '"rate_limited"' not in answer
        assert '"internal"' not in answer, (message, answer)
    return len(messages)
