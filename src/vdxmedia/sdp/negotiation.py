"""Decides what each m-line of an offer becomes: a source we receive, a slot we send, nothing, or rejected.

`negotiate` is the whole: (offer, what the participant may send, what was agreed before) -> agreement. A later offer on
the same connection adds to the earlier agreement and never changes it: m-lines keep their meaning, payload types and
extension ids their numbers, slots their place (RFC 8829 §5.2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NoReturn

import msgspec

from vdxmedia.errors import BadSdp
from vdxmedia.sdp.capabilities import (
    EXTENSION_NAMES,
    PROGRAMME_SLOTS,
    REMB,
    SOURCE_MEDIA,
    SPEAKER_SLOTS,
    ExtensionIds,
    PayloadTypes,
    choose_extension_ids,
    choose_payload_types,
    extensions_for,
    feedback_for,
    is_redundant_opus,
    name_of,
    video_names,
)
from vdxmedia.sdp.offer import Offer
from vdxmedia.sdp.section import Direction, Media, Section

MAX_LAYERS = 3
_LAYER_ORDER = {"q": 0, "h": 1, "f": 2}
"""The rids of our join message, lowest first; others keep the client's order."""


class Role(Enum):
    """What an m-line is for, seen from the server."""

    RECEIVES = "receives"
    SENDS = "sends"
    IDLE = "idle"
    """Answered `inactive`, in the bundle: it may become something in a later offer."""
    REJECTED = "rejected"
    """Answered with port 0: the client's transceiver stops."""


class AgreedSource(msgspec.Struct, frozen=True):
    """An m-line on which the client sends."""

    mid: str
    kind: str
    """A key of `SOURCE_MEDIA`."""
    rids: tuple[str, ...]
    """At most three, lowest layer first; empty without simulcast."""
    ssrc: int
    """0 when only mid and rid tell."""
    rtx_ssrc: int
    has_remb: bool = False
    """It takes REMB, and no transport-wide feedback."""


class AgreedSlot(msgspec.Struct, frozen=True):
    """An m-line on which the server sends."""

    mid: str
    kind: str
    """`speaker`, `programme` or `video`."""
    index: int
    has_rtx: bool
    has_nack: bool
    has_transport_cc: bool
    has_red: bool = False
    """Sound with redundancy."""
    extension_ids: ExtensionIds = ExtensionIds()
    """What the answer's m-line carries: browsers offer less on sound than on pictures; 0: not agreed there."""


class AgreedLine(msgspec.Struct, frozen=True):
    """One m-line of the answer."""

    section: Section
    role: Role
    payload_types: tuple[int, ...]
    """What the answer's m-line lists; of a rejected one the client's own."""
    source: AgreedSource | None = None
    slot: AgreedSlot | None = None


class Agreement(msgspec.Struct, frozen=True):
    lines: tuple[AgreedLine, ...]
    """In the offer's order."""
    sources: Mapping[str, AgreedSource]
    """By mid, with those of earlier offers that are idle now."""
    slots: Mapping[str, AgreedSlot]
    """By mid, with those of earlier offers."""
    payload_types: PayloadTypes
    extension_ids: ExtensionIds
    allows_mixed_extensions: bool


NOTHING_AGREED = Agreement((), {}, {}, PayloadTypes(), ExtensionIds(), False)


def negotiate(
    offer: Offer,
    *,
    sources: Mapping[str, str],
    permitted: frozenset[str],
    codec: str,
    video_slots: int,
    previous: Agreement = NOTHING_AGREED,
) -> Agreement:
    """`sources` is the client's word, mid to kind; `permitted` the kinds it may send; `codec` the room's.

    Raises: BadSdp when the offer and the client's word, or the offer and `previous`, contradict each other.
    """
    _check_continuity(offer, previous)
    _check_sources(offer, sources, previous)
    live = [section for section in offer.sections if not section.is_rejected]
    # Of those that are alike the first says all.
    distinct = [section for section in live if section.alike in ("", section.mid)]
    negotiation = _Negotiation(
        sources=sources,
        permitted=permitted,
        codec=codec,
        limits={"speaker": SPEAKER_SLOTS, "programme": PROGRAMME_SLOTS, "video": video_slots},
        payload_types=choose_payload_types(distinct, previous.payload_types, codec),
        extension_ids=choose_extension_ids(
            distinct, previous.extension_ids, allows_mixed=offer.allows_mixed_extensions, room_codec=codec
        ),
        agreed_sources=dict(previous.sources),
        agreed_slots=dict(previous.slots),
    )
    lines = tuple(negotiation.decide(section) for section in offer.sections)
    if all(line.role is Role.REJECTED for line in lines):
        _invalid(
            "no m-line has a codec of this room: Opus, VP8, H.264 constrained baseline, or the room's own",
            "sdp_unsupported",
        )
    tagged = next(line for line in lines if not line.section.is_rejected)
    if tagged.role is Role.REJECTED and not offer.has_one_transport:
        _invalid("its first m-line has no codec for this room: use bundlePolicy max-bundle", "sdp_unsupported")
    return Agreement(
        lines=lines,
        sources=negotiation.agreed_sources,
        slots=negotiation.agreed_slots,
        payload_types=negotiation.payload_types,
        extension_ids=negotiation.extension_ids,
        allows_mixed_extensions=offer.allows_mixed_extensions,
    )


