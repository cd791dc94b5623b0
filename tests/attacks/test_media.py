"""A3, A4, A5, A10, A11, A18 and ASVS 17.2.3, 17.2.4, 17.2.5, 17.2.7: media that is changed, made up, or too much."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import socket
import struct
import time
from collections.abc import Iterator
from typing import get_args

from tests.attacks.patched import LEVEL, LOUD, MID, OPUS, VP8, Patched, loopback_socket, patched, waiting
from tests.attacks.process import Victim
from tests.attacks.scenes import PACKET_S, Call, call, rejected
from tests.contract.relay_client import Packet, nack, pli, vp8
from tests.machine import watched
from vdxmedia.signalling.messages import ClientMessage

STORM_PACKETS = 20_000
MOST_TIMES_A_STRANGERS = 4.0
"""What a forgery may cost the whole process, of what a datagram costs that is refused by its address alone, so that
mostly the kernel's receiving is paid: 1.0 to 1.4 times here."""
MOST_GAP_S = 0.2
"""In what others hear while somebody sends rubbish (the longest that goes unnoticed as a rule)."""
FLOOD_PACKETS, FLOOD_BYTES = 12_000, 1_100
"""As fast as they go: beyond 50 times a voice, and beyond the 3 MB at once and 6 MB/s that a publisher may send, also
where this takes more than a second."""


async def test_a03_media_from_another_address_is_neither_taken_nor_answered(victim: Victim) -> None:
    """The stranger has packets with the right keys, and tries to be where they are from."""
    async with call(victim) as talk:
        with loopback_socket("127.0.0.66") as stranger:
            before = await rejected(victim, "unknown_address")
            injected = [talk.anna.sealed(talk.anna.voice(b"injected")) for _ in range(20)]
            talk.anna.put(*injected, via=stranger)
            report = struct.pack("!BBHI", 0x80, 201, 1, 9)
            stolen = [talk.bent.sealed(talk.bent.voice()), talk.bent.sealed_rtcp(report)]
            talk.bent.put(*stolen * 10, via=stranger)
            await talk.goes_on()
            assert waiting(stranger) == [], "the call's media was sent to him"
            assert await rejected(victim, "unknown_address") >= before + 40
        talk.anna.put(*injected)  # they were right, and are so from where Anna is
        assert {packet.payload for packet in await talk.heard_of_anna()} == {b"injected"}


async def test_a04_storm_of_forged_srtp_costs_little_and_no_one_a_packet(victim: Victim) -> None:
    async with call(victim) as talk:
        packet = bytearray(talk.anna.sealed(talk.anna.voice()))
        sent: list[bytes] = []

        async def storm(reason: str, via: socket.socket | None) -> tuple[int, float, int]:
            """How many were refused, what each cost, in µs of processor time, and how much of Anna was heard."""
            before, cpu_s = await rejected(victim, reason), victim.cpu_s()
            for number in range(STORM_PACKETS):
                struct.pack_into("!H", packet, 2, 1_000 + number & 0xFFFF)
                packet[-1] = number & 0xFF
                talk.anna.put(bytes(packet), via=via)
                if number % 100 == 0:
                    sent.extend(await talk.anna.speak(1))
            heard = await talk.heard_of_anna()
            refused = await rejected(victim, reason) - before
            return int(refused), (victim.cpu_s() - cpu_s) / refused * 1e6, len(heard)

        with loopback_socket("127.0.0.66") as stranger:
            _, strangers_us, _ = await storm("unknown_address", stranger)
        drops, sent = victim.kernel_drops(), []
        refused, forgery_us, heard = await storm("auth", None)
        assert forgery_us < MOST_TIMES_A_STRANGERS * strangers_us
        unread = victim.kernel_drops() - drops
        assert refused >= STORM_PACKETS - unread
        assert heard >= len(sent) - unread
        await talk.goes_on()


