"""Parses a browser's offer into frozen values, and refuses what this server cannot answer.

A lean parser of our own, because the session's rids, simulcast, extension directions and bundle-only are what others
drop, and because garbage must end in one error type. What is not needed (candidates, msid-semantic, rtcp-xr, …) is
skipped unread. Sources: RFC 8866 (SDP), RFC 8829 (JSEP), RFC 8843 (BUNDLE), RFC 8285 (extmap), RFC 8851 and 8853
(rid, simulcast), RFC 8839 (ICE), RFC 8122 (fingerprint), RFC 5576 (ssrc).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NoReturn

import msgspec

from vdxmedia.errors import BadSdp

MAX_CHARS: Final = 200_000
"""The signalling schema's own limit; an offer with 50 video slots is 96 kB (measured in Chromium)."""
MAX_SECTIONS: Final = 96
"""4 sources, 4 audio slots and 25 video slots leave room for thrice as many m-lines."""
MAX_LINE_CHARS: Final = 4_096
MAX_LINES_PER_SECTION: Final = 600
"""Chromium without codec preferences writes 150."""
MAX_FORMATS: Final = 64
MAX_RIDS: Final = 8
MAX_SSRCS: Final = 32
MAX_MID_CHARS: Final = 16

_TOKEN_EXTRA: Final = frozenset("!#$%&'*+-.^_`{|}~")
_ICE_EXTRA: Final = frozenset("+/")
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
        return _small_number(self.parameters.get("apt", ""), 127)


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

    @property
    def is_rejected(self) -> bool:
        """The client has stopped this m-line. Port 0 with bundle-only is no rejection (RFC 8843 §6)."""
        return self.port == 0 and not self.is_bundle_only


class Offer(msgspec.Struct, frozen=True):
    session_id: str
    """Of the `o=` line: constant for the life of a browser's RTCPeerConnection."""
    sections: tuple[Section, ...]
    ice_ufrag: str
    ice_pwd: str
    ice_options: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...]
    """Of the bundle; at least one, none weaker than SHA-256."""
    allows_mixed_extensions: bool


def parse_offer(text: str) -> Offer:
    """Parses and checks an offer.

    Raises: BadSdp `sdp_invalid` when it is malformed or contradicts itself, `sdp_unsupported` when it asks for
    something this server does not do. Nothing else, whatever the text.
    """
    if len(text) > MAX_CHARS:
        _invalid(f"the description has more than {MAX_CHARS} characters")
    lines = text.replace("\r\n", "\n").split("\n")
    session = _SectionReader(is_session=True)
    sections: list[_SectionReader] = []
    reader = session
    origin = ""
    if lines[0] != "v=0":
        _invalid("the description does not begin with v=0")
    for line in lines:
        if not line:
            continue
        if len(line) > MAX_LINE_CHARS:
            _invalid(f"a line has more than {MAX_LINE_CHARS} characters")
        if len(line) < 2 or line[1] != "=" or not "a" <= line[0] <= "z":
            _invalid("a line is not of the form x=value")
        letter, value = line[0], line[2:]
        if letter == "a":
            reader.read_attribute(value)
        elif letter == "m":
            if len(sections) == MAX_SECTIONS:
                _invalid(f"more than {MAX_SECTIONS} m-lines")
            reader = _SectionReader(is_session=False)
            reader.read_media_line(value)
            sections.append(reader)
        elif letter == "o":
            origin = value
    return _assemble(origin, session, sections)


