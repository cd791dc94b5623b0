"""Portal links: a template's placeholders filled in. Two spellings of them are in use."""

from __future__ import annotations

import datetime
import re
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from vdxmedia.booking.choices import GuestMicrophone
from vdxmedia.booking.meetings import BookedRoom

DENMARK = ZoneInfo("Europe/Copenhagen")
MAX_LINK_CHARS = 2_000
DEFAULT = (
    "/?url=__uri-with-domain__&pin=__pin__&start_dato=__start-date__&microphone=__microphone__&callType=__call-type__"
)
"""Behind the public URL; what is empty is left out."""
_PLACEHOLDER = re.compile(r"__([a-z-]+)__|%(uri-with-domain|pin)%")
_SAFE = "@:-._~"


def fill(
    template: str, room: BookedRoom, pin: str, starts_at: int | None, microphone: GuestMicrophone | None = None
) -> str:
    """Empty for an empty template. A query's parameter whose whole value is a placeholder with nothing to say is left
    out; an unknown placeholder stays as it is. `starts_at`: None for a room without a meeting."""
    if not template:
        return ""
    says_microphone = microphone is not None and microphone is not GuestMicrophone.ON
    values = {
        "pin": pin,
        "uri-with-domain": room.uri_with_domain,
        "uri-domain": room.uri_domain,
        "start-date": "" if starts_at is None else local_time(starts_at),
        "return-url": room.return_url,
        "microphone": microphone.value if microphone is not None and says_microphone else "",
        "call-type": room.call_type,
    }

    def replaced(found: re.Match[str]) -> str:
        return quote(values.get(found[1] or found[2], found[0]), safe=_SAFE)

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(replaced, text)

    before, _, rest = template.partition("?")
    query, hash_sign, fragment = rest.partition("#")
    parts = []
    for part in query.split("&") if query else []:
        whole = _PLACEHOLDER.fullmatch(part.partition("=")[2])
        if whole is None or values.get(whole[1] or whole[2], "x"):
            parts.append(filled(part))
    question = "?" if parts else ""
    return (filled(before) + question + "&".join(parts) + hash_sign + filled(fragment))[:MAX_LINK_CHARS]


def local_time(at: int) -> str:
    """As people in Denmark read the clock, without its offset: `2026-01-31T12:00:00`."""
    return datetime.datetime.fromtimestamp(at, DENMARK).strftime("%Y-%m-%dT%H:%M:%S")


def is_portal(template: str) -> bool:
    """Whether this can be a template of links."""
    try:
        return urlsplit(template).scheme in ("https", "http") and len(template) <= MAX_LINK_CHARS
    except ValueError:
        return False