def misshapen_rtp(client: Patched) -> Iterator[bytes]:
    """Right keys and wrong contents: what libsrtp seals without looking."""
    seeded = random.Random(5)

    def number(ssrc: int) -> int:
        client.sequences[ssrc] = client.sequences.get(ssrc, 100) + 1
        return client.sequences[ssrc]

    def packet(first: int, payload_type: int, ssrc: int, rest: bytes) -> bytes:
        at = number(ssrc)
        return struct.pack("!BBHII", first, payload_type, at & 0xFFFF, at * 960, ssrc) + rest

    sound, camera = client.published["microphone"], client.published["camera"]
    for length in (0, 1, 2, 13, 200, 255):  # padding that is longer than the packet, or nothing
        yield packet(0xA0, OPUS, sound, b"x" * 12 + bytes([length]))
        yield packet(0xA0, VP8, camera, vp8(1, 1, keyframe=True) + bytes([length]))
    yield packet(0xA0, OPUS, sound, b"\x01")
    yield packet(0x80, OPUS, sound, b"")
    for count in (1, 15):
        yield packet(0x80 | count, OPUS, sound, bytes(4 * count) + b"voice")
    for profile in (0xBEDE, 0x1000, 0x100F, 0xDEBE, 0):
        for content in (
            b"\x1f\x00\x00\x00",
            b"\x10\x0a\x4f1",
            b"\xff\xff\xff\xff",
            b"\x04\xff00",
            bytes(4),
            b"\xf0123",
        ):
            yield packet(0x90, OPUS, sound, struct.pack("!HH", profile, 1) + content + b"voice")
    for _ in range(300):  # descriptors, of a camera that others watch
        payload = seeded.randbytes(seeded.randrange(1, 40))
        yield packet(0x80, VP8 | seeded.choice((0, 128)), camera, payload)
    for payload_type in range(128):
        if not 64 <= payload_type < 96:  # which are RTCP's (RFC 5761 §4)
            yield packet(0x80, payload_type, camera, vp8(2, 2, keyframe=True))


def misshapen_rtcp(ssrc: int) -> Iterator[bytes]:
    seeded = random.Random(55)
    for kind in range(192, 224):
        for count in (0, 1, 15, 31):
            for words in (0, 1, 2, 5, 200, 65_535):
                body = struct.pack("!I", ssrc) + seeded.randbytes(20)
                yield struct.pack("!BBH", 0x80 | count, kind, words) + body
    for length in range(8, 80, 4):
        yield b"\x80\xc8" + seeded.randbytes(length - 2)


async def test_a05_misshapen_packets_of_a_participant_stop_nobody(victim: Victim) -> None:
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        await mallory.connect("microphone", "camera", pictures=1)
        faults = (await victim.metrics()).get("vdx_relay_panics_total", 0.0)
        for count, plain in enumerate(misshapen_rtp(mallory)):
            mallory.put(mallory.sealed(plain))
            if count % 50 == 0:
                await asyncio.sleep(0.001)
        for count, plain in enumerate(misshapen_rtcp(mallory.published["microphone"])):
            mallory.put(mallory.sealed_rtcp(plain))
            if count % 50 == 0:
                await asyncio.sleep(0.001)
        talk.bent.drained()
        await talk.goes_on()
        assert (await victim.metrics()).get("vdx_relay_panics_total", 0.0) == faults
        # Nor has it cost the sender her own connection: what she does right works.
        assert await talk.bent.hears(await mallory.speak(20, every_s=PACKET_S))


async def watched_camera(talk: Call, viewer: Patched) -> int:
    """Anna's picture in a slot of the viewer; its SSRC there."""
    await viewer.send({"type": "setTiles", "tiles": [{"slot": 0, "width": 640, "height": 360}]})
    source = talk.anna.source_id("camera")
    for picture in range(200):
        talk.anna.put(talk.anna.sealed(talk.anna.picture(vp8(picture, picture & 255, keyframe=True))))
        for packet in await viewer.heard(quiet_s=0.01):
            if packet.csrcs == [source]:
                return packet.ssrc
    raise AssertionError("no picture")


def requests(compounds: list[bytes]) -> int:
    """Keyframe requests (PLI, RFC 4585 §6.3.1) in RTCP datagrams."""
    found = 0
    for compound in compounds:
        at = 0
        while at + 4 <= len(compound):
            found += compound[at + 1] == 206 and compound[at] & 31 == 1
            at += 4 + 4 * int.from_bytes(compound[at + 2 : at + 4], "big")
    return found


