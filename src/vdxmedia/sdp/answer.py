"""Writes the answer to an offer: ICE-lite, one bundle, the m-lines and mids of the offer in their order.

Sources: RFC 8829 §5.3 (answers), RFC 8843 (BUNDLE), RFC 8839 (ice-lite, candidates), RFC 8853 (simulcast),
RFC 8842 (setup:passive). Deterministic: all ids, SSRCs and credentials come in `Local`; nothing of the client's text
is echoed but what the parser has checked (mids, rids, numbers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from vdxmedia.sdp.capabilities import (
    MICROPHONE_FMTP,
    PAIRED_SLOTS,
    START_BITRATE_KBPS,
    STEREO_FMTP,
    VIDEO_FMTP,
    extensions_for,
    feedback_for,
)
from vdxmedia.sdp.negotiation import AgreedLine, AgreedSlot, Agreement, Role
from vdxmedia.sdp.offer import Offer
from vdxmedia.sdp.section import Codec

_HOST_TYPE_PREFERENCE = 126
"""RFC 8445 §5.1.2.2."""
_TCP_TYPE_PREFERENCE = 90
"""Below every UDP candidate, also a client's reflexive one (RFC 6544 §4.2)."""
_PASSIVE_PREFERENCE = 4 << 13
"""RFC 6544 §4.2: the direction's part of the local preference."""


class SlotSsrcs(msgspec.Struct, frozen=True):
    ssrc: int
    rtx_ssrc: int
    """0: none."""


class Local(msgspec.Struct, frozen=True, kw_only=True):
    """The server's half of the description."""

    session_id: int
    """Constant for a connection."""
    version: int
    """Counts up by one with each answer on it."""
    ice_ufrag: str
    ice_pwd: str
    fingerprint: str
    """As in SDP: `sha-256 AB:CD:…`."""
    addresses: Sequence[tuple[str, int]]
    """What is announced, the preferred first: IPv4 or IPv6 address and UDP port. At least one."""
    tcp_addresses: Sequence[tuple[str, int]] = ()
    """Where TCP is taken too, likewise; none: no such candidates."""
    cname: str
    ssrcs: Mapping[str, SlotSsrcs]
    """By mid, for every slot."""


def write_answer(offer: Offer, agreement: Agreement, local: Local) -> str:
    """The answer, with CRLF line ends."""
    bundled = [line for line in agreement.lines if line.role is not Role.REJECTED]
    lines = [
        "v=0",
        f"o=- {local.session_id} {local.version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(line.section.mid for line in bundled),
        "a=ice-lite",
    ]
    if offer.allows_mixed_extensions:
        lines.append("a=extmap-allow-mixed")
    if options := [option for option in ("trickle", "ice2") if option in offer.ice_options]:
        lines.append("a=ice-options:" + " ".join(options))
    lines.append("a=msid-semantic:WMS *")
    reachable = [f"a={candidate}" for candidate in candidates(local.addresses, local.tcp_addresses)]
    media_of: dict[tuple[str, str], list[str]] = {}
    for line in agreement.lines:
        if line.role is Role.REJECTED:
            lines += _rejected(line)
            continue
        # Slots of one kind that are alike have the same extensions and codecs.
        known = (line.section.alike, line.slot.kind) if line.section.alike and line.slot is not None else None
        media = media_of.get(known) if known else None
        if media is None:
            media = _media(line, agreement)
            if known:
                media_of[known] = media
        lines += _accepted(line, local, reachable, media, is_tagged=line is bundled[0])
    return "\r\n".join(lines) + "\r\n"


def stream_of(slot: AgreedSlot) -> str:
    """The msid stream of a slot: speaker slot i and video slot i are one stream below 3, programme and video slot 3 are
    one, all others their own.

    Browsers synchronise the first audio and video of a stream. The same words on every connection: they name a place,
    never a person.
    """
    if slot.kind == "programme":
        return f"pair{PAIRED_SLOTS + slot.index}"
    is_paired = slot.index < PAIRED_SLOTS or (slot.kind == "video" and slot.index == PAIRED_SLOTS)
    return f"pair{slot.index}" if is_paired else f"{slot.kind}{slot.index}"


def candidates(addresses: Sequence[tuple[str, int]], tcp_addresses: Sequence[tuple[str, int]] = ()) -> list[str]:
    """One host candidate per address, component 1, the first preferred (RFC 8839 §5.1, RFC 8445 §5.1.2).

    TCP's come after all of UDP's, and the client connects (RFC 6544 §4.5: passive).
    """
    udp = [
        f"candidate:{foundation} 1 udp {(_HOST_TYPE_PREFERENCE << 24) | ((65_536 - foundation) << 8) | 255}"
        f" {address} {port} typ host"
        for foundation, (address, port) in enumerate(addresses, start=1)
    ]
    tcp = [
        f"candidate:{len(addresses) + place} 1 tcp"
        f" {(_TCP_TYPE_PREFERENCE << 24) | ((_PASSIVE_PREFERENCE + (8_192 - place)) << 8) | 255}"
        f" {address} {port} typ host tcptype passive"
        for place, (address, port) in enumerate(tcp_addresses, start=1)
    ]
    return udp + tcp


