"""Two workers of one relay, a room over both: everything crosses, and nothing that may not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_fields

from tests.contract.relay_client import DEADLINE_S, Client, RelayUnderTest, nack, pli, vp8
from tests.contract.test_relay_binding import (
    CAMERA,
    MICROPHONE,
    VIDEO_IN,
    VIDEO_OUT,
    VIDEO_RTX_OUT,
    audio,
    permit,
    publisher,
    subscriber,
    video,
)
from vdxmedia import _relay
from vdxmedia.sfu import relay_wire as wire

HANG_OVER_S = 0.4
"""Of one who falls silent (src/relay/src/speakers.rs)."""


@pytest.fixture
def relay() -> Iterator[RelayUnderTest]:
    with RelayUnderTest(workers=2) as under_test:
        yield under_test


@pytest.fixture
def apart(relay: RelayUnderTest) -> Iterator[tuple[Client, Client]]:
    """A publisher on the first worker, a subscriber on the second, permitted and bound."""
    with publisher(relay) as alice, subscriber(relay).on_worker(1) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        yield alice, bob


def begin_pictures(alice: Client, bob: Client) -> None:
    """The first packet is how the other worker learns of the layer; then it asks for a keyframe."""
    alice.send_rtp(video(10))
    alice.receive_rtcp(206, 1)
    alice.send_rtp(video(11, keyframe=True))
    assert bob.receive_rtp(lambda packet: packet.ssrc == VIDEO_OUT).payload[6:] == vp8(11, 11, keyframe=True)[6:]


def test_each_worker_has_ports_of_its_own() -> None:
    with RelayUnderTest(workers=3) as relay:
        numbers = [address for addresses in relay.relay.worker_addresses for address in addresses]
        assert len(set(numbers)) == 6
        assert relay.relay.addresses == relay.relay.worker_addresses[0]
        assert len(relay.relay.worker_stats()) == 3
    fixed = _relay.Relay(["127.0.0.1:45020"], workers=2)
    try:
        assert fixed.worker_addresses == [["127.0.0.1:45020"], ["127.0.0.1:45021"]]
    finally:
        fixed.close()
    for workers in (0, 33):
        with pytest.raises(OSError, match="workers"):
            _relay.Relay(["127.0.0.1:0"], workers=workers)
    with pytest.raises(OSError, match="65535"):
        _relay.Relay(["127.0.0.1:65535"], workers=2)


def test_peer_of_no_worker_is_refused(relay: RelayUnderTest) -> None:
    with subscriber(relay) as bob:
        bob.worker = 2
        with pytest.raises(ValueError, match="worker"):
            bob.add()


def test_sound_crosses_from_its_first_packet(relay: RelayUnderTest, apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    for sequence in range(1, 31):
        alice.send_rtp(audio(sequence, level=20 + sequence % 3))
    heard = [bob.receive_rtp() for _ in range(30)]
    assert [packet.payload for packet in heard] == [b"opus %d" % n for n in range(1, 31)]
    assert {tuple(packet.csrcs) for packet in heard} == {(MICROPHONE,)}
    relay.expect_stat("exchange_packets_out", 30)
    relay.expect_stat("exchange_packets_in", 30)


def test_speakers_are_told_once_for_a_room_over_both(relay: RelayUnderTest) -> None:
    second = [wire.Receive(mid="0", source=MICROPHONE + 1, kind="audio", ssrc=3001)]
    with (
        publisher(relay) as alice,
        Client(relay, 3, receives=second).on_worker(1) as clara,
        subscriber(relay).on_worker(1) as bob,
    ):
        for client in (alice, clara, bob):
            client.connect()
        permit(relay)
        relay.send(wire.SetSourceClasses(source=MICROPHONE + 1, classes=1))
        bob.fence()
        last, longest_gap_s = time.monotonic(), 0.0
        for sequence in range(1, 26):
            alice.send_rtp(audio(sequence, level=30 + sequence % 2))
            clara.send_rtp(audio(sequence, level=10 + sequence % 2, ssrc=3001))
            time.sleep(0.02)  # the pace of sound: levels are smoothed by time
            last, longest_gap_s = time.monotonic(), max(longest_gap_s, time.monotonic() - last)
        told = relay.expect(wire.Speakers, lambda event: len(event.speakers) == 2)
        assert [source for source, _ in told.speakers] == [MICROPHONE + 1, MICROPHONE]
        seen: set[int] = set()
        while len(seen) < 1:
            seen.update(bob.receive_rtp().csrcs)
        relay.expect(wire.Speakers, lambda event: event.speakers == [])
        again = [event for event in relay.events if isinstance(event, wire.Speakers) and not event.speakers]
        assert not again or longest_gap_s > HANG_OVER_S / 2, "on a machine that let them fall silent between"


def test_picture_crosses_with_keyframe_request_retransmission_and_pli(apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    begin_pictures(alice, bob)
    for sequence in (12, 13):
        alice.send_rtp(video(sequence))
    first, second = (bob.receive_rtp() for _ in range(2))
    assert (first.csrcs, second.sequence - first.sequence) == ([CAMERA], 1)
    bob.send_rtcp(nack(VIDEO_OUT, second.sequence))
    again = bob.receive_rtp(lambda packet: packet.ssrc == VIDEO_RTX_OUT)
    assert again.payload == second.sequence.to_bytes(2, "big") + second.payload
    time.sleep(0.6)  # requests are at least half a second apart
    alice.rtcp.clear()
    bob.send_rtcp(pli(VIDEO_OUT))
    assert alice.receive_rtcp(206, 1)[8:12] == VIDEO_IN.to_bytes(4, "big")


def test_gap_of_a_picture_only_seen_elsewhere_is_asked_for(apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    begin_pictures(alice, bob)
    alice.send_rtp(video(12))
    alice.send_rtp(video(14))
    request = alice.receive_rtcp(205, 1)
    assert int.from_bytes(request[12:14], "big") == 13
    lost = video(13)
    alice.send_rtp(replace(lost, ssrc=2002, payload_type=97, sequence=1, payload=b"\0\x0d" + lost.payload))
    sequences = [bob.receive_rtp().sequence for _ in range(3)]
    assert [s - sequences[0] for s in sequences] == [0, 2, 1]


def test_picture_that_nobody_elsewhere_shows_does_not_cross(
    relay: RelayUnderTest, apart: tuple[Client, Client]
) -> None:
    alice, bob = apart
    begin_pictures(alice, bob)
    relay.send(wire.BindSlot(peer=2, kind="video", index=0, source=0))
    bob.fence()
    # The interest travels behind the fence of the other worker.
    bob.fence()
    before = relay.stats()["exchange_packets_out"]
    for sequence in range(12, 40):
        alice.send_rtp(video(sequence, keyframe=True))
    relay.expect_stat("video_packets_in", 30)
    assert relay.stats()["exchange_packets_out"] - before <= 1
    relay.send(wire.BindSlot(peer=2, kind="video", index=0, source=CAMERA))
    bob.fence()
    begin_again = time.monotonic()
    sequence = 40
    while not (bob_has := relay.stats()["exchange_packets_out"] - before > 1):
        alice.send_rtp(video(sequence, keyframe=True))
        sequence += 1
        assert time.monotonic() - begin_again < DEADLINE_S
    assert bob_has
    assert bob.receive_rtp().csrcs == [CAMERA]


def test_closed_gate_stops_what_crosses_from_the_fence_on(relay: RelayUnderTest, apart: tuple[Client, Client]) -> None:
    """A client that goes on sending gains nothing: not at its own worker, not at another."""
    alice, bob = apart
    alice.send_rtp(audio(1))
    bob.receive_rtp()
    for round_ in range(5):
        base = 100 * (round_ + 1)
        for sequence in range(base, base + 20):
            alice.send_rtp(audio(sequence))
        relay.send(wire.SetGate(source=MICROPHONE, gate=1, open=False))
        bob.fence()
        while not bob.has_nothing():
            pass
        dropped = relay.stats()["dropped_gate"]
        for sequence in range(base + 20, base + 40):
            alice.send_rtp(audio(sequence))
        relay.expect_stat("dropped_gate", dropped + 20)
        bob.fence()
        assert bob.has_nothing()
        relay.send(wire.SetGate(source=MICROPHONE, gate=1, open=True))
        bob.fence()
        alice.send_rtp(audio(base + 40))
        assert bob.receive_rtp().payload == b"opus %d" % (base + 40)


def test_audience_is_checked_where_the_subscriber_lives(relay: RelayUnderTest, apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    alice.send_rtp(audio(1))
    bob.receive_rtp()
    relay.send(wire.SetHears(peer=2, classes=2))
    bob.fence()
    alice.send_rtp(audio(2))
    relay.expect_stat("audio_packets_in", 2)
    bob.fence()
    assert bob.has_nothing()


def test_publisher_that_reconnects_on_the_other_worker_is_heard_on(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        alice.send_rtp(audio(1))
        assert bob.receive_rtp().payload == b"opus 1"
        for peer, worker in ((11, 1), (12, 0), (13, 1)):
            with publisher(relay, peer).on_worker(worker) as again:
                again.connect(replaces=peer - 1 if peer > 11 else 1)
                again.send_rtp(audio(peer))
                assert bob.receive_rtp(lambda packet, n=peer: packet.payload == b"opus %d" % n).csrcs == [MICROPHONE]  # type: ignore[misc]
        assert relay.stats()["peers"] == 2
        assert relay.stats()["sources"] <= 2


def test_sources_of_those_who_left_are_gone_from_both_while_the_room_goes_on(relay: RelayUnderTest) -> None:
    with subscriber(relay, 1_000).on_worker(1) as bob:
        bob.connect()
        for peer in range(1, 41):
            with publisher(relay, peer).on_worker(peer % 2) as alice:
                alice.receives = [
                    replace_fields(receive, source=2 * peer + place) for place, receive in enumerate(alice.receives)
                ]
                alice.connect()
                relay.send(wire.SetSourceClasses(room=1, source=2 * peer, classes=1))
                relay.send(wire.SetSourceClasses(room=1, source=2 * peer + 1, classes=1))
                bob.fence()
                alice.send_rtp(audio(1))
                assert bob.receive_rtp().csrcs == [2 * peer]
                assert relay.stats()["sources"] <= 4
                relay.send(wire.RemovePeer(peer=peer))
                relay.send(*(wire.ForgetSource(room=1, source=2 * peer + place) for place in range(2)))
        relay.wait_for("sources", 0)
        assert (relay.stats()["peers"], relay.stats()["commands_ignored"]) == (1, 0)


def test_close_ends_peers_on_both_and_fences_go_on(relay: RelayUnderTest, apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    assert [peers for _, peers in relay.relay.worker_stats()] == [1, 1]
    alice.send_rtp(audio(1))
    bob.receive_rtp()
    relay.send(wire.CloseRoom(room=1))
    bob.fence()
    alice.send_rtp(audio(2))
    relay.expect_stat("dropped_unknown_address", 1)
    assert relay.stats()["peers"] == 0
    assert bob.has_nothing()
    relay.send(wire.RemovePeer(peer=2), wire.Fence(id=77))
    relay.expect(wire.FenceReached, lambda event: event.id == 77)


def test_sender_reports_of_a_mirrored_source_come_from_its_publisher(apart: tuple[Client, Client]) -> None:
    alice, bob = apart
    alice.send_rtp(audio(1))
    bob.receive_rtp()
    alice.send_rtp(audio(2))
    report = bob.receive_rtcp(200)
    assert len(report) >= 28


def test_publisher_is_told_what_subscribers_elsewhere_take(relay: RelayUnderTest) -> None:
    """Nobody looks: five seconds later the layer may stop. Somebody elsewhere looks: it is wanted."""
    with publisher(relay) as alice, subscriber(relay).on_worker(1) as bob:
        alice.connect()
        bob.connect()
        relay.send(wire.SetSourceClasses(source=CAMERA, classes=1))
        bob.fence()
        alice.send_rtp(video(1, keyframe=True))
        deadline = time.monotonic() + 5 + DEADLINE_S
        sequence = 1
        while not any(isinstance(event, wire.LayersWanted) for event in relay.events):
            sequence += 1
            alice.send_rtp(video(sequence))
            bob.fence()
            time.sleep(0.05)  # a camera's pace
            assert time.monotonic() < deadline
        told = relay.expect(wire.LayersWanted)
        assert (told.peer, told.source, told.layers) == (1, CAMERA, 0)
        relay.send(wire.BindSlot(peer=2, kind="video", index=0, source=CAMERA))
        assert relay.expect(wire.LayersWanted).layers == 1