async def test_a10_storm_of_feedback_is_not_passed_on(victim: Victim) -> None:
    room = await victim.create_room()
    async with (
        patched(victim, room["hostUrl"], "Anna") as anna,
        patched(victim, room["guestUrl"], "Mallory") as mallory,
    ):
        await anna.connect("microphone", "camera")
        await mallory.connect(pictures=1)
        talk = Call(victim, room, anna, mallory)
        slot = await watched_camera(talk, mallory)
        anna.drained()
        anna.rtcp.clear()
        began = time.monotonic()
        before = await victim.metrics()
        for number in range(1_000):
            mallory.put(mallory.sealed_rtcp(pli(slot)))
            mallory.put(mallory.sealed_rtcp(nack(slot, number)))
            if number % 20 == 0:
                anna.put(anna.sealed(anna.picture(vp8(300 + number, number & 255, keyframe=False))))
                await asyncio.sleep(0.005)
        bogus = [
            struct.pack("!BBHII4sI", 0x8F, 206, 5, 9, 0, b"REMB", 0x0100_0001) + struct.pack("!I", slot),
            struct.pack("!BBHII4sI", 0x8F, 206, 5, 9, 0, b"REMB", 0xFFFF_FFFF) + struct.pack("!I", slot),
            struct.pack("!BBHIIHHI", 0x8F, 205, 5, 9, slot, 0, 0xFFFF, 0xFFFF_FFFF) + bytes(4),
        ]
        for report in bogus * 50:
            mallory.put(mallory.sealed_rtcp(report))
        anna.drained()
        await anna.heard()
        took_s = time.monotonic() - began
        after = await victim.metrics()
        came = 'vdx_control_packets_total{direction="in",kind="rtcp"}'
        assert after[came] + after['vdx_rtp_rejected_total{reason="rtcp_budget"}'] >= before[came] + 1_500
        assert requests(anna.rtcp) <= 2 * took_s + 2
        assert (
            after['vdx_rtp_packets_total{direction="out",kind="rtx"}']
            - before['vdx_rtp_packets_total{direction="out",kind="rtx"}']
            <= 100
        ), "each of what was sent once"


async def test_a11_ssrc_mid_and_rid_of_others_move_no_packet_to_another_name(victim: Victim) -> None:
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        # She says that Anna's stream is hers, in SDP and in packets.
        await mallory.connect("microphone", ssrcs={"microphone": talk.anna.published["microphone"]})
        spoken = set(await mallory.speak(20, every_s=PACKET_S))
        named = set()
        for packet in await talk.bent.heard():
            if packet.payload in spoken:
                named.update(packet.csrcs)
        assert named == {mallory.source_id("microphone")}
        await talk.goes_on()
        # Streams that she has not offered, by SSRC, by MID, and with Anna's id as CSRC.
        before = await rejected(victim, "unknown_ssrc")
        stray = secrets_of(mallory)
        mallory.put(*(mallory.sealed(packet) for packet in stray))
        heard = await talk.bent.heard()
        assert [packet for packet in heard if packet.payload == b"stray"] == []
        assert await rejected(victim, "unknown_ssrc") >= before + 3
        claimed = Packet(OPUS, False, 900, 960, mallory.published["microphone"], [talk.anna.source_id("microphone")],
                         {LEVEL: LOUD, MID: b"0"}, b"claimed")  # fmt: skip
        mallory.put(mallory.sealed(claimed.build()))
        named = {tuple(packet.csrcs) for packet in await talk.bent.heard() if packet.payload == b"claimed"}
        assert named <= {(mallory.source_id("microphone"),)}
        await talk.goes_on()


def secrets_of(client: Patched) -> list[bytes]:
    """Packets of streams and m-lines that were never offered."""
    return [
        Packet(OPUS, False, 1, 960, 0xABCD, [], {LEVEL: LOUD}, b"stray").build(),
        Packet(OPUS, False, 1, 960, 0xABCE, [], {LEVEL: LOUD, MID: b"7"}, b"stray").build(),
        Packet(OPUS, False, 1, 960, 0xABCF, [], {LEVEL: LOUD, MID: b"x" * 16}, b"stray").build(),
        Packet(VP8, True, 1, 960, 0xABD0, [], {MID: b"0", 10: b"hi"}, b"stray").build(),
    ]