class _SectionReader:
    """What the lines of the session or of one m-section have said so far."""

    def __init__(self, *, is_session: bool) -> None:
        self.is_session = is_session
        self.lines = 0
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

    def read_media_line(self, value: str) -> None:
        """`m=video 9 UDP/TLS/RTP/SAVPF 96 97`."""
        parts = value.split(" ")
        if len(parts) < 4:
            _invalid("an m-line has fewer than four parts")
        media, port, self.protocol = parts[0], parts[1], parts[2]
        if media not in ("audio", "video"):
            what = "data channels (m=application)" if media == "application" else "an m-line other than audio and video"
            _unsupported(f"{what} cannot be answered; messages travel over the signalling connection")
        self.media = Media(media)
        self.port = _number(port, 65_535, "the port of an m-line")
        if self.protocol not in ("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF"):
            _unsupported("only UDP/TLS/RTP/SAVPF can be answered")
        if len(parts) - 3 > MAX_FORMATS:
            _invalid(f"an m-line has more than {MAX_FORMATS} formats")
        self.formats = tuple(_number(part, 127, "a payload type") for part in parts[3:])
        if len(set(self.formats)) != len(self.formats):
            _invalid("an m-line names a payload type twice")

    def read_attribute(self, attribute: str) -> None:
        self.lines += 1
        if self.lines > MAX_LINES_PER_SECTION:
            _invalid(f"a section has more than {MAX_LINES_PER_SECTION} attributes")
        name, _, value = attribute.partition(":")
        read = _READERS.get(name)
        if read is not None:
            read(self, value)
        elif name in _DIRECTIONS:
            self.direction = Direction(name)

    def _read_rtpmap(self, value: str) -> None:
        """`96 VP8/90000`, `111 opus/48000/2`."""
        number, _, encoding = value.partition(" ")
        payload_type = _number(number, 127, "a payload type")
        if payload_type in self.rtpmaps:
            _invalid(f"payload type {payload_type} has two rtpmaps")
        name, _, rest = encoding.partition("/")
        rate, _, channels = rest.partition("/")
        if not name or not _is_token(name):
            _invalid("an rtpmap names no codec")
        self.rtpmaps[payload_type] = (
            name.lower(),
            _number(rate, 1_000_000, "a clock rate"),
            _number(channels, 255, "a channel count") if channels else 1,
        )
        if len(self.rtpmaps) > 128:
            _invalid("more than 128 rtpmaps")

    def _read_fmtp(self, value: str) -> None:
        """`96 x-google-start-bitrate=800;max-fs=12288`."""
        number, _, rest = value.partition(" ")
        parameters = self.parameters.setdefault(_number(number, 127, "a payload type"), {})
        for pair in rest.split(";"):
            key, _, parameter = pair.partition("=")
            if key := key.strip().lower():
                parameters[key] = parameter.strip()

    def _read_feedback(self, value: str) -> None:
        """`96 nack pli`, `* nack`."""
        number, _, feedback = value.partition(" ")
        if not feedback:
            _invalid("an rtcp-fb without a type")
        if number == "*":
            self.feedback_of_all.append(feedback)
        else:
            self.feedback.setdefault(_number(number, 127, "a payload type"), []).append(feedback)

    def _read_extmap(self, value: str) -> None:
        """`3 urn:…`, `6/recvonly http://… attributes`; ids above 255 are offers to renumber and are not taken."""
        numbered, _, rest = value.partition(" ")
        number, slash, direction = numbered.partition("/")
        if slash and direction not in _DIRECTIONS:
            _invalid("an extmap has an unknown direction")
        extension_id = _number(number, 4_351, "an extension id")
        uri = rest.partition(" ")[0]
        if extension_id == 0 or not uri:
            _invalid("an extmap has id 0 or no URI")
        if extension_id <= 255 and extension_id != 15:
            self.extensions.append(Extension(extension_id, uri, Direction(direction) if slash else None))

    def _read_rid(self, value: str) -> None:
        """`q send`, `h send pt=96;max-width=640`."""
        rid, _, rest = value.partition(" ")
        direction = rest.partition(" ")[0]
        if not _is_rid(rid) or direction not in ("send", "recv"):
            _invalid("a rid is malformed")
        if direction == "send":
            if rid in self.sending_rids or len(self.sending_rids) == MAX_RIDS:
                _invalid(f"a rid is named twice, or more than {MAX_RIDS} of them")
            self.sending_rids.append(rid)

    def _read_simulcast(self, value: str) -> None:
        """`send q;h;f`, `recv q send ~a,b;c`: of alternatives the first counts, `~` (paused) does not."""
        parts = value.split(" ")
        for name, streams in zip(parts[::2], parts[1::2], strict=False):
            if name == "send":
                self.simulcast = tuple(stream.partition(",")[0].removeprefix("~") for stream in streams.split(";"))
            elif name != "recv":
                _invalid("simulcast is neither send nor recv")
        if len(parts) % 2 or len(parts) > 4:
            _invalid("simulcast is malformed")

    def _read_ssrc(self, value: str) -> None:
        """`3426172887 cname:…`; an SSRC alone is fine."""
        self.ssrcs[_number(value.partition(" ")[0], 0xFFFFFFFF, "an SSRC")] = None
        if len(self.ssrcs) > MAX_SSRCS:
            _invalid(f"more than {MAX_SSRCS} SSRCs in an m-section")

    def _read_ssrc_group(self, value: str) -> None:
        """`FID primary rtx`; other semantics are skipped."""
        parts = value.split(" ")
        if parts[0] == "FID":
            if len(parts) != 3:
                _invalid("an FID group needs two SSRCs")
            primary, repair = (_number(part, 0xFFFFFFFF, "an SSRC") for part in parts[1:])
            self.rtx_of[primary] = repair
            if len(self.rtx_of) > MAX_SSRCS:
                _invalid(f"more than {MAX_SSRCS} SSRC groups in an m-section")

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
        pairs = digest.strip().upper().split(":")
        if len(pairs) != size or not all(len(pair) == 2 and _is_hexadecimal(pair) for pair in pairs):
            _invalid("a fingerprint is malformed")
        fingerprint = Fingerprint(algorithm, ":".join(pairs))
        if fingerprint not in self.fingerprints:
            self.fingerprints.append(fingerprint)
            if len(self.fingerprints) > 8:
                _invalid("more than 8 fingerprints")

    def _read_group(self, value: str) -> None:
        parts = value.split(" ")
        if parts[0] == "BUNDLE" and self.bundle is None:
            self.bundle = tuple(part for part in parts[1:] if part)

    def _read_mid(self, value: str) -> None:
        if not _is_token(value) or len(value) > MAX_MID_CHARS:
            _invalid(f"a mid is not a token of at most {MAX_MID_CHARS} characters")
        self.mid = value

    def _read_ice_ufrag(self, value: str) -> None:
        self.ice_ufrag = _ice_text(value, 4, "ice-ufrag")

    def _read_ice_pwd(self, value: str) -> None:
        self.ice_pwd = _ice_text(value, 22, "ice-pwd")

    def _read_ice_options(self, value: str) -> None:
        self.ice_options = tuple(value.split(" ")[:8])

    def _read_setup(self, value: str) -> None:
        if value not in ("actpass", "active", "passive", "holdconn"):
            _invalid("setup has an unknown value")
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
            _invalid("simulcast names a rid twice, or one without a=rid")
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
        )


