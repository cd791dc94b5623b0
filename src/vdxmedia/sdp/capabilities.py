"""What this server can send and receive, as tables: codecs, feedback, header extensions, sources and slots.

The relay needs one payload type per codec and one id per extension for the whole connection; `choose_*` picks them
from what the client offered. Preferences that differ per m-line (stereo, start bitrate) are here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from vdxmedia.sdp.section import Codec, Direction, Media, Section

MID_URI: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID_URI: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
RRID_URI: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL_URI: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_CC_URI: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
ORIENTATION_URI: Final = "urn:3gpp:video-orientation"
PLAYOUT_DELAY_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
DEPENDENCY_DESCRIPTOR_URI: Final = (
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)

EXTENSION_NAMES: Final[Mapping[str, str]] = {
    MID_URI: "mid",
    RID_URI: "rid",
    RRID_URI: "rrid",
    AUDIO_LEVEL_URI: "audio_level",
    TRANSPORT_CC_URI: "transport_cc",
    ABS_SEND_TIME_URI: "abs_send_time",
    ORIENTATION_URI: "orientation",
    PLAYOUT_DELAY_URI: "playout_delay",
    DEPENDENCY_DESCRIPTOR_URI: "dependency_descriptor",
}
"""URI to the field of `ExtensionIds`."""

_COMMON: Final = frozenset({MID_URI, TRANSPORT_CC_URI, ABS_SEND_TIME_URI})
_OF_PICTURES: Final = frozenset({ORIENTATION_URI, PLAYOUT_DELAY_URI, DEPENDENCY_DESCRIPTOR_URI})
_BY_USE: Final[Mapping[tuple[Media, bool], frozenset[str]]] = {
    (Media.AUDIO, False): _COMMON | {AUDIO_LEVEL_URI},
    (Media.AUDIO, True): _COMMON | {AUDIO_LEVEL_URI},
    (Media.VIDEO, False): _COMMON | _OF_PICTURES | {RID_URI, RRID_URI},
    (Media.VIDEO, True): _COMMON | _OF_PICTURES,
}
"""What an m-line of this medium may carry; True where the server sends."""

AUDIO_FEEDBACK: Final = ("transport-cc",)
"""No NACK: a late voice packet is worth less than in-band FEC, and RTX is video's only."""
VIDEO_FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "transport-cc")
REMB: Final = "goog-remb"
"""Of pictures, where transport-wide feedback cannot be (draft-alvestrand-rmcat-remb-03)."""

SOURCE_MEDIA: Final[Mapping[str, Media]] = {
    "microphone": Media.AUDIO,
    "camera": Media.VIDEO,
    "screen": Media.VIDEO,
    "screenAudio": Media.AUDIO,
}
"""The kinds of source a client may name, and their medium."""

SPEAKER_SLOTS: Final = 3
PROGRAMME_SLOTS: Final = 1
PAIRED_SLOTS: Final = SPEAKER_SLOTS
"""Audio slot i and video slot i below this share a stream, so that the browser synchronises them."""

START_BITRATE_KBPS: Final = 2_500
"""`x-google-start-bitrate`: all three layers up 57-77 ms after DTLS instead of 92-172 ms (measured, Chromium 156)."""

MICROPHONE_FMTP: Final = "minptime=10;useinbandfec=1;usedtx=1"
STEREO_FMTP: Final = "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1"
H264_FMTP: Final = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


DESCRIBED_CODECS: Final = ("VP9", "AV1")
"""Rooms of these negotiate the codec beside VP8 and H.264, and the dependency descriptor; others need neither."""
VIDEO_FMTP: Final[Mapping[str, str]] = {"h264": H264_FMTP, "vp9": "profile-id=0", "av1": "level-idx=5;profile=0;tier=0"}
"""Ours, by codec; VP8 has none."""


class PayloadTypes(msgspec.Struct, frozen=True):
    """The client's payload types, one per codec for the whole connection; 0: not offered."""

    opus: int = 0
    red: int = 0
    """Opus with redundancy (RFC 2198)."""
    vp8: int = 0
    vp8_rtx: int = 0
    h264: int = 0
    h264_rtx: int = 0
    vp9: int = 0
    vp9_rtx: int = 0
    av1: int = 0
    av1_rtx: int = 0

    def primary(self, codec: str) -> int:
        """Of a room's codec: `VP8`, `H264`, `VP9` or `AV1`."""
        number: int = getattr(self, codec.lower())
        return number

    def repair(self, codec: str) -> int:
        number: int = getattr(self, f"{codec.lower()}_rtx")
        return number


class ExtensionIds(msgspec.Struct, frozen=True):
    """The client's header extension ids, one per extension for the whole connection; 0: not offered."""

    mid: int = 0
    rid: int = 0
    rrid: int = 0
    audio_level: int = 0
    transport_cc: int = 0
    abs_send_time: int = 0
    orientation: int = 0
    playout_delay: int = 0
    dependency_descriptor: int = 0


def video_names(room_codec: str) -> tuple[str, ...]:
    """The fields of `PayloadTypes` that a room's connections may negotiate for pictures, the preferred first."""
    return (room_codec.lower(), "vp8", "h264") if room_codec in DESCRIBED_CODECS else ("vp8", "h264")


