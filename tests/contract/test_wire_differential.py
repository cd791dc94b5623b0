"""RTP and RTCP as the relay reads them, value by value beside what aiortc reads in the same bytes.

aiortc writes the packets, or, where it cannot, they are written here; then both read them, and once more with some
byte changed. Left out: SDES of several chunks and transport feedback, which aiortc cannot read; ours alone has tests.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aiortc import rtp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.relay_by_line import RelayByLine

EXAMPLES = 300
WORD = st.integers(0, 2**32 - 1)
ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000
CNAME = 1


@pytest.fixture(scope="module")
def relay() -> Iterator[RelayByLine]:
    with RelayByLine() as running:
        yield running


# ── RTP ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    csrcs = draw(st.lists(WORD, max_size=15))
    marker, payload_type = draw(st.integers(0, 1)), draw(st.integers(0, 127))
    head = struct.pack("!HII", draw(st.integers(0, 2**16 - 1)), draw(WORD), draw(WORD))
    head += b"".join(struct.pack("!I", csrc) for csrc in csrcs)
    first = 0x80 | len(csrcs)
    form = draw(st.sampled_from([None, ONE_BYTE, TWO_BYTE]))
    if form is not None:
        first |= 0x10
        head += extension_block(draw, form)
    payload = draw(st.binary(max_size=40))
    padding = draw(st.sampled_from([0, 0, 1, 4, 255]) | st.integers(0, 255))
    if padding:
        first |= 0x20
        payload += bytes(padding - 1) + bytes([padding])
    return bytes([first, marker << 7 | payload_type]) + head + payload


def extension_block(draw: st.DrawFn, form: int) -> bytes:
    """Elements with padding between them and behind."""
    one_byte = form == ONE_BYTE
    number = st.integers(1, 14 if one_byte else 255)
    value = st.binary(min_size=1, max_size=16) if one_byte else st.binary(max_size=30)
    block = b""
    for identity, data in draw(st.lists(st.tuples(number, value), max_size=6)):
        block += bytes([identity << 4 | (len(data) - 1)] if one_byte else [identity, len(data)]) + data
        block += bytes(draw(st.integers(0, 3)))
    block += bytes(-len(block) % 4)
    return struct.pack("!HH", form, len(block) // 4) + block


ENDS = (0, 15)
"""Elements of one byte's form with these numbers end the block (RFC 8285 §4.2; 0 alone is padding); aiortc reads on."""


def rtp_of_aiortc(data: bytes) -> list[Any] | None:
    """As `RelayByLine.rtp` tells it."""
    try:
        packet = rtp.RtpPacket.parse(data)
        extensions: list[Any] = []
        if data[0] & 0x10:
            at = 12 + 4 * (data[0] & 15)
            profile, words = struct.unpack_from("!HH", data, at)
            block = data[at + 4 : at + 4 + 4 * words]
            found = itertools.takewhile(
                lambda element: profile != ONE_BYTE or element[0] not in ENDS,
                rtp.unpack_header_extensions(profile, block),
            )
            extensions = [[identity, value.hex()] for identity, value in found]
    except (ValueError, struct.error):
        return None
    fields = [packet.marker, packet.payload_type, packet.sequence_number, packet.timestamp, packet.ssrc, packet.csrc]
    return [*fields, extensions, packet.payload.hex(), packet.padding_size]


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=packets())
def test_rtp_is_read_as_aiortc_reads_it(relay: RelayByLine, data: bytes) -> None:
    told = relay.rtp(data)
    assert told is not None
    assert told == rtp_of_aiortc(data)


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=packets(), at=st.integers(0, 2**16), byte=st.integers(0, 255), length=st.integers(0, 2**16))
def test_rtp_with_a_changed_byte_or_cut_is_read_as_aiortc_reads_it_or_refused_by_one(
    relay: RelayByLine, data: bytes, at: int, byte: int, length: int
) -> None:
    at = at % len(data)
    changed = (data[:at] + bytes([byte]) + data[at + 1 :])[: max(1, length % (2 * len(data)))]
    ours, theirs = relay.rtp(changed), rtp_of_aiortc(changed)
    if ours is not None and theirs is not None:
        assert ours == theirs


@pytest.mark.parametrize("number", ENDS)
def test_element_with_a_number_that_means_the_end_ends_the_extensions(relay: RelayByLine, number: int) -> None:
    block = bytes([0x10, 0xAA, number << 4 | 1, 0xBB, 0xCC, 0x20, 0xDD, 0x00])
    packet = bytes([0x90, 111]) + bytes(10) + struct.pack("!HH", ONE_BYTE, 2) + block + b"payload"
    told = relay.rtp(packet)
    assert told is not None
    assert told[6] == [[1, "aa"]]
    assert told == rtp_of_aiortc(packet)


# ── RTCP ──────────────────────────────────────────────────────────────────────────────────────────────────────────

