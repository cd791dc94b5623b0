"""How much an organisation may send in a day, counted in SMS as they are paid for."""

from __future__ import annotations

import msgspec

from vdxmedia.booking.messages.calendar_words import days_from, local, unix_of


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    per_organisation: int
    """SMS a day."""
    per_number: int
    """Messages a day to one number from one organisation: against mistakes in loops, and harassment."""


def day_of(now: int) -> str:
    """The Danish date, as `2026-11-23`."""
    return local(now).date().isoformat()


def next_day(now: int) -> int:
    """When the count begins again."""
    return unix_of(days_from(local(now), 1), 0)