def choose_payload_types(sections: Iterable[Section], previous: PayloadTypes, room_codec: str = "VP8") -> PayloadTypes:
    """The first offered payload type of each codec, those already in use unchanged (RFC 8829: never remapped)."""
    names = video_names(room_codec)
    chosen: dict[str, int] = {}
    for section in sections:
        for codec in section.codecs:
            name = name_of(codec, section.media)
            if name and name not in chosen:
                chosen[name] = codec.payload_type
    kept = msgspec.structs.asdict(previous)
    merged = {name: number for name in ("opus", *names) if (number := kept[name] or chosen.get(name, 0))}
    for section in sections:
        for codec in section.codecs:
            for name in names:
                if codec.name == "rtx" and codec.clock_rate == 90_000 and codec.apt == merged.get(name, -1):
                    merged.setdefault(f"{name}_rtx", kept[f"{name}_rtx"] or codec.payload_type)
            if section.media is Media.AUDIO and is_redundant_opus(codec, merged.get("opus", -1)):
                merged.setdefault("red", kept["red"] or codec.payload_type)
    return PayloadTypes(**{**{name: number for name, number in kept.items() if number}, **merged})


def choose_extension_ids(
    sections: Iterable[Section], previous: ExtensionIds, *, allows_mixed: bool, room_codec: str = "VP8"
) -> ExtensionIds:
    """The offered id of each extension we use; two-byte ids only where both forms may be mixed, and never 15
    nor what is provisional, above 255 (RFC 8285 §4.1.2, §4.2, §5).

    The dependency descriptor is sometimes longer than the one-byte form carries, so it too needs both.
    """
    is_described = room_codec in DESCRIBED_CODECS and allows_mixed
    chosen = {name: number for name, number in msgspec.structs.asdict(previous).items() if number}
    for section in sections:
        for extension in section.extensions:
            name = EXTENSION_NAMES.get(extension.uri)
            is_usable = extension.id <= 14 or (allows_mixed and 15 < extension.id <= 255)
            if extension.uri == DEPENDENCY_DESCRIPTOR_URI and not is_described:
                continue
            if name and is_usable and extension.direction is not Direction.INACTIVE:
                chosen.setdefault(name, extension.id)
    return ExtensionIds(**chosen)


def extensions_for(section: Section, ids: ExtensionIds, *, server_sends: bool) -> tuple[tuple[int, str, str], ...]:
    """What the answer's m-line carries, as (id, `/direction` or empty, URI), in the offer's order."""
    wanted = _BY_USE[section.media, server_sends]
    client_side = Direction.RECVONLY if server_sends else Direction.SENDONLY
    chosen = []
    for extension in section.extensions:
        if extension.uri not in wanted or getattr(ids, EXTENSION_NAMES[extension.uri]) != extension.id:
            continue
        if extension.direction in (None, Direction.SENDRECV):
            chosen.append((extension.id, "", extension.uri))
        elif extension.direction is client_side:
            chosen.append((extension.id, "/sendonly" if server_sends else "/recvonly", extension.uri))
    return tuple(chosen)


def feedback_for(codec: Codec, section: Section, ids: ExtensionIds, *, server_sends: bool) -> tuple[str, ...]:
    """Of the feedback we can give or use, what the client offered; REMB only where it has no transport-wide feedback,
    or not the sequence numbers that this needs."""
    known = AUDIO_FEEDBACK if section.media is Media.AUDIO else VIDEO_FEEDBACK
    has_numbers = any(uri == TRANSPORT_CC_URI for *_, uri in extensions_for(section, ids, server_sends=server_sends))
    found = tuple(kind for kind in known if kind in codec.feedback and (kind != "transport-cc" or has_numbers))
    takes_remb = section.media is Media.VIDEO and REMB in codec.feedback and "transport-cc" not in found
    return (*found, REMB) if takes_remb else found


def name_of(codec: Codec, media: Media) -> str:
    """The field of `PayloadTypes` this codec is for; empty when it is none of ours (RTX is told by its apt)."""
    if media is Media.AUDIO:
        return "opus" if (codec.name, codec.clock_rate, codec.channels) == ("opus", 48_000, 2) else ""
    if codec.clock_rate != 90_000:
        return ""
    if codec.name == "vp8":
        return "vp8"
    if codec.name == "vp9":
        return "vp9" if codec.parameters.get("profile-id", "0") == "0" else ""
    if codec.name == "av1":
        return "av1" if codec.parameters.get("profile", "0") == "0" else ""
    return "h264" if codec.name == "h264" and is_constrained_baseline(codec.parameters) else ""


def is_redundant_opus(codec: Codec, opus: int) -> bool:
    """RED of this Opus and of nothing else, as Chromium offers it: `red/48000/2`, fmtp `111/111` (RFC 2198 §5)."""
    if (codec.name, codec.clock_rate, codec.channels) != ("red", 48_000, 2):
        return False
    blocks = {block for value in codec.parameters for block in value.split("/")}
    return blocks == {str(opus)}


def is_constrained_baseline(parameters: Mapping[str, str]) -> bool:
    """H.264 constrained baseline in packetization mode 1: what every browser with H.264 encodes and decodes.

    profile-level-id is profile_idc, profile-iop, level_idc (RFC 6184 §8.1); 42 with iop x1xx0000 is constrained
    baseline, as libwebrtc reads it. The level may differ per direction (level-asymmetry-allowed).
    """
    profile = parameters.get("profile-level-id", "")
    if parameters.get("packetization-mode") != "1" or len(profile) != 6:
        return False
    try:
        idc, iop = int(profile[:2], 16), int(profile[2:4], 16)
    except ValueError:
        return False
    return idc == 0x42 and iop & 0x4F == 0x40
