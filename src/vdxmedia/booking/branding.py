"""An organisation's look: logo, colours, texts, links and terms, checked so that a page can show them to anybody.

The logo is a PNG that is taken apart and put together again from what a picture needs: what hides in other chunks or
behind the end is not served. Colours that cannot be read are corrected to a contrast of 4.5:1 (WCAG 2.2, 1.4.3), and it
is said which. Links are https. Left out: SVG (it can hold programs and outside references), and what a page does with
it. What was stored is looked at again before it is shown (`readable`): it may be older than these checks, or younger.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import zlib
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import urlsplit

import msgspec

from vdxmedia.errors import BadField

MAX_LOGO_BYTES = 40_000
"""As a request of 64 KiB can hold it in base64."""
MAX_LOGO_WIDTH, MAX_LOGO_HEIGHT = 1_024, 512
MAX_TEXT_CHARS = 500
MAX_LONG_TEXT_CHARS = 2_000
"""Terms, and what is added to the pages about accessibility and privacy."""
MAX_LABEL_CHARS = 80
MAX_LINKS = 5
MAX_URL_CHARS = 300
MIN_CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DATA_URL = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""All other chunks are left out (RFC 2083, and the third edition's §11)."""
_STEPS = 64
"""From a colour to black or white."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    url: str


class Branding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Empty fields: this server's own."""

    logo: str = ""
    """`data:image/png;base64,…`"""
    logo_text: str = ""
    """Instead of the logo, for who does not see it."""
    background: str = ""
    """Colours as `#1a2b3c`."""
    text: str = ""
    """On the background."""
    accent: str = ""
    """The ground of buttons."""
    accent_text: str = ""
    """On the accent."""
    welcome: str = ""
    """Before the call."""
    waiting: str = ""
    """In the waiting room."""
    ended: str = ""
    """After the call."""
    links: tuple[Link, ...] = ()
    help_url: str = ""
    """The organisation's own page with help."""
    terms_title: str = ""
    terms_text: str = ""
    """Read and accepted before joining; empty: none."""
    terms_button: str = ""
    terms_demanded: bool = False
    """A guest who has not accepted them is not let in."""
    accessibility_url: str = ""
    """Instead of this server's page."""
    accessibility_text: str = ""
    """On this server's page, before what it says itself."""
    privacy_url: str = ""
    privacy_text: str = ""
    contact: str = ""
    """Whom to write to about accessibility and privacy."""

    @property
    def accent_on_background(self) -> str:
        """The accent as text, moved so that it can be read there; empty without an accent."""
        return corrected(self.accent, self.background or DEFAULT_BACKGROUND) if self.accent else ""

    @property
    def terms_version(self) -> str:
        """Of this very wording, 16 hex digits; empty without terms."""
        if not self.terms_text:
            return ""
        wording = "\0".join((self.terms_title, self.terms_text, self.terms_button))
        return hashlib.sha256(wording.encode()).hexdigest()[:16]


class Checked(msgspec.Struct, frozen=True):
    branding: Branding
    corrections: tuple[str, ...]
    """What was made readable, as `$.text: #777777 became #6f6f6f`."""
    notes: tuple[str, ...] = ()
    """What a page will show otherwise in some places."""


_TEXTS = {
    MAX_LABEL_CHARS: ("logo_text", "terms_title", "terms_button"),
    MAX_TEXT_CHARS: ("welcome", "waiting", "ended", "contact"),
    MAX_LONG_TEXT_CHARS: ("terms_text", "accessibility_text", "privacy_text"),
}
"""By how many characters they may have."""
DEFAULT_BACKGROUND = "#ffffff"
"""What a colour is measured against where no background is given; pages measure once more against theirs."""


