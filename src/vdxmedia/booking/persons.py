"""Who did something, as it is stored and answered."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who made, changed or organises something (`meetingUser`)."""

    organisation: str = ""
    email: str = ""
