"""RTP and RTCP as the relay writes them, read by aiortc: the seeds of the wire tests, made by the relay's writers.

A Rust test holds the files to what the writers write (`made_seeds_are_the_files`); the values are those of
`src/relay/tests/wire_fuzz/seeds.rs`. The other direction, aiortc's captured packets in our parsers, is in the same
tests. aiortc does not reduce numbers behind a wrap to 16 bits, and cannot write them; here that is done for it.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from aiortc import rtp

WIRE = Path(__file__).parents[2] / "src" / "relay" / "tests" / "data" / "wire"
PAYLOAD = bytes([0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02])


def seed(target: str, name: str) -> bytes:
    return (WIRE / target / f"{name}.bin").read_bytes()


@pytest.mark.parametrize(
    ("name", "extensions"),
    [
        ("plain", []),
        ("one_byte_extensions", [(4, b"12"), (3, b"\x00\x01"), (1, b"\x9e")]),
        ("two_byte_extensions", [(16, b"h"), (2, b"")]),
    ],
)
def test_packet_of_our_writer_is_read_by_aiortc(name: str, extensions: list[tuple[int, bytes]]) -> None:
    data = seed("rtp", name)
    packet = rtp.RtpPacket.parse(data)
    assert (packet.version, packet.marker, packet.payload_type) == (2, 1, 96)
    assert (packet.sequence_number, packet.timestamp, packet.ssrc) == (0xFFFE, 0x12345678, 0xDEADBEEF)
    assert (packet.csrc, packet.payload, packet.padding_size) == ([7], PAYLOAD, 0)
    has_extension, [profile, words] = bool(data[0] & 0x10), struct.unpack("!HH", data[16:20])
    assert has_extension == bool(extensions)
    found = rtp.unpack_header_extensions(profile, data[20 : 20 + 4 * words]) if has_extension else []
    assert found == extensions


def test_padding_of_our_writer_is_taken_off_by_aiortc() -> None:
    packet = rtp.RtpPacket.parse(seed("rtp", "probe"))
    assert (packet.payload, packet.padding_size, packet.csrc) == (b"", 200, [])


def test_compound_of_our_writer_is_read_by_aiortc() -> None:
    report, names, nack, loss, request, goodbye = rtp.RtcpPacket.parse(seed("rtcp", "compound"))
    assert isinstance(report, rtp.RtcpSrPacket)
    assert (report.ssrc, report.sender_info.ntp_timestamp, report.sender_info.rtp_timestamp) == (1, 1 << 40, 90_000)
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (3, 3000)
    [block] = report.reports
    assert (block.ssrc, block.fraction_lost, block.packets_lost) == (2, 25, -1)
    assert (block.highest_sequence, block.jitter, block.lsr, block.dlsr) == (0x10005, 90, 0xB7052000, 0x54000)
    assert isinstance(names, rtp.RtcpSdesPacket)
    assert [(chunk.ssrc, chunk.items) for chunk in names.chunks] == [(1, [(1, b"someone")])]
    assert isinstance(nack, rtp.RtcpRtpfbPacket)
    assert (nack.fmt, nack.ssrc, nack.media_ssrc) == (rtp.RTCP_RTPFB_NACK, 1, 2)
    assert [number & 0xFFFF for number in nack.lost] == [0xFFFE, 1, 40]
    assert isinstance(loss, rtp.RtcpPsfbPacket)
    assert (loss.fmt, loss.ssrc, loss.media_ssrc, loss.fci) == (rtp.RTCP_PSFB_PLI, 1, 2, b"")
    assert isinstance(request, rtp.RtcpPsfbPacket)
    assert struct.unpack("!LB3x", request.fci) == (2, 3)
    assert isinstance(goodbye, rtp.RtcpByePacket)
    assert goodbye.sources == [1]


def test_requests_of_our_writer_are_read_by_aiortc_over_a_wrap() -> None:
    [nack] = rtp.RtcpPacket.parse(seed("rtcp", "nack"))
    assert isinstance(nack, rtp.RtcpRtpfbPacket)
    assert [number & 0xFFFF for number in nack.lost] == [0xFFF0, 0xFFFF, 0, 9, 100]
    [remb] = rtp.RtcpPacket.parse(seed("rtcp", "remb"))
    assert isinstance(remb, rtp.RtcpPsfbPacket)
    bitrate_bps, ssrcs = rtp.unpack_remb_fci(remb.fci)
    assert ssrcs == [2, 3]
    assert 1_490_000 < bitrate_bps <= 1_500_000
    [report] = rtp.RtcpPacket.parse(seed("rtcp", "receiver_report"))
    assert isinstance(report, rtp.RtcpRrPacket)
    assert len(report.reports) == 2


def test_aiortc_writes_the_same_bytes() -> None:
    for name in ("compound", "remb", "receiver_report"):
        data = seed("rtcp", name)
        packets = [packet for packet in rtp.RtcpPacket.parse(data) if not isinstance(packet, rtp.RtcpRtpfbPacket)]
        written = [bytes(packet) for packet in packets]
        assert written, name
        assert all(one in data for one in written), name
        assert data.startswith(written[0]), name
        assert data.endswith(written[-1]), name
