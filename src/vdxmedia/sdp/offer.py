"""Parses a browser's offer into frozen values, and refuses what this server cannot answer.

A lean parser of our own, because the session's rids, simulcast, extension directions and bundle-only are what others
drop, and because garbage must end in one error type. Sources: RFC 8829 (JSEP), RFC 8843 (BUNDLE).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Final

import msgspec

from vdxmedia.sdp.grammar import invalid, number_or_none, unsupported
from vdxmedia.sdp.section import Direction, Fingerprint, Section, SectionReader

MAX_CHARS: Final = 200_000
"""The signalling schema's own limit; an offer with 50 video slots is 96 kB (measured in Chromium)."""
MAX_SECTIONS: Final = 96
"""4 sources, 4 audio slots and 25 video slots leave room for thrice as many m-lines."""
MAX_LINES: Final = 6_000
"""Work is by the line: 25 ms for so many (measured). Chromium's 33 m-lines without codec preferences have 5,000."""
MAX_LINE_CHARS: Final = 4_096
MAX_SHAPES: Final = 64
"""Remembered, of all offers: a browser's version has two, of sound and of pictures."""
MAX_SHAPE_CHARS: Final = 8_192
"""Of one; Chromium's of a picture has 6 kB."""
_MID: Final = "\na=mid:"
_OWN: Final = re.compile(r"\na=(?:ice-ufrag|ice-pwd|fingerprint):[^\n]*")
"""The transport's own words: another's in each offer."""
_NOT_SHARED: Final = ("\na=ssrc", "\na=msid:")
"""Sections with these are another's in each offer too."""
_Key = tuple[str, str]
_shapes: OrderedDict[_Key, SectionReader] = OrderedDict()
"""By what is before and after the mid, without the transport's own words: slots are the same in all offers of a
browser, and most of reading an offer. Nothing of a person is in them. Full: what was used longest ago goes."""


class Offer(msgspec.Struct, frozen=True):
    session_id: str
    """Of the `o=` line: constant for the life of a browser's RTCPeerConnection."""
    sections: tuple[Section, ...]
    ice_ufrag: str
    ice_pwd: str
    ice_options: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...]
    """Of the bundle; at least one, none weaker than SHA-256."""
    has_one_transport: bool
    """False when sections behind the first have ICE credentials of their own, as before bundling without max-bundle."""
    allows_mixed_extensions: bool


def parse_offer(text: str) -> Offer:
    """Parses and checks an offer.

    Raises: BadSdp `sdp_invalid` when it is malformed or contradicts itself, `sdp_unsupported` when it asks for
    something this server does not do. Nothing else, whatever the text.
    """
    if len(text) > MAX_CHARS:
        invalid(f"the description has more than {MAX_CHARS} characters")
    text = text.replace("\r\n", "\n")
    if text.count("\n") >= MAX_LINES:
        invalid(f"the description has more than {MAX_LINES} lines")
    head, *texts = text.removesuffix("\n").split("\nm=")
    if head != "v=0" and not head.startswith("v=0\n"):
        invalid("the description does not begin with v=0")
    if len(texts) > MAX_SECTIONS:
        invalid(f"more than {MAX_SECTIONS} m-lines")
    session = SectionReader(is_session=True)
    origin = _read(session, head.split("\n"))
    known: dict[_Key, SectionReader] = {}
    return _assemble(origin, session, [_read_section(section, known) for section in texts])


def _read_section(text: str, known: dict[_Key, SectionReader]) -> SectionReader:
    """From behind its `m=`. What differs from an earlier section in its mid and its transport only is not read again.
    `known` are the first ones of this offer."""
    before, _, rest = text.partition(_MID)
    mid, _, after = rest.partition("\n")
    after = "\n" + after
    if not rest or _MID in after:
        reader = SectionReader(is_session=False)
        _read(reader, ("m=" + text).split("\n"))
        return reader
    own = [*_OWN.findall(before), *_OWN.findall(after)]
    key = (_OWN.sub("", before), _OWN.sub("", after)) if own else (before, after)
    reader = _shape(key).begun_with(known.get(key))
    _read(reader, "".join(own).split("\n"))
    reader.read_attribute("mid:" + mid)
    known.setdefault(key, reader)
    return reader


def _shape(key: _Key) -> SectionReader:
    shape = _shapes.get(key)
    if shape is not None:
        _shapes.move_to_end(key)
        return shape
    shape = SectionReader(is_session=False)
    text = "m=" + "".join(key)
    _read(shape, text.split("\n"))
    if len(text) <= MAX_SHAPE_CHARS and not any(word in text for word in _NOT_SHARED):
        _shapes[key] = shape
        if len(_shapes) > MAX_SHAPES:
            _shapes.popitem(last=False)
    return shape