def checked(branding: Branding) -> Checked:
    """Raises: BadField."""
    for most, names in _TEXTS.items():
        for name in names:
            _check_text(getattr(branding, name), most, _path(name))
    for name in ("help_url", "accessibility_url", "privacy_url"):
        if getattr(branding, name):
            _check_url(getattr(branding, name), _path(name))
    if branding.terms_demanded and not branding.terms_text.strip():
        raise BadField("there are no terms to be demanded", field="$.termsText")
    if branding.logo and not branding.logo_text.strip():
        raise BadField("a logo needs a text for who does not see it", field="$.logoText")
    if len(branding.links) > MAX_LINKS:
        raise BadField(f"at most {MAX_LINKS}", field="$.links")
    for at, link in enumerate(branding.links):
        _check_text(link.label, MAX_LABEL_CHARS, f"$.links[{at}].label")
        if not link.label.strip():
            raise BadField("is needed", field=f"$.links[{at}].label")
        _check_url(link.url, f"$.links[{at}].url")
    for name in ("background", "text", "accent", "accent_text"):
        colour = getattr(branding, name)
        if colour and not _COLOUR.fullmatch(colour):
            raise BadField("a colour as #1a2b3c", field=_path(name))
    branding = msgspec.structs.replace(branding, logo=_clean_logo(branding.logo) if branding.logo else "")
    return _readable(branding)


def readable(document: str | bytes) -> Checked:
    """What can be shown of a stored look: without fields that nobody knows, without a logo that is no picture, and with
    colours that can be read. Raises: BadField when nothing can."""
    try:
        said = msgspec.json.decode(document, type=dict[str, Any])
        known = {name: value for name, value in said.items() if name in _FIELDS}
        branding = msgspec.convert(known, Branding)
    except (msgspec.DecodeError, ValueError) as error:  # of which msgspec's ValidationError is one
        raise BadField("does not read", field="$") from error
    corrections = [
        f"{path}: is not known and is left out" for name in said if (path := f"$.{name[:40]}") and name not in _FIELDS
    ]
    try:
        if branding.logo:
            _clean_logo(branding.logo)
    except BadField as error:
        branding = msgspec.structs.replace(branding, logo="", logo_text="")
        corrections.append(f"$.logo: {error.text}; it is left out")
    result = checked(branding)
    return Checked(result.branding, (*corrections, *result.corrections))


_FIELDS = frozenset(field.encode_name for field in msgspec.structs.fields(Branding))


# ── colours ───────────────────────────────────────────────────────────────────────────────────────────────────────


