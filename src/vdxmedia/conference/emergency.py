"""Whom to send help to, when somebody who is trained at home falls."""

from __future__ import annotations

import msgspec

MAX_NOTE_CHARS = 120
"""Of each part; a token with a full one still fits its bound."""


class EmergencyNote(msgspec.Struct, frozen=True):
    """Whom to send help to; told to hosts only, never logged, and forgotten with the conference."""

    phone: str = ""
    address: str = ""
    relative: str = ""

    def __repr__(self) -> str:
        return "EmergencyNote(…)"