def _rejected(line: AgreedLine) -> list[str]:
    section = line.section
    formats = " ".join(map(str, section.formats))
    return [
        f"m={section.media} 0 {section.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _accepted(line: AgreedLine, local: Local, reachable: list[str], media: list[str], *, is_tagged: bool) -> list[str]:
    section = line.section
    address, port = local.addresses[0] if is_tagged else ("0.0.0.0", 9)
    lines = [
        f"m={section.media} {port} {section.protocol} " + " ".join(map(str, line.payload_types)),
        f"c=IN IP{6 if ':' in address else 4} {address}",
        f"a=rtcp:{port} IN IP{6 if ':' in address else 4} {address}",
        f"a=mid:{section.mid}",
        f"a={_DIRECTION_WORDS[line.role]}",
        f"a=ice-ufrag:{local.ice_ufrag}",
        f"a=ice-pwd:{local.ice_pwd}",
        f"a=fingerprint:{local.fingerprint}",
        "a=setup:passive",
        "a=rtcp-mux",
    ]
    if section.has_rtcp_rsize:
        lines.append("a=rtcp-rsize")
    # In every section, not in the tagged one alone: aiortc reads the last section of a bundle (seen in 1.16), browsers
    # read the first and take the same candidate twice for one.
    lines += reachable
    lines.append("a=end-of-candidates")
    lines += media
    if line.source is not None and line.source.rids:
        rids = [rid for rid in section.rids if rid in line.source.rids]
        lines += [f"a=rid:{rid} recv" for rid in rids]
        lines.append("a=simulcast:recv " + ";".join(rids))
    if line.slot is not None:
        lines += _slot(line.slot, local)
    return lines


def _media(line: AgreedLine, agreement: Agreement) -> list[str]:
    """Header extensions and codecs."""
    section = line.section
    lines = []
    if line.role is not Role.IDLE:
        lines += [
            f"a=extmap:{number}{direction} {uri}"
            for number, direction, uri in extensions_for(
                section, agreement.extension_ids, server_sends=line.role is Role.SENDS
            )
        ]
    by_number = {codec.payload_type: codec for codec in section.codecs}
    for payload_type in line.payload_types:
        lines += _codec(by_number[payload_type], line, agreement)
    return lines


_DIRECTION_WORDS = {Role.RECEIVES: "recvonly", Role.SENDS: "sendonly", Role.IDLE: "inactive"}


def _codec(codec: Codec, line: AgreedLine, agreement: Agreement) -> list[str]:
    number = codec.payload_type
    if codec.name == "rtx":
        return [f"a=rtpmap:{number} rtx/90000", f"a=fmtp:{number} apt={codec.apt}"]
    if codec.name == "red":
        opus = next(payload_type for payload_type in line.payload_types if payload_type != number)
        return [f"a=rtpmap:{number} red/48000/2", f"a=fmtp:{number} {opus}/{opus}"]
    if codec.name == "opus":
        is_stereo = (line.source is not None and line.source.kind == "screenAudio") or (
            line.slot is not None and line.slot.kind == "programme"
        )
        lines = [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} {STEREO_FMTP if is_stereo else MICROPHONE_FMTP}"]
    else:
        parameters = [VIDEO_FMTP[codec.name]] if codec.name in VIDEO_FMTP else []
        if line.role is Role.RECEIVES:
            parameters.append(f"x-google-start-bitrate={START_BITRATE_KBPS}")
        lines = [f"a=rtpmap:{number} {codec.name.upper()}/90000"]
        if parameters:
            lines.append(f"a=fmtp:{number} {';'.join(parameters)}")
    kinds = feedback_for(codec, line.section, agreement.extension_ids, server_sends=line.role is Role.SENDS)
    return lines + [f"a=rtcp-fb:{number} {kind}" for kind in kinds]


def _slot(slot: AgreedSlot, local: Local) -> list[str]:
    ssrcs = local.ssrcs[slot.mid]
    lines = [f"a=msid:{stream_of(slot)} {slot.kind}{slot.index}"]
    if ssrcs.rtx_ssrc:
        lines.append(f"a=ssrc-group:FID {ssrcs.ssrc} {ssrcs.rtx_ssrc}")
    lines.append(f"a=ssrc:{ssrcs.ssrc} cname:{local.cname}")
    if ssrcs.rtx_ssrc:
        lines.append(f"a=ssrc:{ssrcs.rtx_ssrc} cname:{local.cname}")
    return lines
