"""The words SDP is made of: numbers, tokens, ICE characters; and the two ways an offer can be wrong.

Strict on purpose: Python's own `int` and `str.isdigit` take signs, spaces, underscores and other scripts' digits.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from vdxmedia.errors import BadSdp

_TOKEN_EXTRA: Final = frozenset("!#$%&'*+-.^_`{|}~")
_ICE: Final = re.compile(r"[A-Za-z0-9+/]*")
_DIGEST: Final = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2})*")


def parse_number(text: str, maximum: int, what: str) -> int:
    number = number_or_none(text, maximum)
    if number is None:
        invalid(f"{what} is not a number from 0 to {maximum}")
    return number


def number_or_none(text: str, maximum: int) -> int | None:
    """ASCII digits only: `int` would also take signs, spaces, underscores and other scripts' digits."""
    if not 0 < len(text) <= 20 or not text.isascii() or not text.isdigit():
        return None
    number = int(text)
    return number if number <= maximum else None


def is_token(text: str) -> bool:
    """RFC 8866 §9: token."""
    return bool(text) and text.isascii() and (text.isalnum() or all(c.isalnum() or c in _TOKEN_EXTRA for c in text))


def is_rid(text: str) -> bool:
    return 0 < len(text) <= 16 and text.isascii() and all(c.isalnum() or c in "-_" for c in text)


def is_digest(text: str, size: int) -> bool:
    """`4F:DB:…`, of so many bytes (RFC 8122 §5)."""
    return len(text) == 3 * size - 1 and _DIGEST.fullmatch(text) is not None


def ice_text(text: str, minimum: int, what: str) -> str:
    if not minimum <= len(text) <= 256 or _ICE.fullmatch(text) is None:
        invalid(f"{what} is malformed")
    return text


def invalid(text: str) -> NoReturn:
    raise BadSdp(f"The offer is invalid: {text}.", code="sdp_invalid")


def unsupported(text: str) -> NoReturn:
    raise BadSdp(f"The offer is not supported: {text}.", code="sdp_unsupported")
