"""The native relay over real sockets, driven by an independent peer (aioice's STUN, libsrtp)."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from aioice import stun

from tests.contract.relay_client import CM, GCM, Client, Packet, RelayUnderTest, nack, pli, vp8
from tests.patience import PATIENCE_S
from vdxmedia import _relay
from vdxmedia.errors import Misconfigured
from vdxmedia.sfu import border
from vdxmedia.sfu import relay_wire as wire

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"
MICROPHONE, CAMERA = 0x0A0B0C0D, 0x11223344
SILENT_PACKETS = 3
"""That end a voice."""
AUDIO_IN, VIDEO_IN, VIDEO_RTX_IN = 1001, 2001, 2002
AUDIO_OUT, VIDEO_OUT, VIDEO_RTX_OUT = 7001, 8001, 8002


def test_binding_of_another_build_is_told_from_ours() -> None:
    border.check(_relay)
    assert _relay.built_beside() == border.CHECKSUM
    other = ModuleType("_relay")
    with pytest.raises(Misconfigured, match="make relay"):
        border.check(other)
    vars(other)["built_beside"] = lambda: border.CHECKSUM ^ 1
    with pytest.raises(Misconfigured, match="make relay"):
        border.check(other)
    vars(other)["built_beside"] = lambda: 0  # Built without the Python half: nothing can be told.
    border.check(other)


@pytest.fixture
def relay() -> Iterator[RelayUnderTest]:
    with RelayUnderTest() as under_test:
        yield under_test


def publisher(relay: RelayUnderTest, peer: int = 1, profile: int = GCM) -> Client:
    receives = [
        wire.Receive(mid="0", source=MICROPHONE, kind="audio", ssrc=AUDIO_IN),
        wire.Receive(mid="1", source=CAMERA, kind="video", ssrc=VIDEO_IN, rtx_ssrc=VIDEO_RTX_IN),
    ]
    return Client(relay, peer, profile=profile, receives=receives)


def subscriber(relay: RelayUnderTest, peer: int = 2, profile: int = GCM) -> Client:
    slots = [
        wire.Slot(kind="speaker", index=0, mid="a", ssrc=AUDIO_OUT, transport_cc=True),
        wire.Slot(kind="video", index=0, mid="v", ssrc=VIDEO_OUT, rtx_ssrc=VIDEO_RTX_OUT, nack=True, transport_cc=True),
    ]
    return Client(relay, peer, profile=profile, slots=slots)


def audio(sequence: int, level: int = 20, **changes: Any) -> Packet:
    extensions = {4: bytes([0x80 | level]), 5: (sequence & 0xFFFF).to_bytes(2, "big")}
    packet = Packet(111, False, sequence, 960 * sequence, AUDIO_IN, [], extensions, b"opus %d" % sequence)
    return replace(packet, **changes)


def video(sequence: int, *, keyframe: bool = False, **changes: Any) -> Packet:
    payload = vp8(sequence, sequence & 255, keyframe=keyframe)
    packet = Packet(96, True, sequence, 3000 * sequence, VIDEO_IN, [5, 6], {1: b"1"}, payload)
    return replace(packet, **changes)


def permit(relay: RelayUnderTest) -> None:
    relay.send(
        wire.SetSourceClasses(source=MICROPHONE, classes=1),
        wire.SetSourceClasses(source=CAMERA, classes=1),
        wire.BindSlot(peer=2, kind="video", index=0, source=CAMERA),
    )


def test_build_is_optimised() -> None:
    assert _relay.is_release_build()


def test_bind_that_does_not_parse_raises_value_error() -> None:
    with pytest.raises(ValueError, match="address"):
        _relay.Relay(["localhost"])
    with pytest.raises(OSError, match="address"):
        _relay.Relay(["192.0.2.200:1"])


def test_command_that_does_not_decode_raises_value_error(relay: RelayUnderTest) -> None:
    for message in (b"", b"\xc1", msgspec.msgpack.encode({"type": "bogus"}), msgspec.msgpack.encode({"peer": 1})):
        with pytest.raises(ValueError, match="command"):
            relay.relay.command(message)


def test_several_commands_are_applied_in_order_or_not_at_all(relay: RelayUnderTest) -> None:
    def encoded(*commands: wire.Command) -> list[bytes]:
        return [msgspec.msgpack.encode(command) for command in commands]

    with subscriber(relay) as client:
        client.add()
        flight = [b"\x16 %d" % number for number in range(20)]
        client.check()
        client.stun_answer()
        with pytest.raises(ValueError, match="command"):
            relay.relay.enqueue([*encoded(wire.SendDtls(peer=2, datagram=b"\x16 never")), b"\xc1"])
        relay.relay.enqueue([])
        relay.relay.enqueue(encoded(*(wire.SendDtls(peer=2, datagram=datagram) for datagram in flight)))
        assert [client.socket.recv(2048) for _ in flight] == flight


def test_check_then_dtls_reaches_python_and_goes_back(relay: RelayUnderTest) -> None:
    with subscriber(relay) as client:
        client.add()
        client.socket.sendto(b"\x16 too early", relay.address)
        client.check(password="q" * 24)
        client.check()
        answer = client.stun_answer()
        assert answer.message_class is stun.Class.RESPONSE
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == client.socket.getsockname()
        bound = relay.expect(wire.PeerBound)
        assert (bound.peer, bound.address, bound.is_tcp) == (2, client.socket.getsockname()[0], False)
        client.socket.sendto(b"\x16 hello", relay.address)
        assert relay.expect(wire.DtlsReceived).datagram == b"\x16 hello"
        relay.send(wire.SendDtls(peer=2, datagram=b"\x16 answer"))
        assert client.socket.recv(2048) == b"\x16 answer"
        client.check(role="ICE-CONTROLLED")
        conflict = client.stun_answer()
        assert conflict.message_class is stun.Class.ERROR
        assert conflict.attributes["ERROR-CODE"][0] == 487
        stats = relay.stats()
        assert stats["dropped_dtls_unvalidated"] == 1
        assert stats["dropped_stun_integrity"] == 1


@pytest.mark.parametrize("profile", [GCM, CM])
def test_sound_reaches_a_speaker_slot_under_its_csrc(relay: RelayUnderTest, profile: int) -> None:
    with publisher(relay, profile=profile) as alice, subscriber(relay, profile=profile) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        for sequence in range(65530, 65530 + 20):
            alice.send_rtp(audio(sequence, timestamp=960 * sequence))
        packets = [bob.receive_rtp() for _ in range(20)]
        assert [packet.payload for packet in packets] == [b"opus %d" % n for n in range(65530, 65550)]
        assert {packet.ssrc for packet in packets} == {AUDIO_OUT}
        assert all(packet.csrcs == [MICROPHONE] and packet.extensions[1] == b"a" for packet in packets)
        first = packets[0].sequence
        assert first < 2**15
        assert [packet.sequence for packet in packets] == list(range(first, first + 20))
        assert [(packet.timestamp - packets[0].timestamp) & 0xFFFFFFFF for packet in packets] == [
            960 * n for n in range(20)
        ]
        assert [int.from_bytes(packet.extensions[5], "big") for packet in packets] == list(range(20))
        assert relay.expect(wire.SourceStarted).source == MICROPHONE
        switched = relay.expect(wire.SlotSwitched)
        assert (switched.peer, switched.kind, switched.index, switched.source) == (2, "speaker", 0, MICROPHONE)
        assert relay.expect(wire.Speakers, lambda event: bool(event.speakers)).speakers[0][0] == MICROPHONE
        feedback = alice.receive_rtcp(205, 15)
        assert int.from_bytes(feedback[12:14], "big") == 65530
        assert int.from_bytes(feedback[14:16], "big") >= 1
        assert bob.receive_rtcp(200)[4:8] == AUDIO_OUT.to_bytes(4, "big")


def test_picture_begins_at_a_keyframe_and_is_resent_on_nack(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        alice.send_rtp(video(10))
        assert alice.receive_rtcp(206, 1)[8:12] == VIDEO_IN.to_bytes(4, "big")
        alice.send_rtp(video(11, keyframe=True))
        for sequence in (12, 13):
            alice.send_rtp(video(sequence))
        first, second, third = (bob.receive_rtp() for _ in range(3))
        assert first.payload[6:] == vp8(11, 11, keyframe=True)[6:]
        assert (first.csrcs, first.ssrc, first.payload_type, first.extensions[1]) == ([CAMERA], VIDEO_OUT, 96, b"v")
        assert [p.sequence - first.sequence for p in (second, third)] == [1, 2]
        assert [p.timestamp - first.timestamp for p in (second, third)] == [3000, 6000]
        pictures = [int.from_bytes(p.payload[2:4], "big") & 0x7FFF for p in (first, second, third)]
        assert pictures == [pictures[0], pictures[0] + 1, pictures[0] + 2]

        bob.send_rtcp(nack(VIDEO_OUT, second.sequence))
        again = bob.receive_rtp(lambda packet: packet.ssrc == VIDEO_RTX_OUT)
        assert again.payload_type == 97
        assert again.payload == second.sequence.to_bytes(2, "big") + second.payload
        assert (again.timestamp, again.csrcs) == (second.timestamp, [CAMERA])

        bob.send_rtcp(pli(VIDEO_OUT))
        assert alice.receive_rtcp(206, 1)[8:12] == VIDEO_IN.to_bytes(4, "big")


def test_gap_is_asked_for_and_its_retransmission_forwarded(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        alice.send_rtp(video(101, keyframe=True))
        alice.send_rtp(video(102))
        alice.send_rtp(video(104))
        request = alice.receive_rtcp(205, 1)
        assert request[8:12] == VIDEO_IN.to_bytes(4, "big")
        assert int.from_bytes(request[12:14], "big") == 103
        lost = video(103)
        repair = replace(lost, ssrc=VIDEO_RTX_IN, payload_type=97, sequence=1, payload=b"\0\x67" + lost.payload)
        alice.send_rtp(repair)
        sequences = [bob.receive_rtp().sequence for _ in range(4)]
        assert [s - sequences[0] for s in sequences] == [0, 1, 3, 2]


def test_closed_gate_stops_the_next_packet(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        alice.send_rtp(audio(1))
        bob.receive_rtp()
        relay.send(wire.SetGate(source=MICROPHONE, gate=1, open=False))
        bob.fence()
        alice.send_rtp(audio(2))
        relay.expect_stat("dropped_gate", 1)
        relay.expect_stat("audio_packets_out", 1 + SILENT_PACKETS)
        assert bob.has_nothing()
        assert bob.silences == SILENT_PACKETS
        relay.send(wire.SetGate(source=MICROPHONE, gate=1, open=True))
        bob.fence()
        alice.send_rtp(audio(3))
        assert bob.receive_rtp().payload == b"opus 3"


def test_garbage_is_counted_and_disturbs_no_one(relay: RelayUnderTest) -> None:
    with publisher(relay) as alice, subscriber(relay) as bob:
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        for first in (0, 1, 20, 22, 63, 64, 90, 128, 144, 191, 200, 255):
            for length in (1, 2, 12, 20, 60, 1400):
                alice.socket.sendto(bytes([first]) + os.urandom(length), relay.address)
        alice.send_rtp(audio(1))
        assert bob.receive_rtp().csrcs == [MICROPHONE]
        stats = relay.stats()
        assert stats["panics"] == 0
        assert stats["dropped_auth"] + stats["dropped_malformed"] > 0


def test_publisher_that_takes_remb_is_told_a_rate_and_no_transport_feedback(relay: RelayUnderTest) -> None:
    receives = [wire.Receive(mid="1", source=CAMERA, kind="video", ssrc=VIDEO_IN, remb=True)]
    with Client(relay, 1, receives=receives) as alice:
        alice.connect()
        deadline = time.monotonic() + PATIENCE_S
        for sequence in itertools.count(1):
            alice.send_rtp(video(sequence, keyframe=sequence == 1))
            time.sleep(0.01)
            stats = relay.stats()
            if stats["remb_out"]:
                break
            assert time.monotonic() < deadline, stats
        assert stats["twcc_out"] == 0


COMMANDS: list[wire.Command] = [
    wire.AddPeer(
        peer=2**53,
        room=7,
        cname="c",
        ice=wire.Ice(local_ufrag="abcd", local_pwd="p" * 22, remote_ufrag="e"),
        payloads=wire.Payloads(opus=111),
        extensions=wire.Extensions(mid=1),
        receives=[wire.Receive(mid="0", source=2**32 - 1, kind="video", rids=["q", "h", "f"], remb=True)],
        slots=[wire.Slot(kind="programme", index=0, mid="1", ssrc=2**32 - 1)],
    ),
    wire.UpdatePeer(
        peer=1,
        ice=wire.Ice(local_ufrag="abcd", local_pwd="p" * 22, remote_ufrag="e"),
        payloads=wire.Payloads(),
        extensions=wire.Extensions(),
        receives=[],
        slots=[],
    ),
    wire.SetKeys(peer=1, profile=7, receive=bytes(28), send=bytes(28)),
    wire.SetKeys(peer=1, profile=1, receive=bytes(30), send=bytes(30)),
    wire.SendDtls(peer=1, datagram=bytes(1200)),
    wire.RemovePeer(peer=1),
    wire.CloseRoom(room=1),
    wire.SetGate(source=1, gate=2, open=False),
    wire.SetSourceClasses(source=1, classes=2**64 - 1),
    wire.SetHears(peer=1, classes=2**63),
    wire.BindSlot(peer=1, kind="video", index=0, source=0),
    wire.SetShedding(source=1, first="size"),
    wire.ForgetSource(room=7, source=1),
    wire.TakeSnapshot(id=8, room=1),
    wire.Fence(id=9),
]


def with_vp8(vp8: int, vp8_rtx: int) -> wire.UpdatePeer:
    update = COMMANDS[1]
    assert isinstance(update, wire.UpdatePeer)
    return msgspec.structs.replace(update, payloads=wire.Payloads(vp8=vp8, vp8_rtx=vp8_rtx))


def test_every_command_of_the_contract_is_understood(relay: RelayUnderTest) -> None:
    assert {type(command) for command in COMMANDS} == set(wire.Command.__args__)
    relay.send(*COMMANDS)
    assert relay.expect(wire.FenceReached).id == 9
    assert relay.stats()["commands"] == len(COMMANDS)
    assert relay.stats()["peers"] == 1


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (wire.SetKeys(peer=1, profile=7, receive=bytes(27), send=bytes(28)), "keys"),
        (wire.SetKeys(peer=1, profile=8, receive=bytes(28), send=bytes(28)), "profile"),
        (wire.SendDtls(peer=1, datagram=bytes(1501)), "datagram"),
        (with_vp8(63, 64), "payloads"),
        (with_vp8(95, 96), "payloads"),
        (with_vp8(128, 96), "payloads"),
        (wire.SetGate(source=0, gate=1, open=True), "source"),
        (wire.SetGate(source=1, gate=4, open=True), "gate"),
        (wire.BindSlot(peer=1, kind="bogus", index=0, source=0), "bogus"),
    ],
)
def test_command_beyond_its_limits_raises_value_error(
    relay: RelayUnderTest, command: wire.Command, changes: str
) -> None:
    with pytest.raises(ValueError, match=changes):
        relay.send(command)


def test_every_counter_is_in_the_reference(relay: RelayUnderTest) -> None:
    text = REFERENCE.read_text(encoding="utf-8").split("## The relay's own names")[1]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(documented) == sorted(relay.stats())


def test_closed_relay_takes_commands_and_answers_nothing() -> None:
    with RelayUnderTest() as under_test:
        pass
    under_test.send(wire.Fence(id=1))
    assert under_test.relay.drain() == []
    assert under_test.stats() == {}


@pytest.mark.parametrize(("publishes_ipv6", "subscribes_ipv6"), [(True, False), (False, True), (True, True)])
def test_media_crosses_address_families(relay: RelayUnderTest, publishes_ipv6: bool, subscribes_ipv6: bool) -> None:
    with publisher(relay) as prototype, subscriber(relay) as other:
        receives, slots = prototype.receives, other.slots
    with (
        Client(relay, 1, receives=receives, is_ipv6=publishes_ipv6) as alice,
        Client(relay, 2, slots=slots, is_ipv6=subscribes_ipv6) as bob,
    ):
        alice.connect()
        bob.connect()
        permit(relay)
        bob.fence()
        for sequence in range(1, 11):
            alice.send_rtp(audio(sequence))
        assert [bob.receive_rtp().payload for _ in range(10)] == [b"opus %d" % n for n in range(1, 11)]
