"""Media by TCP on the number of UDP (RFC 6544, RFC 4571): the same relay, the same independent peer, another way."""

from __future__ import annotations

import collections
import contextlib
import itertools
import multiprocessing
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from tests.contract.relay_client import DEADLINE_S, Client, FramedSocket, RelayUnderTest, vp8
from tests.contract.test_relay_binding import (
    CAMERA,
    MICROPHONE,
    audio,
    permit,
    publisher,
    subscriber,
    video,
)
from vdxmedia import _relay
from vdxmedia.sfu import relay_wire as wire


@pytest.fixture
def relay() -> Iterator[RelayUnderTest]:
    with RelayUnderTest() as under_test:
        yield under_test


def by_tcp(client: Client) -> Client:
    client.socket.close()
    client.is_tcp = True
    client.socket = client.dial(is_tcp=True)
    return client


def test_tcp_is_taken_on_the_numbers_of_udp_unless_switched_off(relay: RelayUnderTest) -> None:
    assert relay.relay.tcp_addresses == relay.relay.addresses
    without = _relay.Relay(["127.0.0.1:0"], tcp=False)
    try:
        assert without.tcp_addresses == []
        host, _, port = without.addresses[0].rpartition(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=DEADLINE_S)
    finally:
        without.close()


@pytest.mark.parametrize(("publishes_by_tcp", "subscribes_by_tcp"), [(True, False), (False, True), (True, True)])
def test_media_crosses_between_tcp_and_udp(
    relay: RelayUnderTest, publishes_by_tcp: bool, subscribes_by_tcp: bool
) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        for client, is_tcp in ((alice, publishes_by_tcp), (bob, subscribes_by_tcp)):
            if is_tcp:
                by_tcp(client)
            client.add()
            client.check()
            client.stun_answer()
            bound = relay.expect(wire.PeerBound, lambda event, peer=client.peer: event.peer == peer)  # type: ignore[misc]
            assert bound.is_tcp is is_tcp
            relay.send(
                wire.SetKeys(peer=client.peer, profile=7, receive=client.to_relay, send=client.from_relay),
                wire.SetHears(peer=client.peer, classes=1),
            )
            client.fence()
        permit(relay)
        bob.fence()
        for sequence in range(1, 11):
            alice.send_rtp(audio(sequence))
        assert [bob.receive_rtp().payload for _ in range(10)] == [b"opus %d" % n for n in range(1, 11)]
        alice.send_rtp(video(1, keyframe=True))
        assert bob.receive_rtp().csrcs == [CAMERA]


def test_dtls_goes_both_ways_by_tcp(relay: RelayUnderTest) -> None:
    with by_tcp(subscriber(relay)) as client:
        client.add()
        client.check()
        client.stun_answer()
        client.socket.sendto(b"\x16 hello", client.relay_address)
        assert relay.expect(wire.DtlsReceived).datagram == b"\x16 hello"
        relay.send(wire.SendDtls(peer=2, datagram=b"\x16 answer"))
        assert client.socket.recv(2048) == b"\x16 answer"


def test_media_before_a_valid_check_is_dropped(relay: RelayUnderTest) -> None:
    with by_tcp(publisher(relay)) as alice:
        alice.add()
        alice.check(password="q" * 24)
        alice.send_rtp(audio(1))
        alice.socket.sendto(b"\x16 hello", alice.relay_address)
        relay.expect_stat("dropped_dtls_unvalidated", 1)
        stats = relay.stats()
        assert (stats["dropped_stun_integrity"], stats["dropped_unknown_address"]) == (1, 1)
        assert stats["stun_packets_out"] == 0