def with_tracks(sdp: str) -> str:
    """The offer with 400 m-lines more: as large as a message may be."""
    last = sdp[sdp.rindex("m=audio") :]
    mid = next(line for line in last.split("\r\n") if line.startswith("a=mid:"))
    short = "".join(f"{line}\r\n" for line in last.split("\r\n") if line and not line.startswith("a=extmap"))
    return sdp + "".join(short.replace(mid, f"a=mid:{number}") for number in range(100, 500))


async def test_a11_flood_of_tracks_is_cut(victim: Victim) -> None:
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        refused = await mallory.offer(change=with_tracks)
        assert refused["code"] == "sdp_invalid", refused
        await mallory.connect("microphone")
        before = await rejected(victim, "too_many_ssrcs")
        for ssrc in range(1, 1_001):
            mallory.put(mallory.sealed(Packet(OPUS, False, 1, 960, ssrc, [], {LEVEL: LOUD}, b"stray").build()))
        await talk.goes_on()
        assert await rejected(victim, "too_many_ssrcs") >= before + 900


def orders_of_a_host(anna: str, mallory: str, request: int) -> list[dict[str, object]]:
    """Right in form, and not hers to give. Anna's first word, had they worked, would tell."""
    return [
        {"type": "grantFloor", "request": request},
        {"type": "moveFloor", "request": request, "position": 1},
        {"type": "changeRoom", "floorPolicy": "free"},
        {"type": "setRole", "participantId": mallory, "role": "host"},
        {"type": "setRole", "participantId": anna, "role": "guest"},
        {"type": "closeSource", "participantId": anna, "source": "microphone"},
        {"type": "muteGuests"},
        {"type": "removePerson", "participantId": anna},
        {"type": "lockRoom", "locked": True},
        {"type": "admitAll"},
        {"type": "spotlight", "participantId": mallory},
        {"type": "startAside", "participantId": anna},
        {"type": "formGroups", "groups": [[mallory], [anna]]},
        {"type": "clearFloor"},
        {"type": "requestFloor", "priority": 4},
        {"type": "endForAll"},
    ]


async def test_a18_patched_guest_is_not_heard_without_the_floor(victim: Victim) -> None:
    room = await victim.create_room(floorPolicy="moderated")
    async with (
        patched(victim, room["hostUrl"], "Anna") as anna,
        patched(victim, room["guestUrl"], "Mallory") as mallory,
    ):
        await anna.connect("microphone")
        await mallory.connect("microphone")
        before = await rejected(victim, "gate")
        await mallory.speak(50)
        asked = await mallory.send({"type": "requestFloor"})
        assert asked["type"] == "done", asked
        floor = await anna.until("floor", lambda event: event["speech"]["queue"])
        request = floor["speech"]["queue"][0]["request"]
        for order in orders_of_a_host(anna.participant, mallory.participant, request):
            answer = await mallory.send(order)
            assert answer["type"] == "error", (order, answer)
            assert answer["code"] in {"not_permitted", "not_allowed", "hosts_only"}, (order, answer)
        await mallory.speak(50)
        assert await anna.heard() == []
        assert await rejected(victim, "gate") >= before + 100
        granted = await anna.send({"type": "grantFloor", "request": request})
        assert granted["type"] == "done", granted
        assert await anna.hears(await mallory.speak(20, every_s=PACKET_S)), "the host's own word works"


async def test_v17_2_3_what_is_not_authentic_is_neither_forwarded_nor_believed(victim: Victim) -> None:
    async with call(victim) as talk:
        anna, bent = talk.anna, talk.bent
        right = anna.sealed(anna.voice(b"once and no more"))
        forged = [
            anna.voice(b"in clear") + bytes(16),
            right[:-1] + bytes([right[-1] ^ 1]),
            right[:25] + bytes([right[25] ^ 1]) + right[26:],
            bent.sealed(anna.voice(b"another's key")),
            anna.sealed_rtcp(pli(1))[:-12] + os.urandom(8) + anna.sealed_rtcp(pli(1))[-4:],
        ]
        before = await rejected(victim, "auth")
        anna.put(*forged)
        assert await talk.heard_of_anna() == []
        assert await rejected(victim, "auth") == before + len(forged)
        anna.put(right)
        assert [packet.payload for packet in await talk.heard_of_anna()] == [b"once and no more"]
        before = await rejected(victim, "replay")
        anna.put(*[right] * 5)
        assert await talk.heard_of_anna() == []
        assert await rejected(victim, "replay") == before + 5
        with loopback_socket("127.0.0.66") as stranger:
            anna.put(*forged, right, via=stranger)
            await talk.goes_on()
            assert waiting(stranger) == []