class _Negotiation:
    """The state of one pass over the m-lines."""

    def __init__(
        self,
        *,
        sources: Mapping[str, str],
        permitted: frozenset[str],
        codec: str,
        limits: Mapping[str, int],
        payload_types: PayloadTypes,
        extension_ids: ExtensionIds,
        agreed_sources: dict[str, AgreedSource],
        agreed_slots: dict[str, AgreedSlot],
    ) -> None:
        self.sources = sources
        self.permitted = permitted
        self.codec = codec
        self.limits = limits
        self.payload_types = payload_types
        self.extension_ids = extension_ids
        self.agreed_sources = agreed_sources
        self.agreed_slots = agreed_slots
        self._usable_of: dict[str, tuple[int, ...]] = {}
        """By what sections are alike."""
        self._slot_of: dict[str, AgreedSlot] = {}

    def decide(self, section: Section) -> AgreedLine:
        if section.is_rejected:
            return AgreedLine(section, Role.REJECTED, section.formats)
        usable = self._usable_of.get(section.alike)
        if usable is None:
            usable = self._usable(section)
            if section.alike:
                self._usable_of[section.alike] = usable
        if not usable:
            return AgreedLine(section, Role.REJECTED, section.formats)
        if section.direction is Direction.SENDONLY:
            return self._decide_source(section, usable)
        if section.direction is Direction.RECVONLY:
            return self._decide_slot(section, usable)
        return AgreedLine(section, Role.IDLE, usable)

    def _usable(self, section: Section) -> tuple[int, ...]:
        """The connection's payload types that this m-line offers, primaries each followed by their RTX."""
        repairs = {(codec.payload_type, codec.apt) for codec in section.codecs if codec.name == "rtx"}
        types = self.payload_types
        if section.media is Media.AUDIO:
            if not _offers(section, types.opus, "opus"):
                return ()
            is_red = any(
                codec.payload_type == types.red and is_redundant_opus(codec, types.opus) for codec in section.codecs
            )
            # First is what a browser sends. Screen sound too: music is coded without in-band FEC, and beside its
            # picture the 64 kbit/s more are little.
            if is_red:
                return (types.red, types.opus) if section.direction is Direction.SENDONLY else (types.opus, types.red)
            return (types.opus,)
        usable: list[int] = []
        for name in video_names(self.codec):
            primary, repair = types.primary(name), types.repair(name)
            if _offers(section, primary, name):
                usable += [primary, repair] if (repair, primary) in repairs else [primary]
        return tuple(usable)

    def _decide_source(self, section: Section, usable: tuple[int, ...]) -> AgreedLine:
        if section.mid in self.agreed_slots:
            _invalid(f"m-line {section.mid} was a slot and cannot become a source", "sdp_invalid")
        kind = self.sources[section.mid]
        if section.media is Media.VIDEO:
            room = (self.payload_types.primary(self.codec), self.payload_types.repair(self.codec))
            narrowed = tuple(payload_type for payload_type in usable if payload_type in room)
            if not narrowed or narrowed[0] != room[0]:
                return AgreedLine(section, Role.REJECTED, section.formats)
            usable = narrowed
        if kind not in self.permitted:
            return AgreedLine(section, Role.IDLE, usable)
        source = self.agreed_sources.get(section.mid) or _source_of(section, kind, self._has_remb(section, usable))
        self.agreed_sources[section.mid] = source
        return AgreedLine(section, Role.RECEIVES, usable, source=source)

    def _has_remb(self, section: Section, usable: tuple[int, ...]) -> bool:
        return any(
            REMB in feedback_for(codec, section, self.extension_ids, server_sends=False)
            for codec in section.codecs
            if codec.payload_type == usable[0]
        )

    def _decide_slot(self, section: Section, usable: tuple[int, ...]) -> AgreedLine:
        if section.mid in self.agreed_sources:
            _invalid(f"m-line {section.mid} was a source and cannot become a slot", "sdp_invalid")
        slot = self.agreed_slots.get(section.mid) or self._new_slot(section, usable)
        if slot is None:
            return AgreedLine(section, Role.IDLE, usable)
        self.agreed_slots[section.mid] = slot
        return AgreedLine(section, Role.SENDS, usable, slot=slot)

    def _new_slot(self, section: Section, usable: tuple[int, ...]) -> AgreedSlot | None:
        """The next free place; None when all places of this medium are taken."""
        for kind in ("video",) if section.media is Media.VIDEO else ("speaker", "programme"):
            index = sum(1 for slot in self.agreed_slots.values() if slot.kind == kind)
            if index < self.limits[kind]:
                alike = self._slot_of.get(section.alike)
                if alike is not None:
                    return msgspec.structs.replace(alike, mid=section.mid, kind=kind, index=index)
                slot = self._first_slot(section, usable, kind, index)
                if section.alike:
                    self._slot_of[section.alike] = slot
                return slot
        return None

    def _first_slot(self, section: Section, usable: tuple[int, ...], kind: str, index: int) -> AgreedSlot:
        wrappers = ("rtx", "red")
        primaries = [codec for codec in section.codecs if codec.payload_type in usable and codec.name not in wrappers]
        agreed = extensions_for(section, self.extension_ids, server_sends=True)
        extension_ids = ExtensionIds(**{EXTENSION_NAMES[uri]: number for number, _, uri in agreed})
        return AgreedSlot(
            mid=section.mid,
            kind=kind,
            index=index,
            has_rtx=section.media is Media.VIDEO and len(usable) > len(primaries),
            has_nack=section.media is Media.VIDEO and all("nack" in codec.feedback for codec in primaries),
            has_transport_cc=extension_ids.transport_cc != 0
            and all("transport-cc" in codec.feedback for codec in primaries),
            has_red=section.media is Media.AUDIO and len(usable) > len(primaries),
            extension_ids=extension_ids,
        )


