"""Identifiers: distinct types for what would otherwise all be `str` and `int`.

Those that leave the server are unguessable (`secrets`), those the relay uses are integers. Nothing here is derived
from a person.
"""

from __future__ import annotations

import secrets
from typing import NewType

RoomId = NewType("RoomId", str)
"""A permanent virtual meeting room: 12 characters, lower case letters and digits without look-alikes."""
ParticipantId = NewType("ParticipantId", str)
"""A seat in one conference: 12 characters; outlasts connections, not the conference."""
SessionSecret = NewType("SessionSecret", str)
"""Proves that a reconnecting client had the seat: 128 random bits, base64url."""
SourceId = NewType("SourceId", int)
"""A microphone, camera or screen: 32 bits, never 0, unique in the process; travels as the RTP CSRC."""
PeerId = NewType("PeerId", int)
"""One media connection (one generation of a participant's): counts up from 1, never reused."""
ConferenceKey = NewType("ConferenceKey", int)
"""The relay's name of a live conference: counts up from 1, never reused."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def _random_text(length: int) -> str:
    number, text = secrets.randbelow(len(_ALPHABET) ** length), []
    for _ in range(length):
        number, place = divmod(number, len(_ALPHABET))
        text.append(_ALPHABET[place])
    return "".join(text)


SHORT_CHARS = 6
"""Of a room or a participant: 890 million, so that among the rooms of a month hardly two begin alike."""


def short_id(identifier: str) -> str:
    """The beginning of an id, as people say it aloud and as logs are searched by it."""
    return identifier[:SHORT_CHARS]


def new_room_id() -> RoomId:
    """59 random bits: enough to be unique; access is by token, never by knowing the id."""
    return RoomId(_random_text(12))


def new_participant_id() -> ParticipantId:
    return ParticipantId(_random_text(12))


def new_session_secret() -> SessionSecret:
    return SessionSecret(secrets.token_urlsafe(16))


def new_source_id() -> SourceId:
    """Random and non-zero. The caller keeps it unique among live sources."""
    return SourceId(secrets.randbelow(0xFFFFFFFF) + 1)