def _read(reader: SectionReader, lines: list[str]) -> str:
    """Reads one part's lines; gives the origin of the session part."""
    origin = ""
    for line in lines:
        if not line:
            continue
        if len(line) > MAX_LINE_CHARS:
            invalid(f"a line has more than {MAX_LINE_CHARS} characters")
        if len(line) < 2 or line[1] != "=" or not "a" <= line[0] <= "z":
            invalid("a line is not of the form x=value")
        letter, value = line[0], line[2:]
        if letter == "a":
            reader.read_attribute(value)
        elif letter == "m":
            reader.read_media_line(value)
        elif letter == "o":
            origin = value
    return origin


def _assemble(origin: str, session: SectionReader, readers: list[SectionReader]) -> Offer:
    if not readers:
        invalid("the description has no m-line")
    parts = origin.split(" ")
    if len(parts) != 6 or number_or_none(parts[1], (1 << 64) - 1) is None:
        invalid("the o= line is missing or malformed")
    default_direction = session.direction or Direction.SENDRECV
    sections = tuple(reader.section(default_direction) for reader in readers)
    _check_mids(sections)
    live = [(reader, section) for reader, section in zip(readers, sections, strict=True) if not section.is_rejected]
    if not live:
        invalid("every m-line is rejected")
    _check_bundle(session.bundle, live)
    _check_extension_ids(live)
    tagged = live[0][0]
    """The offerer-tagged section: the transport's attributes count only there (RFC 8843 §7.1)."""
    fingerprints = _bundle_fingerprints(session, tagged)
    ufrag, pwd = tagged.ice_ufrag or session.ice_ufrag, tagged.ice_pwd or session.ice_pwd
    if not ufrag or not pwd:
        invalid("ice-ufrag or ice-pwd is missing")
    if session.is_ice_lite:
        unsupported("this server is ICE-lite, the client must be a full agent")
    if (tagged.setup or session.setup or "active") not in ("actpass", "active"):
        unsupported("the client must take the active DTLS role: offer setup:actpass")
    return Offer(
        session_id=parts[1],
        sections=sections,
        ice_ufrag=ufrag,
        ice_pwd=pwd,
        ice_options=tagged.ice_options or session.ice_options,
        fingerprints=fingerprints,
        has_one_transport=all(reader.ice_ufrag in ("", ufrag) for reader, _ in live),
        allows_mixed_extensions=session.allows_mixed_extensions
        or all(reader.allows_mixed_extensions for reader, _ in live),
    )


def _check_mids(sections: tuple[Section, ...]) -> None:
    mids = [section.mid for section in sections]
    if not all(mids):
        invalid("an m-line has no mid")
    if len(set(mids)) != len(mids):
        invalid("two m-lines have the same mid")


def _check_bundle(bundle: tuple[str, ...] | None, live: list[tuple[SectionReader, Section]]) -> None:
    if bundle is None:
        unsupported("the m-lines are not bundled: use bundlePolicy max-bundle")
    for _, section in live:
        if section.mid not in bundle:
            unsupported(f"m-line {section.mid} is not in the BUNDLE group")
        if section.direction is Direction.SENDRECV:
            unsupported(
                f"m-line {section.mid} is sendrecv: use one sendonly m-line per source and separate recvonly m-lines"
            )
    if not live[0][0].has_rtcp_mux:
        unsupported("rtcp-mux is required")


def _check_extension_ids(live: list[tuple[SectionReader, Section]]) -> None:
    """In a bundle an id means the same everywhere (RFC 8843 §9.1, for extensions RFC 8285 §6)."""
    uris: dict[int, str] = {}
    for _, section in live:
        for extension in section.extensions:
            if uris.setdefault(extension.id, extension.uri) != extension.uri:
                invalid(f"extension id {extension.id} has two meanings in one bundle")


def _bundle_fingerprints(session: SectionReader, tagged: SectionReader) -> tuple[Fingerprint, ...]:
    fingerprints = tagged.fingerprints or session.fingerprints
    if not fingerprints:
        if tagged.has_weak_fingerprint or session.has_weak_fingerprint:
            unsupported("the fingerprint is weaker than SHA-256")
        invalid("there is no fingerprint of SHA-256, SHA-384 or SHA-512")
    return tuple(fingerprints)
