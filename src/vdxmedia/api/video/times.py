"""The two forms of time of the VDX video API. Whole Unix seconds inside; on the wire with an offset, Danish time.

v1   2026-01-31T12:00:00 +0100      read also without the space, and with `Z`, `+01` or `+01:00`
v2   2026-01-31T12:00:00+01:00      read also with `Z`, without seconds, and with a fraction, which is dropped
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.errors import BadField

DANISH = ZoneInfo("Europe/Copenhagen")
MAX_CHARS = 64
"""Of a time's text; longer is not looked at."""

_OFFSET = r"(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)"
_DATE = r"(?P<year>[+-]?\d{4,})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d)"
_V1 = re.compile(rf"{_DATE}:(?P<second>\d\d) ?{_OFFSET}", re.ASCII)
_V2 = re.compile(rf"{_DATE}(?::(?P<second>\d\d)(?:\.\d{{1,9}})?)?{_OFFSET}", re.ASCII)
_PLUS_LOST = re.compile(r" (?=\d\d:?\d\d$)", re.ASCII)
"""A `+` that was not percent-encoded arrives as a space."""


def read_v1(text: str, field: str) -> int:
    """Raises: BadField, BookingRefused `year_too_long`."""
    return _read(_V1, text, field, "a time as 2026-01-31T12:00:00 +0100")


def read_v2(text: str, field: str) -> int:
    """Raises: BadField, BookingRefused `year_too_long`."""
    return _read(_V2, text, field, "a time as 2026-01-31T12:00:00+01:00")


def mended(text: str) -> str:
    """A time from a query whose `+` was lost."""
    return _PLUS_LOST.sub("+", text)


@lru_cache(maxsize=4096)
def write_v1(at: int) -> str:
    """Lists hold the same times again and again, so they are remembered."""
    local = datetime.fromtimestamp(at, DANISH)
    offset = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    return f"{local.replace(tzinfo=None).isoformat()} {sign}{hours:02}{minutes:02}"


@lru_cache(maxsize=4096)
def write_v2(at: int) -> str:
    return datetime.fromtimestamp(at, DANISH).isoformat()


def write_instant(at: float) -> str:
    """Of an error, in UTC (RFC 3339)."""
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def _read(form: re.Pattern[str], text: str, field: str, expected: str) -> int:
    found = form.fullmatch(text) if len(text) <= MAX_CHARS else None
    if found is None:
        raise BadField(expected, field=field)
    year = found["year"]
    if len(year.lstrip("+-")) > 4:
        raise BookingRefused(Why.YEAR_TOO_LONG, "a year has four digits")
    if not year.isdigit():
        raise BadField(expected, field=field)
    try:
        local = datetime(
            int(year),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"] or 0),
            tzinfo=timezone(_offset(found["offset"])),
        )
    except ValueError as error:
        raise BadField(expected, field=field) from error
    return (local - _EPOCH) // timedelta(seconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -away if text[0] == "-" else away