BLOCK = st.builds(
    rtp.RtcpReceiverInfo,
    ssrc=WORD,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(-(2**23), 2**23 - 1),
    highest_sequence=WORD,
    jitter=WORD,
    lsr=WORD,
    dlsr=WORD,
)
BLOCKS = st.lists(BLOCK, max_size=31)
SENDER = st.builds(
    rtp.RtcpSenderInfo, ntp_timestamp=st.integers(0, 2**64 - 1), rtp_timestamp=WORD, packet_count=WORD, octet_count=WORD
)
LOST = st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=40, unique=True).map(sorted)
SDES = st.tuples(WORD, st.binary(min_size=1, max_size=60)).map(
    lambda it: rtp.RtcpSdesPacket([rtp.RtcpSourceInfo(it[0], [(CNAME, it[1])])])
)
FIR = st.lists(st.tuples(WORD, st.integers(0, 255)), min_size=1, max_size=4).map(
    lambda entries: b"".join(struct.pack("!LB3x", *entry) for entry in entries)
)
REMB = st.tuples(st.integers(0, 2**50), st.lists(WORD, max_size=4)).map(lambda it: rtp.pack_remb_fci(*it))
RTCP = st.one_of(
    st.builds(rtp.RtcpSrPacket, ssrc=WORD, sender_info=SENDER, reports=BLOCKS),
    st.builds(rtp.RtcpRrPacket, ssrc=WORD, reports=BLOCKS),
    SDES,
    st.builds(rtp.RtcpByePacket, sources=st.lists(WORD, max_size=31)),
    st.builds(rtp.RtcpRtpfbPacket, fmt=st.just(rtp.RTCP_RTPFB_NACK), ssrc=WORD, media_ssrc=WORD, lost=LOST),
    st.builds(rtp.RtcpPsfbPacket, fmt=st.just(rtp.RTCP_PSFB_PLI), ssrc=WORD, media_ssrc=WORD),
    st.builds(rtp.RtcpPsfbPacket, fmt=st.just(rtp.RTCP_PSFB_FIR), ssrc=WORD, media_ssrc=WORD, fci=FIR),
    st.builds(rtp.RtcpPsfbPacket, fmt=st.just(rtp.RTCP_PSFB_APP), ssrc=WORD, media_ssrc=st.just(0), fci=REMB),
)


def blocks(reports: Sequence[rtp.RtcpReceiverInfo]) -> list[list[int]]:
    return [
        [it.ssrc, it.fraction_lost, it.packets_lost, it.highest_sequence, it.jitter, it.lsr, it.dlsr] for it in reports
    ]


def told_of(packet: rtp.AnyRtcpPacket) -> list[Any]:
    """As `RelayByLine.rtcp` tells it."""
    match packet:
        case rtp.RtcpSrPacket():
            info = packet.sender_info
            fields = [info.ntp_timestamp, info.rtp_timestamp, info.packet_count, info.octet_count]
            return ["sr", packet.ssrc, *fields, blocks(packet.reports)]
        case rtp.RtcpRrPacket():
            return ["rr", packet.ssrc, blocks(packet.reports)]
        case rtp.RtcpSdesPacket():
            names = [(it.ssrc, value.hex()) for it in packet.chunks for kind, value in it.items if kind == CNAME]
            return ["sdes", [list(name) for name in names]]
        case rtp.RtcpByePacket():
            return ["bye", packet.sources]
        case rtp.RtcpRtpfbPacket():
            assert packet.fmt == rtp.RTCP_RTPFB_NACK
            return ["nack", packet.ssrc, packet.media_ssrc, [number & 0xFFFF for number in packet.lost]]
        case rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI):
            return ["pli", packet.ssrc, packet.media_ssrc]
        case rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_FIR):
            entries = [list(struct.unpack_from("!LB", packet.fci, at)) for at in range(0, len(packet.fci), 8)]
            return ["fir", packet.ssrc, entries]
        case _:
            bitrate_bps, ssrcs = rtp.unpack_remb_fci(packet.fci)
            # An exponent may lead beyond 64 bits, where the relay takes the largest number there is.
            return ["remb", packet.ssrc, min(bitrate_bps, 2**64 - 1), ssrcs]


@settings(max_examples=EXAMPLES, deadline=None)
@given(sent=st.lists(RTCP, min_size=1, max_size=6))
def test_rtcp_of_aiortc_is_read_as_it_was_meant_and_as_aiortc_reads_it(
    relay: RelayByLine, sent: list[rtp.AnyRtcpPacket]
) -> None:
    data = b"".join(map(bytes, sent))
    told = relay.rtcp(data)
    assert told == [told_of(packet) for packet in rtp.RtcpPacket.parse(data)]
    # REMB has 18 bits of mantissa, and its exponent rounds down.
    meant = [told_of(packet) for packet in sent]
    assert told is not None
    assert [one for one in told if one[0] != "remb"] == [one for one in meant if one[0] != "remb"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(sent=RTCP, at=st.integers(4, 2**16), byte=st.integers(0, 255))
def test_rtcp_with_a_changed_byte_is_read_as_aiortc_reads_it_or_refused_by_one(
    relay: RelayByLine, sent: rtp.AnyRtcpPacket, at: int, byte: int
) -> None:
    data = bytes(sent)
    at = 4 + (at - 4) % max(1, len(data) - 4)
    changed = data[:at] + bytes([byte]) + data[at + 1 :]
    if isinstance(sent, rtp.RtcpSdesPacket) and at >= 8:
        return  # What is an item and what is padding aiortc tells otherwise.
    ours = relay.rtcp(changed)
    try:
        theirs = [told_of(packet) for packet in rtp.RtcpPacket.parse(changed)]
    except (ValueError, struct.error):
        return
    if ours is not None and ours[0][0] != "unknown":
        assert ours == theirs