def test_closed_connection_is_followed_by_another_way(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, by_tcp(subscriber(relay)) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        alice.send_rtp(audio(1))
        assert bob.receive_rtp().payload == b"opus 1"
        for sequence, is_tcp in enumerate((True, False, True, False), start=2):
            bob.socket.close()
            relay.wait_for("tcp_connections", 0)
            bob.socket = bob.dial(is_tcp=is_tcp)
            bob.check()
            bob.stun_answer()
            assert relay.expect(wire.PeerBound, lambda event: event.peer == 2).is_tcp is is_tcp
            alice.send_rtp(audio(sequence))
            assert bob.receive_rtp().payload == b"opus %d" % sequence


def test_removed_peer_loses_its_connection(relay: RelayUnderTest) -> None:
    with by_tcp(subscriber(relay)) as bob:
        bob.connect()
        relay.send(wire.RemovePeer(peer=2))
        with pytest.raises(ConnectionResetError):
            bob.receive_rtp()
        relay.wait_for("tcp_connections", 0)


@pytest.mark.parametrize("hostile", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff", b"\x08\x01" + bytes(40)])
def test_what_is_not_framed_closes_only_that_connection(relay: RelayUnderTest, hostile: bytes) -> None:
    with by_tcp(publisher(relay)) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        with socket.create_connection(relay.address, timeout=DEADLINE_S) as stranger:
            stranger.sendall(hostile)
            with_end = b""
            with contextlib.suppress(ConnectionResetError):
                with_end = stranger.recv(100)
            assert with_end == b""
        relay.expect_stat("tcp_malformed", 1)
        alice.send_rtp(audio(1))
        assert bob.receive_rtp().csrcs == [MICROPHONE]


def test_strangers_and_half_frames_are_bounded_and_closed(relay: RelayUnderTest) -> None:
    strangers = [socket.create_connection(relay.address, timeout=DEADLINE_S) for _ in range(40)]
    try:
        for stranger in strangers[:32]:
            stranger.sendall(b"\x00\x64half")
        relay.expect_stat("tcp_refused", 8)
        assert relay.stats()["tcp_connections"] == 32
        deadline = time.monotonic() + 5.0 + DEADLINE_S
        while relay.stats()["tcp_unchecked"] < 32:
            assert time.monotonic() < deadline
            select.select([], [], [], 0.02)
        assert relay.stats()["tcp_connections"] == 0
    finally:
        for stranger in strangers:
            stranger.close()


FLOOD_S = 1.5
"""Of connections or bytes: what they harm shows within milliseconds."""
PACE_S = 0.004
"""Of sound: well within what one may publish."""
STRANGERS = 256
"""That the relay keeps at a time, from everywhere."""


def connect_and_stay(address: tuple[str, int], until: float) -> None:
    """From another address each time; some say nothing, some half a frame, some garbage."""
    kept: collections.deque[socket.socket] = collections.deque(maxlen=600)
    for count in itertools.count():
        if time.monotonic() > until:
            return
        with contextlib.suppress(OSError):
            stranger = socket.socket()
            stranger.bind((f"127.1.{count >> 8 & 255}.{count & 255}", 0))
            stranger.settimeout(0.2)
            stranger.connect(address)
            stranger.sendall((b"\x00\x64half", b"", os.urandom(90), b"\x00\x01z" * 400)[count % 4])
            kept.append(stranger)


def send_tiny_frames(address: tuple[str, int], until: float) -> None:
    """As many and as fast as they are taken; who is closed comes again."""
    tiny = b"\x00\x01z" * 20_000
    strangers: dict[int, socket.socket] = {}
    while time.monotonic() < until:
        for place in range(24):
            with contextlib.suppress(BlockingIOError):
                try:
                    if place not in strangers:
                        strangers[place] = socket.create_connection(address, 0.2, (f"127.2.0.{place + 1}", 0))
                        strangers[place].setblocking(False)
                    strangers[place].send(tiny)
                except BlockingIOError:
                    raise
                except OSError:
                    strangers.pop(place, None)


@pytest.mark.parametrize("flood", [connect_and_stay, send_tiny_frames])
def test_flood_of_strangers_costs_the_others_no_packet_and_who_checks_gets_through(
    relay: RelayUnderTest, flood: Callable[[tuple[str, int], float], None]
) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        flooding = multiprocessing.get_context("spawn").Process(
            target=flood, args=(relay.address, time.monotonic() + FLOOD_S + DEADLINE_S)
        )
        flooding.start()
        try:
            relay.wait_until(lambda stats: stats["tcp_accepted"] >= 2 * STRANGERS or stats["tcp_malformed"] > 0)
            began, before_ns, most = time.monotonic(), relay.relay.worker_stats()[0][0], 0
            for sequence in itertools.count(1):
                if time.monotonic() > began + FLOOD_S:
                    break
                alice.send_rtp(audio(sequence))
                assert bob.receive_rtp().payload == b"opus %d" % sequence
                most = max(most, relay.stats()["tcp_connections"])
                select.select([], [], [], PACE_S)
            spent_ns, took_s = relay.relay.worker_stats()[0][0] - before_ns, time.monotonic() - began
            # Bob moves to TCP in the middle of it.
            by_tcp(bob)
            bob.check()
            bob.stun_answer()
            alice.send_rtp(audio(sequence))
            assert bob.receive_rtp().payload == b"opus %d" % sequence
            assert most <= STRANGERS
            assert spent_ns < took_s * 1e9 / 2, "of the worker's thread, with all that it forwarded"
        finally:
            flooding.kill()
            flooding.join()


def test_subscriber_that_does_not_read_loses_pictures_first_and_gets_them_back_with_a_keyframe(
    relay: RelayUnderTest,
) -> None:
    with publisher(relay) as alice, by_tcp(subscriber(relay)) as bob:
        # Without feedback there is no estimate, which would leave pictures out before the connection does.
        bob.slots = [msgspec.structs.replace(slot, transport_cc=False) for slot in bob.slots]
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        body = bytes(1_100)
        sequence = 1
        alice.send_rtp(video(1, keyframe=True))
        bob.receive_rtp()
        while relay.stats()["tcp_held_back"] == 0:
            for _ in range(64):
                sequence += 1
                alice.send_rtp(
                    video(sequence, payload=vp8(sequence & 0x7FFF, sequence & 255, keyframe=False, body=body))
                )
            relay.expect_stat("video_packets_in", sequence - 64)
            assert sequence < 60_000, "it is bounded"
        clogged_at = sequence
        # Sound still has room.
        for number in range(1, 51):
            alice.send_rtp(audio(number))
        relay.expect_stat("audio_packets_out", 50)
        assert relay.stats()["dropped_send_full"] == 0

        pictures, sounds = [], []
        while len(sounds) < 50:
            packet = bob.receive_rtp()
            (sounds if packet.payload_type == 111 else pictures).append(packet)
        assert [packet.payload for packet in sounds] == [b"opus %d" % n for n in range(1, 51)]
        sequences = [packet.sequence for packet in pictures]
        assert [b - a & 0xFFFF for a, b in itertools.pairwise(sequences)] == [1] * (len(sequences) - 1)

        # It is relieved: a keyframe is asked for, and pictures that need the lost ones do not pass before it.
        alice.rtcp.clear()
        alice.receive_rtcp(206, 1)
        alice.send_rtp(video(clogged_at + 1))
        alice.send_rtp(video(clogged_at + 2, keyframe=True))
        alice.send_rtp(video(clogged_at + 3))
        after = [bob.receive_rtp() for _ in range(2)]
        assert [packet.payload[6:] for packet in after] == [
            vp8(0, 0, keyframe=is_keyframe)[6:] for is_keyframe in (True, False)
        ]
        assert after[0].sequence == (sequences[-1] + 1) & 0xFFFF, "what was held back left no gap"


def test_slow_reader_gets_a_frame_that_is_written_in_pieces(relay: RelayUnderTest) -> None:
    """The other direction of half frames: the client's bytes come one by one."""
    with by_tcp(publisher(relay)) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        sealed = alice._seal.protect(audio(1).build())
        assert isinstance(alice.socket, FramedSocket)
        for byte in struct.pack("!H", len(sealed)) + sealed:
            alice.socket.socket.sendall(bytes([byte]))
        assert bob.receive_rtp().payload == b"opus 1"