def _offers(section: Section, payload_type: int, name: str) -> bool:
    """In a bundle a number should mean one codec everywhere (RFC 8843 §9.1); whoever breaks that loses the m-line."""
    return any(codec.payload_type == payload_type and name_of(codec, section.media) == name for codec in section.codecs)


def _source_of(section: Section, kind: str, has_remb: bool) -> AgreedSource:
    rids = section.rids[:MAX_LAYERS]
    if all(rid in _LAYER_ORDER for rid in rids):
        rids = tuple(sorted(rids, key=_LAYER_ORDER.__getitem__))
    ssrc = 0
    if not rids:
        repairs = set(section.rtx_of.values())
        ssrc = next((number for number in section.ssrcs if number not in repairs), 0)
    return AgreedSource(section.mid, kind, rids, ssrc, section.rtx_of.get(ssrc, 0), has_remb)


def _check_continuity(offer: Offer, previous: Agreement) -> None:
    """m-lines are only ever appended; a stopped one may be recycled under a new mid (RFC 8829 §5.2.2)."""
    if len(offer.sections) < len(previous.lines):
        _invalid("a later offer has fewer m-lines than an earlier one", "sdp_invalid")
    for section, earlier in zip(offer.sections, previous.lines, strict=False):
        if section.media is not earlier.section.media and earlier.role is not Role.REJECTED:
            _invalid(f"m-line {section.mid} has changed its medium", "sdp_invalid")
        if section.mid != earlier.section.mid and earlier.role is not Role.REJECTED:
            _invalid(f"m-line {earlier.section.mid} has changed its mid", "sdp_invalid")


def _check_sources(offer: Offer, sources: Mapping[str, str], previous: Agreement) -> None:
    sections = {section.mid: section for section in offer.sections}
    kinds = [kind for mid, kind in sources.items() if mid in sections and not sections[mid].is_rejected]
    if len(set(kinds)) != len(kinds):
        _invalid("two m-lines are named as the same kind of source", "sdp_invalid")
    for mid, kind in sources.items():
        section = sections.get(mid)
        if section is None:
            _invalid("`sources` names a mid that the offer does not have", "sdp_invalid")
        if kind not in SOURCE_MEDIA:
            _invalid("`sources` names an unknown kind", "sdp_invalid")
        if section.media is not SOURCE_MEDIA[kind]:
            _invalid(f"m-line {mid} is {section.media}, but is named as {kind}", "sdp_invalid")
        if section.direction is Direction.RECVONLY and not section.is_rejected:
            _invalid(f"m-line {mid} is named as {kind}, but is recvonly", "sdp_invalid")
        earlier = previous.sources.get(mid)
        if earlier is not None and earlier.kind != kind:
            _invalid(f"m-line {mid} was {earlier.kind} and is now named {kind}", "sdp_invalid")
        if any(other.kind == kind and other.mid != mid for other in previous.sources.values()):
            _invalid(f"{kind} has another m-line on this connection: use replaceTrack there", "sdp_invalid")
    for section in offer.sections:
        if section.direction is Direction.SENDONLY and not section.is_rejected and section.mid not in sources:
            _invalid(f"m-line {section.mid} is sendonly, but `sources` does not name it", "sdp_invalid")


def _invalid(text: str, code: str) -> NoReturn:
    raise BadSdp(f"The offer cannot be answered: {text}.", code=code)
