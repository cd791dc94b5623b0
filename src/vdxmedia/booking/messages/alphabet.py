"""How many SMS a text takes: the 7-bit alphabet of GSM 03.38 (3GPP TS 23.038 §6.2.1), else UCS-2.

One SMS holds 140 octets: 160 septets or 70 UTF-16 units. A longer text is split, and each part gives 6 octets to the
header that joins them: 153 septets or 67 units (3GPP TS 23.040 §9.2.3.24.1). What takes two places (a character of the
extension table, a surrogate pair) is never split. Left out: national shift tables, which few networks carry.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

SINGLE_SEPTETS, PART_SEPTETS = 160, 153
SINGLE_UNITS, PART_UNITS = 70, 67
MAX_SEGMENTS = 8
"""Of one text that is taken (guess): 1,224 characters; more is a letter."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One septet each; the escape to the extension table is the 128th."""
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Two septets each: the escape and the character."""
PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-",
        "‐": "-", "‑": "-", "−": "-", "…": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ",
        "\u200b": "", "\u200d": "", "\ufeff": "", "`": "'", "´": "'", "•": "-",
    }
)  # fmt: skip
"""What word processors write, and what says the same in the 7-bit alphabet."""


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


class Size(msgspec.Struct, frozen=True, kw_only=True):
    encoding: Encoding
    length: int
    """Septets, or UTF-16 units."""
    segments: int
    """SMS that are paid for; 0 for an empty text."""
    forced_by: str = ""
    """The first character that is not in the 7-bit alphabet; empty: none."""


def plain(text: str) -> str:
    """The same text with typographic signs as the 7-bit alphabet has them. Letters stay what they are."""
    return text.translate(PLAIN)


def measure(text: str) -> Size:
    """What the text takes as it stands."""
    forced_by = next((sign for sign in text if sign not in BASIC and sign not in EXTENSION), "")
    if forced_by:
        widths = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
        return _size(Encoding.UCS2, widths, SINGLE_UNITS, PART_UNITS, forced_by)
    widths = [2 if sign in EXTENSION else 1 for sign in text]
    return _size(Encoding.GSM7, widths, SINGLE_SEPTETS, PART_SEPTETS, "")


def _size(encoding: Encoding, widths: list[int], single: int, part: int, forced_by: str) -> Size:
    length = sum(widths)
    if length <= single:
        return Size(encoding=encoding, length=length, segments=min(1, length), forced_by=forced_by)
    segments, room = 1, part
    for width in widths:
        if width > room:
            segments, room = segments + 1, part
        room -= width
    return Size(encoding=encoding, length=length, segments=segments, forced_by=forced_by)


def warning(size: Size) -> str:
    """For who writes the text; empty when it is one SMS in the 7-bit alphabet."""
    sentences = []
    if size.segments > 1:
        sentences.append(f"the text takes {size.segments} SMS")
    if size.forced_by:
        sentences.append(
            f"the character U+{ord(size.forced_by):04X} is not in the SMS alphabet, so one SMS holds {SINGLE_UNITS} "
            f"characters instead of {SINGLE_SEPTETS}"
        )
    return "; ".join(sentences)
