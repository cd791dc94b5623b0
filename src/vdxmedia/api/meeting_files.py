"""A meeting as a calendar file (RFC 5545) and its link as a QR code (ISO/IEC 18004, as SVG).

Times are UTC, which every calendar shows on its owner's clock; so no time zone needs describing. The subject is left
out unless the organisation shows it: calendars are shared with families and phones lie on tables.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import segno
from icalendar import Calendar, Event

from vdxmedia.booking.meetings import Meeting
from vdxmedia.booking.organisations import Organisation

UTC_ZONE = ZoneInfo("UTC")
"""Held, so that the calendar library finds it and reads no file while a request is answered."""
ICS = "text/calendar"
SVG = "image/svg+xml"
TITLES = {"da": ("Videomøde", "med"), "en": ("Video meeting", "with")}


def calendar_file(meeting: Meeting, organisation: Organisation, link: str, *, host: str) -> bytes:
    """CRLF lines of at most 75 octets, UTF-8. `host`: of this server, for the event's id."""
    word, joint = TITLES["en" if organisation.language == "en" else "da"]
    summary = f"{word} {joint} {organisation.name}" if organisation.name else word
    event = Event()
    event.add("uid", f"{meeting.uuid}@{host}")
    event.add("dtstamp", _moment(meeting.updated_at or meeting.created_at))
    event.add("dtstart", _moment(meeting.starts_at))
    event.add("dtend", _moment(meeting.ends_at))
    event.add("sequence", meeting.revision - 1)
    event.add("summary", meeting.subject if organisation.shows_subject else summary)
    event.add("description", f"{link}\n\n{organisation.help_line}" if organisation.help_line else link)
    event.add("location", link)
    event.add("url", link)
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//vdxmedia//video meeting//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def qr_code(link: str) -> bytes:
    """An SVG of some 3 kB with a light ground, so that it is read on dark pages too."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="svg", scale=8, border=4, xmldecl=False, dark="#000", light="#fff")
    return out.getvalue()


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