_DIRECTIONS: Final = frozenset(Direction)

_READERS: Final[Mapping[str, Callable[[_SectionReader, str], None]]] = {
    "rtpmap": _SectionReader._read_rtpmap,
    "fmtp": _SectionReader._read_fmtp,
    "rtcp-fb": _SectionReader._read_feedback,
    "extmap": _SectionReader._read_extmap,
    "extmap-allow-mixed": _SectionReader._read_extmap_allow_mixed,
    "rid": _SectionReader._read_rid,
    "simulcast": _SectionReader._read_simulcast,
    "ssrc": _SectionReader._read_ssrc,
    "ssrc-group": _SectionReader._read_ssrc_group,
    "msid": _SectionReader._read_msid,
    "mid": _SectionReader._read_mid,
    "group": _SectionReader._read_group,
    "bundle-only": _SectionReader._read_bundle_only,
    "ice-ufrag": _SectionReader._read_ice_ufrag,
    "ice-pwd": _SectionReader._read_ice_pwd,
    "ice-options": _SectionReader._read_ice_options,
    "ice-lite": _SectionReader._read_ice_lite,
    "fingerprint": _SectionReader._read_fingerprint,
    "setup": _SectionReader._read_setup,
    "rtcp-mux": _SectionReader._read_rtcp_mux,
    "rtcp-rsize": _SectionReader._read_rtcp_rsize,
}


def _assemble(origin: str, session: _SectionReader, readers: list[_SectionReader]) -> Offer:
    if not readers:
        _invalid("the description has no m-line")
    parts = origin.split(" ")
    if len(parts) != 6 or _small_number(parts[1], (1 << 64) - 1) is None:
        _invalid("the o= line is missing or malformed")
    default_direction = session.direction or Direction.SENDRECV
    sections = tuple(reader.section(default_direction) for reader in readers)
    _check_mids(sections)
    live = [(reader, section) for reader, section in zip(readers, sections, strict=True) if not section.is_rejected]
    if not live:
        _invalid("every m-line is rejected")
    _check_bundle(session.bundle, live)
    _check_extension_ids(live)
    tagged = live[0][0]
    """The offerer-tagged section: the transport's attributes count there (RFC 8843 §7.1)."""
    fingerprints = _bundle_fingerprints(session, tagged, live)
    ufrag, pwd = tagged.ice_ufrag or session.ice_ufrag, tagged.ice_pwd or session.ice_pwd
    if not ufrag or not pwd:
        _invalid("ice-ufrag or ice-pwd is missing")
    if any(reader.ice_ufrag not in ("", ufrag) or reader.ice_pwd not in ("", pwd) for reader, _ in live):
        _invalid("bundled m-lines disagree about their ICE credentials")
    if session.is_ice_lite:
        _unsupported("this server is ICE-lite, the client must be a full agent")
    if (tagged.setup or session.setup or "active") not in ("actpass", "active"):
        _unsupported("the client must take the active DTLS role: offer setup:actpass")
    return Offer(
        session_id=parts[1],
        sections=sections,
        ice_ufrag=ufrag,
        ice_pwd=pwd,
        ice_options=tagged.ice_options or session.ice_options,
        fingerprints=fingerprints,
        allows_mixed_extensions=session.allows_mixed_extensions
        or all(reader.allows_mixed_extensions for reader, _ in live),
    )


