"""An organisation's look: what is refused, what is corrected, and what is left of a logo."""

from __future__ import annotations

import contextlib
import re
import struct
import zlib
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.branding import (
    MAX_LOGO_BYTES,
    MIN_CONTRAST,
    Branding,
    Link,
    checked,
    clean_png,
    contrast,
    corrected,
)
from vdxmedia.errors import BadField

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 4, height: int = 2, *more: bytes, pixels: bytes | None = None, end: bytes = b"") -> bytes:
    """True colour, 8 bits."""
    rows = b"".join(b"\0" + b"\x10\x20\x30" * width for _ in range(height)) if pixels is None else pixels
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + picture + chunk(b"IEND") + end


def data_url(raw: bytes) -> str:
    return "data:image/png;base64," + b64encode(raw).decode()


def logo(url: str) -> str:
    return checked(Branding(logo=url, logo_text="Hospitalet")).branding.logo


@given(COLOURS, COLOURS)
def test_every_colour_becomes_readable_on_every_other(colour: str, against: str) -> None:
    assert contrast(corrected(colour, against), against) >= MIN_CONTRAST


@given(COLOURS, COLOURS, COLOURS, COLOURS)
def test_every_choice_of_colours_ends_readable_and_stays_so(one: str, two: str, three: str, four: str) -> None:
    first = checked(Branding(background=one, text=two, accent=three, accent_text=four)).branding
    assert contrast(first.text, first.background) >= MIN_CONTRAST
    assert contrast(first.accent_on_background, first.background) >= MIN_CONTRAST
    assert (first.background, first.accent) == (one.lower(), three.lower())
    assert contrast(first.accent_text, first.accent) >= MIN_CONTRAST
    assert checked(first).branding == first
    assert checked(first).corrections == ()


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1


def test_correction_is_told_and_what_can_be_read_is_left() -> None:
    result = checked(Branding(background="#FFFFFF", text="#777777", accent="#0B5394"))
    assert (result.branding.background, result.branding.accent, result.branding.accent_text) == (
        "#ffffff",
        "#0b5394",
        "",
    )
    assert re.fullmatch(r"\$\.text: #777777 became #7[0-6]7[0-6]7[0-6]", "".join(result.corrections))
    bright = checked(Branding(accent="#ffe600", accent_text="#ffffff"))
    assert bright.branding.accent == "#ffe600", "the ground of a button may be as bright as it likes"
    assert bright.corrections == (f"$.accentText: #ffffff became {bright.branding.accent_text}",)
    assert bright.notes == (f"$.accent: #ffe600 is {bright.branding.accent_on_background} as text on the background",)
    assert checked(Branding(background="#101010")).branding == Branding(background="#101010")


def test_branding_that_says_nothing_is_left_as_it_is() -> None:
    assert checked(Branding()).branding == Branding()


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#1234567", "var(--x)", "#12345\n"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(BadField) as refused:
        checked(Branding(accent_text=colour))
    assert refused.value.field == "$.accentText"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.dk",
        "javascript:alert(1)",
        "https://",
        "https://a@example.dk",
        "//example.dk",
        "https://a b.dk",
        "https://example.dk/\n",
        "https://x:0",
        "https://[",
        "data:text/html,x",
        "https://" + "a" * 300,
        "https://æ.dk",
    ],
)
def test_link_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(BadField) as refused:
        checked(Branding(links=(Link(label="Hjælp", url="https://example.dk/ok"), Link(label="x", url=url))))
    assert refused.value.field == "$.links[1].url"


def test_texts_are_bounded_and_visible() -> None:
    assert checked(Branding(welcome="Velkommen\ntil")).branding.welcome == "Velkommen\ntil"
    for text in ("x" * 501, "a\0b", "a\u202eb", "\x1b[31m"):
        with pytest.raises(BadField):
            checked(Branding(welcome=text))
    with pytest.raises(BadField):
        checked(Branding(links=(Link(label="x", url="https://x.dk"),) * 6))
    with pytest.raises(BadField):
        checked(Branding(logo=data_url(png())))


def test_logo_is_kept_without_what_a_picture_does_not_need() -> None:
    secret = chunk(b"tEXt", b"Author\0Anna Andersen") + chunk(b"eXIf", b"gps")
    cleaned = b64decode(logo(data_url(png(4, 2, secret, end=b"<script>alert(1)</script>"))).split(",")[1])
    assert cleaned == png()
    assert logo(logo(data_url(png()))) == data_url(png())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        png()[:-1],
        png()[:40],
        png().replace(b"IDAT", b"IDAX"),
        png(1025, 1),
        png(1, 513),
        png(0, 1),
        png(pixels=b"\0" * 1_000_000),
        png(pixels=b""),
        png(4, 2, chunk(b"ABCD", b"unknown and critical")),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT") + chunk(b"IEND"),
        *(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1"[:size]) + chunk(b"IEND") for size in range(9)),
        png() + b"\0" * MAX_LOGO_BYTES,
    ],
)
def test_logo_that_is_no_whole_small_png_is_refused(raw: bytes) -> None:
    with pytest.raises(BadField) as refused:
        logo(data_url(raw))
    assert refused.value.field == "$.logo"


@pytest.mark.parametrize("url", ["data:image/svg+xml,x", "https://x.dk/a.png", "data:image/png;base64,%", "x" * 70_000])
def test_logo_that_is_no_data_url_of_a_png_is_refused(url: str) -> None:
    with pytest.raises(BadField):
        logo(url)


@given(st.binary(max_size=300))
def test_png_parser_never_raises_anything_else(raw: bytes) -> None:
    for each in (raw, png()[:8] + raw, png()[:33] + raw):
        with contextlib.suppress(BadField):
            assert clean_png(each).startswith(b"\x89PNG")
