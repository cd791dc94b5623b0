"""Which meetings a page of the list has: a Danish day or a range, a limit, and where the page before ended."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from vdxmedia.api.operations import Query
from vdxmedia.booking.messages.calendar_words import COPENHAGEN
from vdxmedia.errors import BadField, BadInput

MAX_PAGE = 100
DEFAULT_PAGE = 50
MAX_RANGE_DAYS = 366
QUERIES = (
    Query("organisation", (), "Its code. Needed with an API key, else the caller's own.", max_chars=250),
    Query(
        "day", (), "A Danish day, as `2026-11-24`: meetings that begin on it. Instead of `from` and `to`.", max_chars=10
    ),
    Query("from", (), "RFC 3339 with a zone: meetings that begin then or later; now when left out.", max_chars=40),
    Query(
        "to", (), "RFC 3339 with a zone: meetings that begin before; 30 days after `from` when left out.", max_chars=40
    ),
    Query("limit", (), f"Meetings on a page, 1 to {MAX_PAGE}.", max_chars=3),
    Query("cursor", (), "`nextCursor` of the page before; with the same other parameters.", max_chars=100),
)


def range_of(path: Mapping[str, str], now: int) -> tuple[int, int]:
    """Raises: BadField."""
    if "day" in path:
        if "from" in path or "to" in path:
            raise BadField("instead of from and to, not beside them", field="?day")
        try:
            day = date.fromisoformat(path["day"])
            begins = datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN)
            ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), COPENHAGEN)
            return int(begins.timestamp()), int(ends.timestamp())
        except (ValueError, OverflowError):
            raise BadField("is not a day, as 2026-11-24", field="?day") from None
    starts_from = unix_of(path["from"], "?from") if "from" in path else now
    starts_before = unix_of(path["to"], "?to") if "to" in path else starts_from + 30 * 24 * 3600
    if not 0 <= starts_before - starts_from <= MAX_RANGE_DAYS * 24 * 3600:
        raise BadField(f"is not 0 to {MAX_RANGE_DAYS} days after `from`", field="?to")
    return starts_from, starts_before


def limit_of(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text) <= MAX_PAGE:
        raise BadField(f"1 to {MAX_PAGE}", field="?limit")
    return int(text)


def cursor_of(starts_at: int, uuid: UUID) -> str:
    return urlsafe_b64encode(f"{starts_at}.{uuid}".encode()).decode().rstrip("=")


def place_of(text: str) -> tuple[int, str]:
    try:
        starts_at, _, uuid = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(".")
        return int(starts_at), str(UUID(uuid))
    except ValueError:
        raise BadInput("this cursor is not one of ours", code="cursor_invalid") from None


def unix_of(text: str, field: str) -> int:
    try:
        return whole_s(datetime.fromisoformat(text), field)
    except ValueError:
        raise BadField("is not a time, as 2026-11-24T10:30:00+01:00 (with + as %2B)", field=field) from None


def whole_s(moment: datetime, field: str) -> int:
    """Whole Unix seconds. Raises: BadField for a time without zone."""
    if moment.tzinfo is None:
        raise BadField("needs a zone", field=field)
    return int(moment.timestamp())