async def test_v17_2_4_call_goes_on_while_somebody_sends_rubbish(victim: Victim) -> None:
    seeded = random.Random(24)
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        await mallory.connect("microphone")
        heard_at: list[float] = []
        sent = 0
        drops = talk.victim.kernel_drops()
        began = time.monotonic()
        async with watched() as machine:
            while time.monotonic() < began + 0.6:
                for _ in range(20):
                    right = mallory.sealed(mallory.voice())
                    cut = right[: seeded.randrange(len(right))]
                    flipped = bytearray(right)
                    flipped[seeded.randrange(len(flipped))] ^= 1 << seeded.randrange(8)
                    mallory.put(cut, bytes(flipped), right + seeded.randbytes(9), bytes([128]) + seeded.randbytes(80))
                    mallory.put(b"\x80\xc9" + seeded.randbytes(seeded.randrange(60)), bytes([seeded.randrange(256)]))
                sent += len(await talk.anna.speak(1, every_s=0.001))
                heard_at += [time.monotonic()] * sum(
                    packet.csrcs == [talk.anna.source_id("microphone")] for packet in talk.bent.drained()
                )
        late = len(await talk.heard_of_anna())
        assert len(heard_at) + late >= sent - 5 - (talk.victim.kernel_drops() - drops)
        longest_s = max(after - before for before, after in itertools.pairwise(heard_at))
        assert longest_s < machine.at_most(MOST_GAP_S), str(machine)
        await talk.goes_on()


async def flood(talk: Call, mallory: Patched) -> tuple[int, int]:
    """Anna's packets while Mallory sends all that she can; and how many of them were lost in the server."""
    packets = [mallory.sealed(mallory.voice(b"x" * FLOOD_BYTES)) for _ in range(FLOOD_PACKETS)]
    talk.bent.drained()
    sent: set[bytes] = set()
    heard: set[bytes] = set()
    source = talk.anna.source_id("microphone")
    drops = talk.victim.kernel_drops()
    for start in range(0, FLOOD_PACKETS, 200):
        mallory.put(*packets[start : start + 200])
        sent.update(await talk.anna.speak(1))
        heard.update(packet.payload for packet in talk.bent.drained(source))
    heard.update(packet.payload for packet in await talk.heard_of_anna())
    return len(sent), max(0, len(sent - heard) - (talk.victim.kernel_drops() - drops))


async def test_v17_2_5_flood_of_a_participant_costs_the_others_nothing(victim: Victim) -> None:
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        await mallory.connect("microphone")
        before = await rejected(victim, "media_budget")
        sent, lost = await flood(talk, mallory)
        assert lost <= 0.01 * sent
        assert await rejected(victim, "media_budget") > before, "nobody was held back"
        await talk.goes_on()


async def test_v17_2_7_there_is_no_recording_that_a_flood_could_stop(victim: Victim) -> None:
    """Not applicable: nothing that comes as media is ever kept. If recording is made, this is where its test begins."""
    async with victim.http() as http, http.get(f"{victim.base_url}/api/openapi.json") as answer:
        document = await answer.json()
    named = [*document["paths"], *(operation["operationId"] for path in document["paths"].values()
                                   for operation in path.values())]  # fmt: skip
    named += [str(member.__struct_config__.tag) for member in get_args(ClientMessage)]
    assert [name for name in named if "recording" in name.lower() or name.lower().startswith("record")] == []
    async with call(victim) as talk, patched(victim, talk.room["guestUrl"], "Mallory") as mallory:
        await mallory.connect("microphone")
        spoken = [*(await mallory.speak(200)), *(await talk.anna.speak(50))]
        await talk.goes_on()
        kept = [path for path in victim.directory.rglob("*") if path.is_file()]
        assert {path.name for path in kept if not path.name.startswith("vdxmedia.db")} == {"output"}
        contents = b"".join(path.read_bytes() for path in kept)
    assert [payload for payload in spoken if payload in contents] == []
