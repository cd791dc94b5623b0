"""Links into a meeting: personal ones, which cannot be guessed, and when a link opens its door.

A link is `public_url/i#TOKEN`, the token 128 random bits; browsers keep the fragment to themselves. It is known by the
token's hash, works from the booking until the meeting's end, moves with the meeting, and is used up by nothing. The
short link `public_url/m/SHORT_ID` is there for everyone who is told it, and can be guessed in principle: it leads to
the lobby only. Left out: what is done with all this (`hub.entrances`).
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.organisations import Organisation

TOKEN_BYTES = 16
TOKEN_CHARS = 22
"""Base64url of them, without padding."""
SHORT_ID_CHARS = 12
MAX_PER_MEETING = 500
"""Links of one meeting; more are refused with `too_many_invitations`."""
MAX_NAME_CHARS = 80
MAX_WORDS_CHARS = 120
"""Of a function, and of an organisation."""
MAX_RETURN_URL_CHARS = 200
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_CHARS}}}")
_SHORT_ID = re.compile(rf"[0-9a-f]{{{SHORT_ID_CHARS}}}")


class InvitedAs(StrEnum):
    HOST = "host"
    GUEST = "guest"


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """One link. Its token is kept beside it, sealed."""

    id: str
    """Within its meeting. `host` and `guest` are the two that every meeting has, for whoever gets them."""
    meeting: UUID
    role: InvitedAs
    name: str = ""
    """Fixed for whoever opens it; empty: he chooses one."""
    function: str = ""
    organisation: str = ""
    """Empty: of a host the one that booked, of a guest none."""
    created_at: int = 0

    @property
    def is_shared(self) -> bool:
        """Several people may come by it, each a new one."""
        return self.id in SHARED


SHARED = tuple(role.value for role in InvitedAs)


class Door(StrEnum):
    """Of a meeting, for who has a link."""

    NOT_YET = "notYet"
    OPEN = "open"
    CLOSED = "closed"


TAKEN_DOWN = frozenset(
    {
        ProvisionStatus.STARTING_TO_DEPROVISION,
        ProvisionStatus.DEPROVISION_PROBLEMS,
        ProvisionStatus.DEPROVISION_OK,
    }
)


def door_of(room: BookedRoom, now: int) -> Door:
    """By the meeting's times and its room's status. A room that ought to be there and is not yet: `NOT_YET`."""
    if room.status in TAKEN_DOWN or now >= room.ends_at:
        return Door.CLOSED
    if now < room.starts_at or room.status is not ProvisionStatus.PROVISIONED_OK:
        return Door.NOT_YET
    return Door.OPEN


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def is_short_id(text: str) -> bool:
    return _SHORT_ID.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """64 hex digits; 128 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def allowed_return(organisation: Organisation | None, wanted: str) -> str:
    """The address, if the organisation lets people be led there; else empty. Origins are compared whole (RFC 6454), so
    that `https://portal.example.dk.evil.example` is no `https://portal.example.dk`."""
    if organisation is None or not 0 < len(wanted) <= MAX_RETURN_URL_CHARS or not wanted.isprintable():
        return ""
    if any(sign in wanted for sign in " \\@"):  # what browsers read in another way than we do
        return ""
    origin = _origin_of(wanted)
    if origin is None or origin not in {_origin_of(allowed) for allowed in organisation.return_origins}:
        return ""
    return wanted


def _origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host, port. None for anything but https."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port
