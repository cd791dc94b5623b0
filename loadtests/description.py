"""Writes an offer in the shape that Chromium's has, and reads the answer: what a participant without a browser needs.

Apart from `vdxmedia.sdp`, so that a fault there is seen here. Left out: everything but one bundle, VP8 and Opus towards
the server, and what this project's answers contain. Sources: RFC 8829, RFC 8839, RFC 8843, RFC 8853.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import msgspec

OPUS, VP8, VP8_RTX, H264, H264_RTX = 111, 96, 97, 108, 109
EXTENSIONS = {
    "audio_level": (1, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    "abs_send_time": (2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    "transport_cc": (3, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    "mid": (4, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    "rid": (10, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    "rrid": (11, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
}
"""Ids and URIs as Chromium numbers them."""
_SOUND, _PICTURE = ("audio_level", "abs_send_time", "transport_cc", "mid"), ("abs_send_time", "transport_cc", "mid")
_PICTURE_FEEDBACK = ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")


class Stream(msgspec.Struct, frozen=True):
    """One encoding of what is sent."""

    ssrc: int
    rtx_ssrc: int = 0
    rid: str = ""
    """Empty: the SSRC is declared instead."""


class Line(msgspec.Struct, frozen=True):
    """One m-line of the offer; its mid is its place."""

    is_audio: bool
    streams: Sequence[Stream] = ()
    """Empty: recvonly."""


class Transport(msgspec.Struct, frozen=True):
    """The client's half of ICE and DTLS."""

    ufrag: str
    pwd: str
    fingerprint: str


class AnswerLine(msgspec.Struct, frozen=True):
    mid: str
    direction: str
    """The server's: `sendonly` is one of our slots."""
    payload_types: tuple[int, ...]
    extension_ids: frozenset[int]
    rids: tuple[str, ...]
    ssrc: int
    rtx_ssrc: int


class Answer(msgspec.Struct, frozen=True):
    ufrag: str
    pwd: str
    fingerprint: str
    addresses: tuple[tuple[str, int], ...]
    """UDP candidates, in the answer's order."""
    lines: tuple[AnswerLine, ...]

    def address(self) -> str:
        """`ip:port` of the candidate to use: loopback if there is one, IPv4 rather than IPv6."""
        parsed = [(ipaddress.ip_address(host), port) for host, port in self.addresses]
        host, port = min(parsed, key=lambda one: (not one[0].is_loopback, one[0].version))
        return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"


def write_offer(lines: Sequence[Line], transport: Transport, cname: str, session_id: int) -> str:
    """The offer, with CRLF line ends."""
    text = [
        "v=0",
        f"o=- {session_id} 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(str(mid) for mid in range(len(lines))),
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS",
    ]
    for mid, line in enumerate(lines):
        text += _sound(line) if line.is_audio else _picture(line)
        text += [
            "c=IN IP4 0.0.0.0",
            "a=rtcp:9 IN IP4 0.0.0.0",
            f"a=ice-ufrag:{transport.ufrag}",
            f"a=ice-pwd:{transport.pwd}",
            "a=ice-options:trickle",
            f"a=fingerprint:{transport.fingerprint}",
            "a=setup:actpass",
            f"a=mid:{mid}",
        ]
        names = _SOUND if line.is_audio else (*_PICTURE, "rid", "rrid")
        text += [f"a=extmap:{number} {uri}" for number, uri in (EXTENSIONS[name] for name in names)]
        text += ["a=sendonly", f"a=msid:- track{mid}"] if line.streams else ["a=recvonly"]
        text += ["a=rtcp-mux", "a=rtcp-rsize"]
        text += _sound_codec() if line.is_audio else _picture_codecs(is_sending=bool(line.streams))
        text += _streams(line, cname)
    return "\r\n".join(text) + "\r\n"


def _sound(line: Line) -> list[str]:
    return [f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}"]


def _picture(line: Line) -> list[str]:
    types = (VP8, VP8_RTX) if line.streams else (VP8, VP8_RTX, H264, H264_RTX)
    return [f"m=video 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}"]


def _sound_codec() -> list[str]:
    return [
        f"a=rtpmap:{OPUS} opus/48000/2",
        f"a=rtcp-fb:{OPUS} transport-cc",
        f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
    ]


def _picture_codecs(*, is_sending: bool) -> list[str]:
    """A source is VP8; a slot takes H.264 too, as a browser's does."""
    text = []
    for primary, repair, name, parameters in (
        (VP8, VP8_RTX, "VP8", ""),
        (H264, H264_RTX, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
    ):
        if is_sending and name != "VP8":
            continue
        text += [f"a=rtpmap:{primary} {name}/90000"]
        text += [f"a=rtcp-fb:{primary} {kind}" for kind in _PICTURE_FEEDBACK]
        text += [f"a=fmtp:{primary} {parameters}"] if parameters else []
        text += [f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={primary}"]
    return text


def _streams(line: Line, cname: str) -> list[str]:
    rids = [stream.rid for stream in line.streams if stream.rid]
    if rids:
        return [*(f"a=rid:{rid} send" for rid in rids), "a=simulcast:send " + ";".join(rids)]
    text = []
    for stream in line.streams:
        text += [f"a=ssrc-group:FID {stream.ssrc} {stream.rtx_ssrc}"] if stream.rtx_ssrc else []
        text += [f"a=ssrc:{ssrc} cname:{cname}" for ssrc in (stream.ssrc, stream.rtx_ssrc) if ssrc]
    return text


def read_answer(text: str) -> Answer:
    """Raises: ValueError when the answer lacks what a client needs."""
    sections = [section.splitlines() for section in ("\n" + text.replace("\r\n", "\n")).split("\nm=")[1:]]
    live = [section for section in sections if section[0].split(" ")[1] != "0"]
    if not live:
        raise ValueError("the answer has no m-line that lives")
    tagged = _attributes(live[0])
    candidates = [value.split(" ") for name, value in tagged if name == "candidate"]
    return Answer(
        ufrag=_one(tagged, "ice-ufrag"),
        pwd=_one(tagged, "ice-pwd"),
        fingerprint=_one(tagged, "fingerprint"),
        addresses=tuple((words[4], int(words[5])) for words in candidates if words[2].lower() == "udp"),
        lines=tuple(_line(section) for section in live),
    )


def _line(section: list[str]) -> AnswerLine:
    attributes = _attributes(section)
    names = {name for name, _ in attributes}
    ssrcs = list(dict.fromkeys(int(value.split(" ")[0]) for name, value in attributes if name == "ssrc"))
    return AnswerLine(
        mid=_one(attributes, "mid"),
        direction=next((way for way in ("sendonly", "recvonly", "inactive") if way in names), "sendrecv"),
        payload_types=tuple(map(int, section[0].split(" ")[3:])),
        extension_ids=frozenset(
            int(value.split(" ")[0].split("/")[0]) for name, value in attributes if name == "extmap"
        ),
        rids=tuple(value.split(" ")[0] for name, value in attributes if name == "rid"),
        ssrc=ssrcs[0] if ssrcs else 0,
        rtx_ssrc=ssrcs[1] if len(ssrcs) > 1 else 0,
    )


def _attributes(section: list[str]) -> list[tuple[str, str]]:
    parts = (line[2:].partition(":") for line in section if line.startswith("a="))
    return [(name, value) for name, _, value in parts]


def _one(attributes: list[tuple[str, str]], wanted: str) -> str:
    for name, value in attributes:
        if name == wanted:
            return value
    raise ValueError(f"the answer has no {wanted}")