def _check_mids(sections: tuple[Section, ...]) -> None:
    mids = [section.mid for section in sections]
    if not all(mids):
        _invalid("an m-line has no mid")
    if len(set(mids)) != len(mids):
        _invalid("two m-lines have the same mid")


def _check_bundle(bundle: tuple[str, ...] | None, live: list[tuple[_SectionReader, Section]]) -> None:
    if bundle is None:
        _unsupported("the m-lines are not bundled: use bundlePolicy max-bundle")
    for _, section in live:
        if section.mid not in bundle:
            _unsupported(f"m-line {section.mid} is not in the BUNDLE group")
        if section.direction is Direction.SENDRECV:
            _unsupported(
                f"m-line {section.mid} is sendrecv: use one sendonly m-line per source and separate recvonly m-lines"
            )
    if not live[0][0].has_rtcp_mux:
        _unsupported("rtcp-mux is required")


def _check_extension_ids(live: list[tuple[_SectionReader, Section]]) -> None:
    """In a bundle an id means the same everywhere (RFC 8843 §9.1, for extensions RFC 8285 §6)."""
    uris: dict[int, str] = {}
    for _, section in live:
        for extension in section.extensions:
            if uris.setdefault(extension.id, extension.uri) != extension.uri:
                _invalid(f"extension id {extension.id} has two meanings in one bundle")


def _bundle_fingerprints(
    session: _SectionReader, tagged: _SectionReader, live: list[tuple[_SectionReader, Section]]
) -> tuple[Fingerprint, ...]:
    fingerprints = tagged.fingerprints or session.fingerprints
    if not fingerprints:
        if tagged.has_weak_fingerprint or session.has_weak_fingerprint:
            _unsupported("the fingerprint is weaker than SHA-256")
        _invalid("there is no fingerprint of SHA-256, SHA-384 or SHA-512")
    if any(reader.fingerprints and set(reader.fingerprints) != set(fingerprints) for reader, _ in live):
        _invalid("bundled m-lines disagree about their fingerprints")
    return tuple(fingerprints)


def _number(text: str, maximum: int, what: str) -> int:
    number = _small_number(text, maximum)
    if number is None:
        _invalid(f"{what} is not a number from 0 to {maximum}")
    return number


def _small_number(text: str, maximum: int) -> int | None:
    """ASCII digits only: `int` would also take signs, spaces, underscores and other scripts' digits."""
    if not 0 < len(text) <= 20 or not text.isascii() or not text.isdigit():
        return None
    number = int(text)
    return number if number <= maximum else None


def _is_token(text: str) -> bool:
    """RFC 8866 §9: token."""
    return bool(text) and text.isascii() and (text.isalnum() or all(c.isalnum() or c in _TOKEN_EXTRA for c in text))


def _is_rid(text: str) -> bool:
    return 0 < len(text) <= 16 and text.isascii() and all(c.isalnum() or c in "-_" for c in text)


def _is_hexadecimal(text: str) -> bool:
    return all(c in "0123456789ABCDEF" for c in text)


def _ice_text(text: str, minimum: int, what: str) -> str:
    if not minimum <= len(text) <= 256 or not text.isascii() or not all(c.isalnum() or c in _ICE_EXTRA for c in text):
        _invalid(f"{what} is malformed")
    return text


def _invalid(text: str) -> NoReturn:
    raise BadSdp(f"The offer is invalid: {text}.", code="sdp_invalid")


def _unsupported(text: str) -> NoReturn:
    raise BadSdp(f"The offer is not supported: {text}.", code="sdp_unsupported")