def contrast(one: str, other: str) -> float:
    """1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _readable(branding: Branding) -> Checked:
    """The background stays, and text on it is moved; the accent stays, and its text is moved. What is not given is left
    to the page."""
    corrections: list[str] = []
    given = {name: getattr(branding, name).lower() for name in ("background", "text", "accent", "accent_text")}
    changes = dict(given)
    if given["text"]:
        changes["text"] = corrected(given["text"], given["background"] or DEFAULT_BACKGROUND)
    if given["accent_text"] and given["accent"]:
        changes["accent_text"] = corrected(given["accent_text"], given["accent"])
    for name, colour in changes.items():
        if colour != given[name]:
            corrections.append(f"{_path(name)}: {given[name]} became {colour}")
    result = msgspec.structs.replace(branding, **changes)
    on_background = result.accent_on_background
    notes = (f"$.accent: {result.accent} is {on_background} as text on the background",)
    return Checked(result, tuple(corrections), notes if on_background != result.accent else ())


def corrected(colour: str, against: str) -> str:
    """The nearest on the way to black or white that can be read on `against`; itself when it can."""
    if contrast(colour, against) >= MIN_CONTRAST:
        return colour
    end = max(("#000000", "#ffffff"), key=lambda one: contrast(one, against))
    for step in range(1, _STEPS + 1):
        mixed = _mixed(colour, end, step / _STEPS)
        if contrast(mixed, against) >= MIN_CONTRAST:
            return mixed
    return end  # black or white: one of them has at least 4.58 on any colour


def _mixed(colour: str, end: str, share: float) -> str:
    parts = zip(_parts(colour), _parts(end), strict=True)
    return "#" + "".join(f"{round(begin + (goal - begin) * share):02x}" for begin, goal in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


# ── texts and links ───────────────────────────────────────────────────────────────────────────────────────────────


def _check_text(text: str, most: int, path: str) -> None:
    if len(text) > most:
        raise BadField(f"at most {most} characters", field=path)
    if any(not char.isprintable() and char != "\n" for char in text):
        raise BadField("visible characters and line ends only", field=path)


def _check_url(url: str, path: str) -> None:
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme == "https" and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        is_fine = False
    if not is_fine or len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        raise BadField("an address as https://example.dk/help", field=path)


# ── the logo ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _clean_logo(logo: str) -> str:
    """Raises: BadField."""
    if not logo.startswith(_DATA_URL):
        raise _bad_logo("must be data:image/png;base64,…")
    if len(logo) > len(_DATA_URL) + MAX_LOGO_BYTES * 4 // 3 + 4:
        raise _bad_logo(f"at most {MAX_LOGO_BYTES} bytes")
    try:
        raw = b64decode(logo[len(_DATA_URL) :], validate=True)
    except (binascii.Error, ValueError):
        raise _bad_logo("is no base64") from None
    return _DATA_URL + b64encode(clean_png(raw)).decode()


def clean_png(raw: bytes) -> bytes:
    """The same picture from its needed chunks only. Raises: BadField when it is no whole PNG of an allowed size."""
    if len(raw) > MAX_LOGO_BYTES:
        raise _bad_logo(f"at most {MAX_LOGO_BYTES} bytes")
    if not raw.startswith(_SIGNATURE):
        raise _bad_logo("is no PNG")
    names: list[bytes] = []
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while not names or names[-1] != b"IEND":
        length, name = int.from_bytes(raw[at : at + 4]), raw[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(raw) or zlib.crc32(raw[at + 4 : end - 4]) != int.from_bytes(raw[end - 4 : end]):
            raise _bad_logo("is no whole PNG")
        if (name == b"IHDR") != (not names):
            raise _bad_logo("is no whole PNG")
        names.append(name)
        if name in _NEEDED:
            kept.append(raw[at:end])
        elif not name[0] & 0x20:
            raise _bad_logo("has a part that is not known")  # critical chunks begin with a capital
        at = end
    header = kept[1][8:-4]
    if len(header) != 13:
        raise _bad_logo("is no whole PNG")
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    if not (0 < width <= MAX_LOGO_WIDTH and 0 < height <= MAX_LOGO_HEIGHT):
        raise _bad_logo(f"at most {MAX_LOGO_WIDTH} by {MAX_LOGO_HEIGHT} pixels")
    _check_pixels(b"".join(chunk[8:-4] for chunk in kept[1:] if chunk[4:8] == b"IDAT"), header, width, height)
    return b"".join(kept)


def _check_pixels(packed: bytes, header: bytes, width: int, height: int) -> None:
    """Not more than the header says: a small file must not become a large one. Raises: BadField."""
    depth, colour_type = header[8], header[9]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour_type, 0)
    if not channels or depth not in (1, 2, 4, 8, 16):
        raise _bad_logo("is no whole PNG")
    # Interlaced pictures have up to 7 filter bytes per row and some rounding more.
    most = height * ((width * channels * depth + 7) // 8 + 1) * 2 + 64
    try:
        unpacking = zlib.decompressobj()
        pixels = unpacking.decompress(packed, most + 1)
    except zlib.error:
        raise _bad_logo("is no whole PNG") from None
    if not pixels or len(pixels) > most or not unpacking.eof:
        raise _bad_logo("is no whole PNG")


def _bad_logo(text: str) -> BadField:
    return BadField(text, field="$.logo")


def _path(name: str) -> str:
    first, *others = name.split("_")
    return "$." + first + "".join(word.capitalize() for word in others)
