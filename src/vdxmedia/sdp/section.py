"""One m-section of an offer: as a frozen value, and the reader that makes it of its lines.

The reader also serves the session part, whose attributes are defaults for the sections. What this server has no use
for (candidates, msid-semantic, rtcp-xr, …) is skipped unread. Sources: RFC 8866 (SDP), RFC 8285 (extmap), RFC 8851 and
8853 (rid, simulcast), RFC 8839 (ICE), RFC 8122 (fingerprint), RFC 5576 (ssrc), RFC 5761 (RTP and RTCP on one port).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from vdxmedia.sdp.grammar import (
    ice_text,
    invalid,
    is_digest,
    is_rid,
    is_token,
    number_or_none,
    parse_number,
    unsupported,
)

MAX_LINES_PER_SECTION: Final = 600
"""Chromium without codec preferences writes 150."""
MAX_FORMATS: Final = 64
MAX_PARAMETERS: Final = 64
"""Of one format; browsers write at most eight."""
MAX_RIDS: Final = 8
MAX_SSRCS: Final = 32
MAX_MID_CHARS: Final = 16
RTCP_PAYLOAD_TYPES: Final = range(64, 96)
"""With the marker bit they read as the RTCP types 192 to 223 on the one port: "MUST NOT be used" (RFC 5761 §4)."""

_DIGEST_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_KNOWN_WEAK_DIGESTS: Final = frozenset({"sha-1", "sha-224", "md5", "md2"})


class Direction(StrEnum):
    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class Media(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


class Codec(msgspec.Struct, frozen=True):
    payload_type: int
    name: str
    """Lower case: `vp8`, `rtx`, `opus`."""
    clock_rate: int
    channels: int
    parameters: Mapping[str, str]
    """fmtp, names in lower case; a value without `=` is a name with an empty value."""
    feedback: tuple[str, ...]
    """rtcp-fb as written: `nack`, `nack pli`, `transport-cc`; those of `*` included."""

    @property
    def apt(self) -> int | None:
        """The payload type an RTX format repairs (RFC 4588); None when it names none."""
        return number_or_none(self.parameters.get("apt", ""), 127)


class Extension(msgspec.Struct, frozen=True):
    """One `a=extmap` (RFC 8285)."""

    id: int
    uri: str
    direction: Direction | None
    """As the client writes it, from its own side; None when it names none."""


class Fingerprint(msgspec.Struct, frozen=True):
    algorithm: str
    """`sha-256`, `sha-384` or `sha-512`."""
    value: str
    """Upper case hexadecimal pairs with colons."""


class Section(msgspec.Struct, frozen=True):
    """One m-section."""

    media: Media
    port: int
    protocol: str
    formats: tuple[int, ...]
    mid: str
    direction: Direction
    is_bundle_only: bool
    codecs: tuple[Codec, ...]
    """Those with an rtpmap, in the order of the m-line (the client's preference)."""
    extensions: tuple[Extension, ...]
    rids: tuple[str, ...]
    """What the client sends as simulcast, in its order, first alternatives only; empty without simulcast."""
    ssrcs: tuple[int, ...]
    rtx_of: Mapping[int, int]
    """From `ssrc-group:FID`: primary SSRC to its RTX SSRC."""
    msid: str
    has_rtcp_rsize: bool
    alike: str = ""
    """The mid of the first section of the offer from which this one differs in its mid only, perhaps its own: what is
    decided of one holds for all. Empty: not known."""

    @property
    def is_rejected(self) -> bool:
        """The client has stopped this m-line. Port 0 with bundle-only is no rejection (RFC 8843 §6)."""
        return self.port == 0 and not self.is_bundle_only


class SectionReader:
    """What the lines of the session or of one m-section have said so far."""

    def __init__(self, *, is_session: bool) -> None:
        self.is_session = is_session
        self.lines = 0
        self._shape: SectionReader | None = None
        """What this one was begun with."""
        self._first: SectionReader | None = None
        """The first of the offer with this shape; None: itself."""
        self._made: Section | None = None
        self._made_of: dict[Direction, Section] = {}
        """As a shape: what it says, with this direction as the default."""
        self.media = Media.AUDIO
        self.port = 0
        self.protocol = ""
        self.formats: tuple[int, ...] = ()
        self.mid = ""
        self.direction: Direction | None = None
        self.is_bundle_only = False
        self.rtpmaps: dict[int, tuple[str, int, int]] = {}
        self.parameters: dict[int, dict[str, str]] = {}
        self.feedback: dict[int, list[str]] = {}
        self.feedback_of_all: list[str] = []
        self.extensions: list[Extension] = []
        self.sending_rids: list[str] = []
        self.simulcast: tuple[str, ...] = ()
        self.ssrcs: dict[int, None] = {}
        self.rtx_of: dict[int, int] = {}
        self.msid = ""
        self.ice_ufrag = ""
        self.ice_pwd = ""
        self.ice_options: tuple[str, ...] = ()
        self.is_ice_lite = False
        self.fingerprints: list[Fingerprint] = []
        self.has_weak_fingerprint = False
        self.setup = ""
        self.has_rtcp_mux = False
        self.has_rtcp_rsize = False
        self.allows_mixed_extensions = False
        self.bundle: tuple[str, ...] | None = None

    def begun_with(self, first: SectionReader | None) -> SectionReader:
        """Another that has read what this one, a shape, has: of a section that differs in its mid and in its
        transport's own words, which it reads next. The shape reads no more. `first` of the offer, if this is not."""
        reader = SectionReader.__new__(SectionReader)
        reader.__dict__.update(self.__dict__)
        reader.fingerprints = list(self.fingerprints)
        reader._shape, reader._first, reader._made = self, first, None
        return reader

    def read_media_line(self, value: str) -> None:
        """`m=video 9 UDP/TLS/RTP/SAVPF 96 97`."""
        parts = value.split(" ")
        if len(parts) < 4:
            invalid("an m-line has fewer than four parts")
        media, port, self.protocol = parts[0], parts[1], parts[2]
        if media not in ("audio", "video"):
            what = "data channels (m=application)" if media == "application" else "an m-line other than audio and video"
            unsupported(f"{what} cannot be answered; messages travel over the signalling connection")
        self.media = Media(media)
        self.port = parse_number(port, 65_535, "the port of an m-line")
        if self.protocol not in ("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF"):
            unsupported("only UDP/TLS/RTP/SAVPF can be answered")
        if len(parts) - 3 > MAX_FORMATS:
            invalid(f"an m-line has more than {MAX_FORMATS} formats")
        self.formats = tuple(parse_number(part, 127, "a payload type") for part in parts[3:])
        if len(set(self.formats)) != len(self.formats):
            invalid("an m-line names a payload type twice")
        for payload_type in self.formats:
            if payload_type in RTCP_PAYLOAD_TYPES:
                invalid(f"payload type {payload_type} collides with RTCP: 64 to 95 may not be used (RFC 5761 §4)")

    def read_attribute(self, attribute: str) -> None:
        self.lines += 1
        if self.lines > MAX_LINES_PER_SECTION:
            invalid(f"a section has more than {MAX_LINES_PER_SECTION} attributes")
        name, _, value = attribute.partition(":")
        read = _READERS.get(name)
        if read is not None:
            read(self, value)
        elif name in _DIRECTIONS:
            self.direction = Direction(name)

    def _read_rtpmap(self, value: str) -> None:
        """`96 VP8/90000`, `111 opus/48000/2`."""
        number, _, encoding = value.partition(" ")
        payload_type = parse_number(number, 127, "a payload type")
        if payload_type in self.rtpmaps:
            invalid(f"payload type {payload_type} has two rtpmaps")
        name, _, rest = encoding.partition("/")
        rate, _, channels = rest.partition("/")
        if not name or not is_token(name):
            invalid("an rtpmap names no codec")
        self.rtpmaps[payload_type] = (
            name.lower(),
            parse_number(rate, 1_000_000, "a clock rate"),
            parse_number(channels, 255, "a channel count") if channels else 1,
        )
        if len(self.rtpmaps) > 128:
            invalid("more than 128 rtpmaps")

    def _read_fmtp(self, value: str) -> None:
        """`96 x-google-start-bitrate=800;max-fs=12288`."""
        number, _, rest = value.partition(" ")
        parameters = self.parameters.setdefault(parse_number(number, 127, "a payload type"), {})
        if rest.count(";") + len(parameters) >= MAX_PARAMETERS:
            invalid(f"a format has more than {MAX_PARAMETERS} parameters")
        for pair in rest.split(";"):
            key, _, parameter = pair.partition("=")
            if key := key.strip().lower():
                parameters[key] = parameter.strip()

    def _read_feedback(self, value: str) -> None:
        """`96 nack pli`, `* nack`."""
        number, _, feedback = value.partition(" ")
        if not feedback:
            invalid("an rtcp-fb without a type")
        if number == "*":
            self.feedback_of_all.append(feedback)
        else:
            self.feedback.setdefault(parse_number(number, 127, "a payload type"), []).append(feedback)

    def _read_extmap(self, value: str) -> None:
        """`3 urn:…`, `6/recvonly http://… attributes`; ids above 255 are offers to renumber and are not taken."""
        numbered, _, rest = value.partition(" ")
        number, slash, direction = numbered.partition("/")
        if slash and direction not in _DIRECTIONS:
            invalid("an extmap has an unknown direction")
        extension_id = parse_number(number, 4_351, "an extension id")
        uri = rest.partition(" ")[0]
        if extension_id == 0 or not uri:
            invalid("an extmap has id 0 or no URI")
        if extension_id <= 255 and extension_id != 15:
            self.extensions.append(Extension(extension_id, uri, Direction(direction) if slash else None))

    def _read_rid(self, value: str) -> None:
        """`q send`, `h send pt=96;max-width=640`."""
        rid, _, rest = value.partition(" ")
        direction = rest.partition(" ")[0]
        if not is_rid(rid) or direction not in ("send", "recv"):
            invalid("a rid is malformed")
        if direction == "send":
            if rid in self.sending_rids or len(self.sending_rids) == MAX_RIDS:
                invalid(f"a rid is named twice, or more than {MAX_RIDS} of them")
            self.sending_rids.append(rid)

    def _read_simulcast(self, value: str) -> None:
        """`send q;h;f`, `recv q send ~a,b;c`: of alternatives the first counts, `~` (paused) does not."""
        parts = value.split(" ")
        for name, streams in zip(parts[::2], parts[1::2], strict=False):
            if name == "send":
                self.simulcast = tuple(stream.partition(",")[0].removeprefix("~") for stream in streams.split(";"))
            elif name != "recv":
                invalid("simulcast is neither send nor recv")
        if len(parts) % 2 or len(parts) > 4:
            invalid("simulcast is malformed")

    def _read_ssrc(self, value: str) -> None:
        """`3426172887 cname:…`; an SSRC alone is fine."""
        self.ssrcs[parse_number(value.partition(" ")[0], 0xFFFFFFFF, "an SSRC")] = None
        if len(self.ssrcs) > MAX_SSRCS:
            invalid(f"more than {MAX_SSRCS} SSRCs in an m-section")

    def _read_ssrc_group(self, value: str) -> None:
        """`FID primary rtx`; other semantics are skipped."""
        parts = value.split(" ")
        if parts[0] == "FID":
            if len(parts) != 3:
                invalid("an FID group needs two SSRCs")
            primary, repair = (parse_number(part, 0xFFFFFFFF, "an SSRC") for part in parts[1:])
            self.rtx_of[primary] = repair
            if len(self.rtx_of) > MAX_SSRCS:
                invalid(f"more than {MAX_SSRCS} SSRC groups in an m-section")

    def _read_fingerprint(self, value: str) -> None:
        """`sha-256 4F:DB:…` (RFC 8122 §5)."""
        algorithm, _, digest = value.partition(" ")
        algorithm = algorithm.lower()
        if algorithm in _KNOWN_WEAK_DIGESTS:
            self.has_weak_fingerprint = True
            return
        size = _DIGEST_BYTES.get(algorithm)
        if size is None:
            return
        value = digest.strip().upper()
        if not is_digest(value, size):
            invalid("a fingerprint is malformed")
        fingerprint = Fingerprint(algorithm, value)
        if fingerprint not in self.fingerprints:
            self.fingerprints.append(fingerprint)
            if len(self.fingerprints) > 8:
                invalid("more than 8 fingerprints")

    def _read_group(self, value: str) -> None:
        parts = value.split(" ")
        if parts[0] == "BUNDLE" and self.bundle is None:
            self.bundle = tuple(part for part in parts[1:] if part)

    def _read_mid(self, value: str) -> None:
        if not is_token(value) or len(value) > MAX_MID_CHARS:
            invalid(f"a mid is not a token of at most {MAX_MID_CHARS} characters")
        self.mid = value

    def _read_ice_ufrag(self, value: str) -> None:
        self.ice_ufrag = ice_text(value, 4, "ice-ufrag")

    def _read_ice_pwd(self, value: str) -> None:
        self.ice_pwd = ice_text(value, 22, "ice-pwd")

    def _read_ice_options(self, value: str) -> None:
        self.ice_options = tuple(value.split(" ")[:8])

    def _read_setup(self, value: str) -> None:
        if value not in ("actpass", "active", "passive", "holdconn"):
            invalid("setup has an unknown value")
        self.setup = value

    def _read_msid(self, value: str) -> None:
        self.msid = value[:128]

    def _read_ice_lite(self, _value: str) -> None:
        self.is_ice_lite = True

    def _read_bundle_only(self, _value: str) -> None:
        self.is_bundle_only = True

    def _read_rtcp_mux(self, _value: str) -> None:
        self.has_rtcp_mux = True

    def _read_rtcp_rsize(self, _value: str) -> None:
        self.has_rtcp_rsize = True

    def _read_extmap_allow_mixed(self, _value: str) -> None:
        self.allows_mixed_extensions = True

    def section(self, default_direction: Direction) -> Section:
        """The same one each time: with one default for all of an offer."""
        if self._made is None:
            shape = self._shape
            if shape is None:
                self._made = self._make_section(default_direction)
            else:
                known = shape._made_of.get(default_direction)
                if known is None:
                    known = shape._made_of[default_direction] = shape._make_section(default_direction)
                alike = self._first or self
                self._made = msgspec.structs.replace(known, mid=self.mid, alike=alike.mid)
        return self._made

    def _make_section(self, default_direction: Direction) -> Section:
        codecs = tuple(
            Codec(
                payload_type,
                *self.rtpmaps[payload_type],
                self.parameters.get(payload_type, {}),
                tuple(self.feedback.get(payload_type, ()) or ()) + tuple(self.feedback_of_all),
            )
            for payload_type in self.formats
            if payload_type in self.rtpmaps
        )
        rids = tuple(rid for rid in self.simulcast if rid in self.sending_rids)
        if len(set(rids)) != len(rids) or len(rids) != len(self.simulcast):
            invalid("simulcast names a rid twice, or one without a=rid")
        return Section(
            media=self.media,
            port=self.port,
            protocol=self.protocol,
            formats=self.formats,
            mid=self.mid,
            direction=self.direction or default_direction,
            is_bundle_only=self.is_bundle_only,
            codecs=codecs,
            extensions=tuple(self.extensions),
            rids=rids,
            ssrcs=tuple(self.ssrcs),
            rtx_of=self.rtx_of,
            msid=self.msid,
            has_rtcp_rsize=self.has_rtcp_rsize,
            alike=self.mid,
        )


_DIRECTIONS: Final = frozenset(Direction)

_READERS: Final[Mapping[str, Callable[[SectionReader, str], None]]] = {
    "rtpmap": SectionReader._read_rtpmap,
    "fmtp": SectionReader._read_fmtp,
    "rtcp-fb": SectionReader._read_feedback,
    "extmap": SectionReader._read_extmap,
    "extmap-allow-mixed": SectionReader._read_extmap_allow_mixed,
    "rid": SectionReader._read_rid,
    "simulcast": SectionReader._read_simulcast,
    "ssrc": SectionReader._read_ssrc,
    "ssrc-group": SectionReader._read_ssrc_group,
    "msid": SectionReader._read_msid,
    "mid": SectionReader._read_mid,
    "group": SectionReader._read_group,
    "bundle-only": SectionReader._read_bundle_only,
    "ice-ufrag": SectionReader._read_ice_ufrag,
    "ice-pwd": SectionReader._read_ice_pwd,
    "ice-options": SectionReader._read_ice_options,
    "ice-lite": SectionReader._read_ice_lite,
    "fingerprint": SectionReader._read_fingerprint,
    "setup": SectionReader._read_setup,
    "rtcp-mux": SectionReader._read_rtcp_mux,
    "rtcp-rsize": SectionReader._read_rtcp_rsize,
}
