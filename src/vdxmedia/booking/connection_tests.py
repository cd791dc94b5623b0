"""What a person's own browser found out about the way to the server, days before a meeting or minutes.

It is kept with the link that it was tried with, and goes with it. It is the page's word: whoever has the link can say
anything, so it helps who prepares a meeting and decides nothing.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class NetworkVerdict(StrEnum):
    GOOD = "good"
    WEAK = "weak"
    SOUND_ONLY = "soundOnly"
    """Sound gets through, pictures would take it down."""
    NONE = "none"
    """Nothing came through."""


class DeviceClass(StrEnum):
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


class ConnectionTest(msgspec.Struct, frozen=True, kw_only=True):
    tested_at: int
    """Unix seconds, by the server's clock."""
    verdict: NetworkVerdict
    device: DeviceClass
    picture: bool | None = None
    """Whether the own picture came back; None: not tried."""
    sound: bool | None = None
