"""What strangers write and everybody reads: names and headings must stay in their line and in their order.

A right-to-left override or a line separator in a name would turn around or push away what stands beside it. Left out:
look-alike letters and piled-up accents; a name proves nothing, roles and organisations come from the token.
"""

from __future__ import annotations

import re

_TURNS_OR_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0 and C1 controls, line and paragraph separators, and the bidirectional controls of Unicode UAX #9."""
_MORE_BREAKS = re.compile(r"\n{3,}")


def one_line(text: str) -> str:
    """The text without control and formatting characters, with single spaces between its words; perhaps empty."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def turns_or_breaks(text: str) -> bool:
    """Whether the text has a character that changes lines or direction."""
    return _TURNS_OR_BREAKS.search(text) is not None


def each_plain(text: str) -> str:
    """One line of as many characters: each that changes lines or direction has become a space."""
    return _TURNS_OR_BREAKS.sub(" ", text)


def paragraphs(text: str) -> str:
    """Lines of plain text, without empty ones at the ends and not two of them in a row; perhaps empty."""
    lines = [each_plain(line).strip() for line in text.splitlines()]
    return _MORE_BREAKS.sub("\n\n", "\n".join(lines)).strip()
